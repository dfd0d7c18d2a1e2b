//! Writes conformance vectors with the code of rust-libp2p and says what that code makes of vectors
//! that others wrote. conformance/vectors/regenerate runs it; nothing here judges for lp2p.

mod draft;
mod envelope;
mod identify;
mod keys;
mod memory;
mod multiaddr;
mod multistream;
mod numbers;
mod peer_id;
mod protobuf;
mod pubsub;
mod security;
mod swarm;
mod yamux_transcripts;

use draft::{Draft, Verdict};
use serde_json::Value;
use std::{fs::File, io::Write as _, process::ExitCode};

const USAGE: &str = "\
usage: rustvectors write OUT          the cases that this program knows, one JSON line each
       rustvectors judge CASES OUT    what rust-libp2p says to each line of CASES, one line each
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            Ok(())
        }
        ["write", out] => write(out),
        ["judge", cases, out] => judge(cases, out),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("rustvectors: {why}");
            ExitCode::FAILURE
        }
    }
}

fn write(out: &str) -> Result<(), String> {
    let all: Vec<Draft> = [
        numbers::cases,
        peer_id::cases,
        keys::cases,
        multiaddr::cases,
        envelope::cases,
        multistream::cases,
        yamux_transcripts::cases,
        security::cases,
        identify::cases,
        pubsub::cases,
    ]
    .iter()
    .flat_map(|cases| cases())
    .collect();
    lines(out, all.iter().map(Draft::to_json))
}

fn judge(cases: &str, out: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(cases).map_err(|e| format!("{cases}: {e}"))?;
    let mut all = Vec::new();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let draft = Draft::from_json(&case)?;
        let said = judge_one(&draft).map_err(|e| format!("{}: {e}", draft.name))?;
        if let Some(verdict) = said {
            all.push(verdict.to_json(&draft.name));
        }
    }
    lines(out, all.into_iter())
}

fn lines(path: &str, all: impl Iterator<Item = Value>) -> Result<(), String> {
    let mut file = File::create(path).map_err(|e| format!("{path}: {e}"))?;
    for line in all {
        writeln!(file, "{line}").map_err(|e| format!("{path}: {e}"))?;
    }
    Ok(())
}

/// Nothing where rust-libp2p has no public code for the case.
fn judge_one(case: &Draft) -> Result<Option<Verdict>, String> {
    let said = match case.kind.as_str() {
        "uvarint" => Some(numbers::judge_uvarint(case)),
        "multihash" => Some(numbers::judge_multihash(case)),
        "peer_id" => Some(peer_id::judge_bytes(case)),
        "peer_id_text" => Some(peer_id::judge_text(case)),
        "public_key" => Some(keys::judge_public(case)),
        "private_key" => Some(keys::judge_private(case)),
        "signature" => Some(keys::judge_signature(case)),
        "multiaddr" => Some(multiaddr::judge_bytes(case)),
        "multiaddr_text" => Some(multiaddr::judge_text(case)),
        "envelope" => Some(envelope::judge_envelope(case)),
        "peer_record" => Some(envelope::judge_record(case)),
        "multistream" => Some(multistream::judge(case)),
        "yamux" => Some(yamux_transcripts::judge(case)),
        "noise_payload" => security::judge_noise(case),
        "plaintext" => security::judge_plaintext(case),
        "identify" => Some(identify::judge(case)?),
        "pubsub_rpc" => Some(pubsub::judge_rpc(case)?),
        "signed_message" => Some(pubsub::judge_message(case)?),
        "message_id" => pubsub::judge_id(case),
        kind => return Err(format!("unknown kind {kind}")),
    };
    Ok(said)
}
