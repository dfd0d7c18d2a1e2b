//! The message id functions that libp2p implementations use by default, and one they can share.

use libp2p::gossipsub::{Message, MessageId};
use sha2::{Digest, Sha256};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// `from || seqno`: the specification and go.
    Spec,
    /// The rust library's default: base58 text of `from`, then the decimal text of seqno.
    Rust,
    /// The js library's default: PublicKey protobuf of `from`, then seqno; SHA-256 of the data
    /// where the message is unsigned.
    Js,
    /// SHA-256 of the data.
    Sha256,
}

impl IdKind {
    /// False where the id comes from fields that unsigned messages do not carry.
    pub fn works_unsigned(self) -> bool {
        matches!(self, IdKind::Sha256 | IdKind::Js)
    }

    pub fn id(self, message: &Message) -> MessageId {
        let seqno = message.sequence_number.unwrap_or_default();
        match self {
            IdKind::Spec => {
                let mut id = from_bytes(message);
                id.extend_from_slice(&seqno.to_be_bytes());
                MessageId::from(id)
            }
            IdKind::Rust => {
                let from = match &message.source {
                    Some(peer) => peer.to_base58(),
                    // What the library does for a message without an author.
                    None => libp2p::PeerId::from_bytes(&[0, 1, 0])
                        .expect("an identity multihash of one byte")
                        .to_base58(),
                };
                MessageId::from(format!("{from}{seqno}"))
            }
            IdKind::Js if message.source.is_some() => {
                // An Ed25519 peer id is the key's protobuf behind a two byte multihash prefix.
                let from = from_bytes(message);
                let mut id = from.get(2..).unwrap_or_default().to_vec();
                id.extend_from_slice(&seqno.to_be_bytes());
                MessageId::from(id)
            }
            IdKind::Js | IdKind::Sha256 => MessageId::from(Sha256::digest(&message.data).to_vec()),
        }
    }
}

fn from_bytes(message: &Message) -> Vec<u8> {
    message
        .source
        .map(|peer| peer.to_bytes())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use libp2p::gossipsub::{Config, TopicHash};

    fn message() -> Message {
        Message {
            source: Some(crate::keys::from_seed("alpha").public().to_peer_id()),
            data: b"abc".to_vec(),
            sequence_number: Some(0x0102),
            topic: TopicHash::from_raw("t"),
        }
    }

    #[test]
    fn spec_is_from_then_eight_bytes() {
        let id = IdKind::Spec.id(&message()).0;
        assert_eq!(id.len(), 38 + 8);
        assert_eq!(id[..4], [0x00, 0x24, 0x08, 0x01]);
        assert_eq!(id[38..], [0, 0, 0, 0, 0, 0, 1, 2]);
    }

    #[test]
    fn js_drops_the_multihash_prefix() {
        let m = message();
        assert_eq!(IdKind::Js.id(&m).0, IdKind::Spec.id(&m).0[2..]);
    }

    #[test]
    fn rust_is_the_library_default() {
        let mut m = message();
        assert_eq!(IdKind::Rust.id(&m), Config::default().message_id(&m));
        m.source = None;
        assert_eq!(IdKind::Rust.id(&m), Config::default().message_id(&m));
    }

    #[test]
    fn sha256_depends_on_the_data_alone() {
        let mut m = message();
        let id = IdKind::Sha256.id(&m);
        m.source = None;
        assert_eq!(id, IdKind::Sha256.id(&m));
        assert_eq!(id.0[..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
