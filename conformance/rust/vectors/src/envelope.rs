//! Signed envelopes and peer records.

use crate::draft::{hex, hex_of, Draft, Table, Verdict, ACCEPT};
use crate::keys::{from_seed, spec_ecdsa, spec_secp256k1};
use libp2p::core::{peer_record::PeerRecord, signed_envelope::SignedEnvelope};
use libp2p::identity::Keypair;
use serde_json::json;

const LIBRARY: &str = "libp2p-core";
const DOMAIN: &str = "lp2p-conformance";
const TYPE: &[u8] = b"/lp2p/conformance";

pub fn cases() -> Vec<Draft> {
    let t = Table {
        protocol: "envelope",
        kind: "envelope",
        spec: "RFC 0002, \"Wire Format\"",
        source: LIBRARY,
    };
    let record = Table {
        protocol: "peer_record",
        kind: "peer_record",
        spec: "RFC 0003, \"Certification / Verification\"",
        ..t
    };
    let sealed = |key: &Keypair| {
        let e = SignedEnvelope::new(key, DOMAIN.into(), TYPE.to_vec(), b"a payload".to_vec());
        e.expect("these keys can sign").into_protobuf_encoding()
    };
    let put = |name: &str, note: &str, key: &Keypair| {
        t.good(name, note, &sealed(key))
            .with("domain", DOMAIN)
            .with("payload_type", hex(TYPE))
            .ruled(ACCEPT)
    };
    let addresses = || {
        let all = [
            "/ip4/192.0.2.7/tcp/4001",
            "/dns4/example.com/tcp/443/tls/ws",
        ];
        all.iter()
            .map(|a| a.parse().expect("an address"))
            .collect::<Vec<_>>()
    };
    let gamma = from_seed("gamma");
    let clock = "its number is the time at which rust made it";
    let made = PeerRecord::new_interop(&gamma, addresses()).expect("this key can sign");
    let legacy = PeerRecord::new(&gamma, addresses()).expect("this key can sign");
    vec![
        put("ed25519_by_rust", "as rust writes it", &gamma),
        put("secp256k1_by_rust", "as rust writes it", &spec_secp256k1()),
        put("ecdsa_by_rust", "as rust writes it", &spec_ecdsa()),
        record
            .good(
                "interop_by_rust",
                "as rust makes a record that go and js read",
                &made.into_signed_envelope().into_protobuf_encoding(),
            )
            .keep(clock),
        record
            .good(
                "routing_state_by_rust",
                "as rust makes a record by default",
                &legacy.into_signed_envelope().into_protobuf_encoding(),
            )
            .keep(clock),
    ]
}

pub fn judge_envelope(case: &Draft) -> Verdict {
    let envelope = match SignedEnvelope::from_protobuf_encoding(&case.input()) {
        Ok(e) => e,
        Err(e) => return Verdict::refuse(LIBRARY, e),
    };
    let wanted = case.context_bytes("payload_type");
    let domain = case.context_text("domain").to_owned();
    match envelope.payload_and_signing_key(domain, &wanted) {
        Ok((payload, key)) => Verdict::accept(
            LIBRARY,
            json!({
                "public_key": hex_of(&key.encode_protobuf()),
                "payload_type": hex_of(&wanted),
                "payload": hex_of(payload),
            }),
        ),
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}

/// Both forms: the one that rust shares with go and js, and its own.
pub fn judge_record(case: &Draft) -> Verdict {
    let envelope = match SignedEnvelope::from_protobuf_encoding(&case.input()) {
        Ok(e) => e,
        Err(e) => return Verdict::refuse(LIBRARY, e),
    };
    let read = PeerRecord::from_signed_envelope_interop(envelope.clone());
    match read.or_else(|why| PeerRecord::from_signed_envelope(envelope).map_err(|_| why)) {
        Ok(record) => {
            let addresses: Vec<String> = record.addresses().iter().map(|a| a.to_string()).collect();
            Verdict::accept(
                LIBRARY,
                json!({
                    "peer_id": record.peer_id().to_base58(),
                    "seq": record.seq().to_string(),
                    "addresses": addresses,
                }),
            )
        }
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}
