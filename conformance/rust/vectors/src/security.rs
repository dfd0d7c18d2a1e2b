//! Noise payloads and plaintext exchanges, judged by the transports' own upgrades over memory.

use crate::draft::{hex_of, Draft, Table, Verdict, ACCEPT};
use crate::keys::{from_seed, spec_ecdsa, spec_secp256k1};
use crate::memory::{poll, read_all, Memory};
use crate::protobuf::bytes_field;
use futures::FutureExt as _;
use libp2p::core::upgrade::{InboundConnectionUpgrade as _, OutboundConnectionUpgrade as _};
use libp2p::identity::Keypair;
use libp2p::{noise, plaintext, PeerId};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::task::Poll;

const NOISE: &str = "libp2p-noise";
const PLAINTEXT: &str = "libp2p-plaintext";

/// The static noise key of the peer whose payloads are judged; as govectors has it.
fn static_secret() -> [u8; 32] {
    Sha256::digest(b"static noise key").into()
}

fn builder() -> snow::Builder<'static> {
    snow::Builder::new(
        "Noise_XX_25519_ChaChaPoly_SHA256"
            .parse()
            .expect("a noise name"),
    )
}

/// The public half of a static secret: what a handshake sends as its sender's static key.
fn static_public() -> Vec<u8> {
    let secret = static_secret();
    let mut near = builder()
        .local_private_key(&secret)
        .expect("a key")
        .build_initiator()
        .expect("noise");
    let other = builder().generate_keypair().expect("chance").private;
    let mut far = builder()
        .local_private_key(&other)
        .expect("a key")
        .build_responder()
        .expect("noise");
    let (mut message, mut inside) = (vec![0; 1024], vec![0; 1024]);
    for turn in 0..3 {
        let (writer, reader) = if turn == 1 {
            (&mut far, &mut near)
        } else {
            (&mut near, &mut far)
        };
        let n = writer.write_message(&[], &mut message).expect("noise");
        reader
            .read_message(&message[..n], &mut inside)
            .expect("noise");
    }
    far.get_remote_static().expect("it was sent").to_vec()
}

pub fn cases() -> Vec<Draft> {
    let t = Table {
        protocol: "noise_payload",
        kind: "noise_payload",
        spec: "noise, \"The libp2p Handshake Payload\"",
        source: NOISE,
    };
    let plain = Table {
        protocol: "plaintext",
        kind: "plaintext",
        spec: "plaintext, \"Exchange\"",
        source: PLAINTEXT,
    };
    let public = static_public();
    let payload = |key: &Keypair| {
        let signed = [b"noise-libp2p-static-key:", &public[..]].concat();
        let signature = key.sign(&signed).expect("these keys can sign");
        [
            bytes_field(1, &key.public().encode_protobuf()),
            bytes_field(2, &signature),
        ]
        .concat()
    };
    let proven = |name: &str, note: &str, key: &Keypair| {
        t.good(name, note, &payload(key))
            .with("role", "listener")
            .with("static_secret", hex_of(&static_secret()))
            .with("static_key", hex_of(&public))
            .ruled(ACCEPT)
    };
    vec![
        proven("ed25519_by_rust", "signed by rust", &from_seed("gamma")),
        proven("secp256k1_by_rust", "signed by rust", &spec_secp256k1()),
        proven("ecdsa_by_rust", "signed by rust", &spec_ecdsa()),
        plain
            .good(
                "sent_by_rust",
                "what rust's plaintext sends",
                &exchange_sent(&from_seed("gamma")),
            )
            .with("role", "listener")
            .ruled(ACCEPT),
    ]
}

/// What the transport itself sends before it has read anything.
fn exchange_sent(key: &Keypair) -> Vec<u8> {
    let pipe = Memory::default();
    let mut future = plaintext::Config::new(key).upgrade_inbound(pipe.clone(), "/plaintext/2.0.0");
    let _ = poll(|cx| future.poll_unpin(cx));
    pipe.answer()
}

/// The swarm, not the upgrade, compares a proven peer with the one that was dialed.
fn compared_elsewhere(case: &Draft, proven: &PeerId) -> bool {
    let expected = case.context_text("expected");
    !expected.is_empty() && expected != proven.to_base58()
}

pub fn judge_plaintext(case: &Draft) -> Option<Verdict> {
    let pipe = Memory::default();
    pipe.feed(&case.input());
    pipe.end();
    let config = plaintext::Config::new(&from_seed("judge"));
    let mut future = if case.context_text("role") == "dialer" {
        config.upgrade_outbound(pipe.clone(), "/plaintext/2.0.0")
    } else {
        config.upgrade_inbound(pipe.clone(), "/plaintext/2.0.0")
    };
    Some(match poll(|cx| future.poll_unpin(cx)) {
        Poll::Ready(Ok((peer, mut stream))) => {
            if compared_elsewhere(case, &peer) {
                return None;
            }
            let (rest, _) = read_all(&mut stream);
            Verdict::accept(
                PLAINTEXT,
                json!({"peer_id": peer.to_base58(), "rest": hex_of(&rest)}),
            )
        }
        Poll::Ready(Err(e)) => Verdict::refuse(PLAINTEXT, e),
        Poll::Pending => Verdict::refuse(PLAINTEXT, "still waiting"),
    })
}

/// The other side of a handshake: correct noise, any payload.
struct PayloadPeer {
    state: snow::HandshakeState,
    payload: Vec<u8>,
    input: Vec<u8>,
    messages: usize,
}

impl PayloadPeer {
    fn new(initiator: bool, payload: Vec<u8>) -> Self {
        let secret = static_secret();
        let keyed = builder().local_private_key(&secret).expect("a key");
        let state = if initiator {
            keyed.build_initiator()
        } else {
            keyed.build_responder()
        };
        PayloadPeer {
            state: state.expect("noise"),
            payload,
            input: Vec::new(),
            messages: 0,
        }
    }
    /// Reads what came and gives what is to be said now.
    fn turn(&mut self, came: &[u8]) -> Vec<u8> {
        self.input.extend(came);
        let mut out = Vec::new();
        let mut buffer = vec![0; 65535];
        while self.messages < 3 {
            if self.state.is_my_turn() {
                let inside = if self.messages == 0 {
                    &[][..]
                } else {
                    &self.payload[..]
                };
                let n = self
                    .state
                    .write_message(inside, &mut buffer)
                    .expect("it fits");
                out.extend((n as u16).to_be_bytes());
                out.extend(&buffer[..n]);
            } else {
                let Some(length) = self.input.first_chunk::<2>() else {
                    break;
                };
                let n = usize::from(u16::from_be_bytes(*length));
                if self.input.len() < 2 + n
                    || self
                        .state
                        .read_message(&self.input[2..2 + n], &mut buffer)
                        .is_err()
                {
                    break;
                }
                self.input.drain(..2 + n);
            }
            self.messages += 1;
        }
        out
    }
}

pub fn judge_noise(case: &Draft) -> Option<Verdict> {
    let pipe = Memory::default();
    let config = noise::Config::new(&from_seed("judge")).expect("an Ed25519 key can sign");
    let dialer = case.context_text("role") == "dialer";
    let mut peer = PayloadPeer::new(!dialer, case.input());
    let mut future = if dialer {
        config.upgrade_outbound(pipe.clone(), "/noise")
    } else {
        config.upgrade_inbound(pipe.clone(), "/noise")
    };
    for _ in 0..6 {
        match poll(|cx| future.poll_unpin(cx)) {
            Poll::Ready(Ok((proven, _))) => {
                let said = Verdict::accept(NOISE, json!({"peer_id": proven.to_base58()}));
                return (!compared_elsewhere(case, &proven)).then_some(said);
            }
            Poll::Ready(Err(e)) => return Some(Verdict::refuse(NOISE, e)),
            Poll::Pending => pipe.feed(&peer.turn(&pipe.answer())),
        }
    }
    Some(Verdict::refuse(NOISE, "still waiting"))
}
