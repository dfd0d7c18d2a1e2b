//! Keys and signatures.

use crate::draft::{hex, hex_of, unhex, Draft, Table, Verdict, ACCEPT, REFUSE};
use libp2p::identity::{KeyType, Keypair, PublicKey};
use serde_json::json;
use sha2::{Digest, Sha256};

const LIBRARY: &str = "libp2p-identity";
const SIGNED: &[u8] = b"libp2p conformance";

/// The Ed25519 key whose seed is the SHA-256 of a text, as the live peers make theirs.
pub fn from_seed(text: &str) -> Keypair {
    let seed: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    Keypair::ed25519_from_bytes(seed).expect("any 32 bytes are an Ed25519 secret")
}

/// Keys of the specification (peer-ids.md, "Test vectors").
pub fn spec_ecdsa() -> Keypair {
    load(
        "08031279307702010104203e5b1fe9712e6c314942a750bd67485de3c1efe85b1bfb520ae8f9ae3dfa4a4ca00a\
         06082a8648ce3d030107a14403420004de3d300fa36ae0e8f5d530899d83abab44abf3161f162a4bc901d8e6ec\
         da020e8b6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e62",
    )
}
pub fn spec_secp256k1() -> Keypair {
    load("0802122053dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8fb")
}
fn load(message: &str) -> Keypair {
    Keypair::from_protobuf_encoding(&unhex(message)).expect("a key of the specification")
}

pub fn cases() -> Vec<Draft> {
    let t = Table {
        protocol: "keys",
        kind: "signature",
        spec: "peer-ids, \"Key Types\"",
        source: LIBRARY,
    };
    let ecdsa = spec_ecdsa();
    let sign = |key: &Keypair, text: &[u8]| key.sign(text).expect("these keys can sign");
    let good = sign(&ecdsa, SIGNED);
    let about = |d: Draft, key: &Keypair| {
        d.with("public_key", hex(&key.public().encode_protobuf()))
            .with("message", hex(SIGNED))
    };
    let bad = |name: &str, note: &str, signature: &[u8]| {
        about(t.bad(name, "bad_signature", note, signature), &ecdsa)
    };
    let flipped = {
        let mut s = good.clone();
        let last = s.len() - 1;
        s[last] ^= 1;
        s
    };
    let encoded = ecdsa.to_protobuf_encoding().expect("an ECDSA key");
    vec![
        about(
            t.good(
                "signature_ecdsa",
                "P-256, DER, with the number of RFC 6979",
                &good,
            ),
            &ecdsa,
        )
        .ruled(ACCEPT),
        bad(
            "signature_ecdsa_flipped",
            "the last bit is flipped",
            &flipped,
        )
        .ruled(REFUSE),
        bad(
            "signature_ecdsa_cut",
            "the last byte is missing",
            &good[..good.len() - 1],
        )
        .ruled(REFUSE),
        bad(
            "signature_ecdsa_trailing_byte",
            "a byte behind the DER",
            &[&good[..], &[0]].concat(),
        ),
        bad("signature_ecdsa_64_bytes", "64 bytes without DER", &[1; 64]).ruled(REFUSE),
        about(
            t.good(
                "signature_secp256k1_by_rust",
                "DER, S in the lower half",
                &sign(&spec_secp256k1(), SIGNED),
            ),
            &spec_secp256k1(),
        )
        .ruled(ACCEPT),
        about(
            t.good(
                "signature_ed25519_by_rust",
                "64 bytes of RFC 8032",
                &sign(&from_seed("gamma"), SIGNED),
            ),
            &from_seed("gamma"),
        )
        .ruled(ACCEPT),
        Draft {
            kind: "private_key".into(),
            ..t.good(
                "private_ecdsa_by_rust",
                "an ECDSA key as rust writes it: without the public key in the DER",
                &encoded,
            )
        },
    ]
}

fn type_name(kind: KeyType) -> &'static str {
    match kind {
        KeyType::RSA => "RSA",
        KeyType::Ed25519 => "Ed25519",
        KeyType::Secp256k1 => "Secp256k1",
        KeyType::Ecdsa => "ECDSA",
    }
}

pub fn judge_public(case: &Draft) -> Verdict {
    match PublicKey::try_decode_protobuf(&case.input()) {
        Ok(key) => Verdict::accept(
            LIBRARY,
            json!({
                "type": type_name(key.key_type()),
                "peer_id": key.to_peer_id().to_base58(),
                "encoded": hex_of(&key.encode_protobuf()),
            }),
        ),
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}

pub fn judge_private(case: &Draft) -> Verdict {
    match Keypair::from_protobuf_encoding(&case.input()) {
        Ok(key) => Verdict::accept(
            LIBRARY,
            json!({
                "type": type_name(key.key_type()),
                "public_key": hex_of(&key.public().encode_protobuf()),
            }),
        ),
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}

pub fn judge_signature(case: &Draft) -> Verdict {
    let key = match PublicKey::try_decode_protobuf(&case.context_bytes("public_key")) {
        Ok(key) => key,
        Err(e) => return Verdict::refuse(LIBRARY, e),
    };
    if key.verify(&case.context_bytes("message"), &case.input()) {
        Verdict::accept(LIBRARY, serde_json::Value::Null)
    } else {
        Verdict::refuse(LIBRARY, "false")
    }
}
