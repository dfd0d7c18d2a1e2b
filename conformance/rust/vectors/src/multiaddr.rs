//! Addresses, as bytes and as text.

use crate::draft::{hex_of, Draft, Table, Verdict};
use libp2p::Multiaddr;
use serde_json::json;
use std::str::FromStr;

const LIBRARY: &str = "rust-multiaddr";

pub fn cases() -> Vec<Draft> {
    let bytes = Table {
        protocol: "multiaddr",
        kind: "multiaddr",
        spec: "multiformats/multiaddr, \"Specification\" and protocols.csv",
        source: LIBRARY,
    };
    let text = Table {
        kind: "multiaddr_text",
        spec: "multiformats/multiaddr, \"Specification\"",
        ..bytes
    };
    let memory: Multiaddr = "/memory/1".parse().expect("an address");
    let behind_memory: Multiaddr = "/memory/7/p2p-circuit".parse().expect("an address");
    vec![
        bytes.good("memory_one", "a number of eight bytes, as rust writes it", &memory.to_vec()),
        bytes.good("memory_circuit", "a relay in memory", &behind_memory.to_vec()),
        text.text("text_tcp_twice", "two ports: readable, not dialable", "/ip4/127.0.0.1/tcp/1/tcp/2"),
        text.text("text_webtransport_two_hashes", "two hashes of certificates",
            "/ip4/192.0.2.7/udp/4001/quic-v1/webtransport/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g"),
        text.text("text_certhash_base58", "a hash in another base: written back in base64url",
            "/ip4/192.0.2.7/udp/4001/webrtc-direct/certhash/zQmbWTwYGcmdyK9CYfNBcfs9nhZs17a6FQ4Y8oea278xx41"),
    ]
}

pub fn judge_bytes(case: &Draft) -> Verdict {
    match Multiaddr::try_from(case.input()) {
        Ok(address) => Verdict::accept(LIBRARY, json!({"text": address.to_string()})),
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}

pub fn judge_text(case: &Draft) -> Verdict {
    match Multiaddr::from_str(case.text.as_deref().unwrap_or_default()) {
        Ok(address) => Verdict::accept(
            LIBRARY,
            json!({"bytes": hex_of(&address.to_vec()), "text": address.to_string()}),
        ),
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}
