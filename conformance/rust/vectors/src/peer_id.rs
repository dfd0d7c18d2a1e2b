//! Peer ids, as bytes and as text.

use crate::draft::{hex_of, Draft, Table, Verdict, ACCEPT};
use crate::keys::from_seed;
use libp2p::PeerId;
use serde_json::json;
use std::str::FromStr;

const LIBRARY: &str = "libp2p-identity";

pub fn cases() -> Vec<Draft> {
    let bytes = Table {
        protocol: "peer_id",
        kind: "peer_id",
        spec: "peer-ids, \"Peer Ids\"",
        source: LIBRARY,
    };
    let text = Table {
        kind: "peer_id_text",
        spec: "peer-ids, \"String representation\"",
        ..bytes
    };
    let id = from_seed("gamma").public().to_peer_id();
    vec![
        bytes
            .good(
                "of_seed_gamma",
                "the Ed25519 key whose seed is SHA-256 of \"gamma\"",
                &id.to_bytes(),
            )
            .ruled(ACCEPT),
        text.text("text_seed_gamma", "the same in base58", &id.to_base58())
            .ruled(ACCEPT),
        text.text(
            "text_identity_3",
            "an inline id of one byte, as rust names a message without an author",
            &PeerId::from_bytes(&[0, 1, 0])
                .expect("an identity multihash")
                .to_base58(),
        ),
    ]
}

pub fn judge_bytes(case: &Draft) -> Verdict {
    match PeerId::from_bytes(&case.input()) {
        Ok(id) => Verdict::accept(LIBRARY, json!({"text": id.to_base58()})),
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}

pub fn judge_text(case: &Draft) -> Verdict {
    match PeerId::from_str(case.text.as_deref().unwrap_or_default()) {
        Ok(id) => Verdict::accept(
            LIBRARY,
            json!({"bytes": hex_of(&id.to_bytes()), "text": id.to_base58()}),
        ),
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}
