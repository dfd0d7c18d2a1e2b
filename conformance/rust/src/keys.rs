//! Makes the peer's Ed25519 identity from a seed text, a key file or chance.

use libp2p::identity::Keypair;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Ed25519 key whose secret is SHA-256 of the text: the same text gives the same peer id in the
/// go, rust, js and lp2p programs.
pub fn from_seed(text: &str) -> Keypair {
    let secret: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    Keypair::ed25519_from_bytes(secret).expect("any 32 bytes are an Ed25519 secret")
}

/// Reads the private key (libp2p protobuf form) from a file, or makes one and keeps it there.
pub fn from_file(path: &Path) -> Result<Keypair, String> {
    match std::fs::read(path) {
        Ok(bytes) => Keypair::from_protobuf_encoding(&bytes).map_err(|e| e.to_string()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let key = Keypair::generate_ed25519();
            let bytes = key.to_protobuf_encoding().map_err(|e| e.to_string())?;
            std::fs::write(path, bytes).map_err(|e| e.to_string())?;
            Ok(key)
        }
        Err(e) => Err(e.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_seed_names_one_peer() {
        let a = super::from_seed("alpha").public().to_peer_id();
        assert_eq!(a, super::from_seed("alpha").public().to_peer_id());
        assert_ne!(a, super::from_seed("beta").public().to_peer_id());
    }
}
