//! Names for what went wrong: a stable code, and whose fault it was (remote, local, limit,
//! timeout, closed, refused), as lp2p names them.

use crate::streams::OpenError;
use libp2p::core::transport::TransportError;
use libp2p::swarm::{ConnectionDenied, ConnectionError, DialError, ListenError};
use serde_json::{json, Value};
use std::error::Error;
use std::io::{self, ErrorKind};

pub struct Fault {
    pub code: &'static str,
    pub fault: &'static str,
    pub text: String,
}

impl Fault {
    pub fn new(code: &'static str, fault: &'static str, text: impl ToString) -> Self {
        let text = text.to_string();
        Self { code, fault, text }
    }

    /// The three fields that every error line has, behind the line's own.
    pub fn onto(self, mut fields: Value) -> Value {
        fields["code"] = self.code.into();
        fields["fault"] = self.fault.into();
        fields["text"] = self.text.into();
        fields
    }
}

pub fn dial_fault(error: &DialError) -> Fault {
    let (code, fault) = match error {
        DialError::LocalPeerId { .. } => ("dial_to_self", "local"),
        DialError::NoAddresses => ("no_addresses", "local"),
        DialError::DialPeerConditionFalse(_) => ("condition_false", "local"),
        DialError::Aborted => ("aborted", "local"),
        DialError::WrongPeerId { .. } => ("wrong_peer", "remote"),
        DialError::Denied { cause } => denied(cause),
        DialError::Transport(errors) => errors
            .last()
            .map_or(("failed", "remote"), |(_, e)| transport(e)),
    };
    Fault::new(code, fault, chain(error))
}

/// The stage at which an inbound connection ended, and why.
pub fn listen_fault(error: &ListenError) -> (&'static str, Fault) {
    let (stage, (code, fault)) = match error {
        ListenError::Aborted => ("upgrade", ("aborted", "local")),
        ListenError::WrongPeerId { .. } => ("identity", ("wrong_peer", "remote")),
        ListenError::LocalPeerId { .. } => ("identity", ("dial_to_self", "local")),
        ListenError::Denied { cause } => ("identity", denied(cause)),
        ListenError::Transport(e) => ("upgrade", transport(e)),
    };
    (stage, Fault::new(code, fault, chain(error)))
}

pub fn open_fault(error: OpenError) -> Fault {
    let fault = match error.code {
        "timeout" => "timeout",
        "protocol_refused" => "refused",
        _ => "closed",
    };
    Fault::new(error.code, fault, error.text)
}

/// Why an established connection ended, and through whom.
pub fn close_reason(cause: Option<&ConnectionError>) -> (String, &'static str) {
    match cause {
        None => ("closed".into(), "local"),
        Some(ConnectionError::KeepAliveTimeout) => ("idle".into(), "local"),
        Some(ConnectionError::IO(e)) => {
            let text = chain(e);
            // The muxer wraps an orderly end of the other side into its own error.
            let by = if e.kind() == ErrorKind::UnexpectedEof || text.contains("closed") {
                "remote"
            } else {
                "transport"
            };
            (text, by)
        }
    }
}

fn denied(cause: &ConnectionDenied) -> (&'static str, &'static str) {
    match cause.source() {
        Some(e) if e.is::<libp2p::connection_limits::Exceeded>() => ("connection_limit", "limit"),
        _ => ("denied", "local"),
    }
}

/// What the texts of the library and of the kernel mean. The kinds beneath them are out of reach:
/// on the way up they are wrapped in types that show neither themselves nor their source.
const MEANINGS: &[(&str, &str, &str)] = &[
    ("Connection refused", "connection_refused", "refused"),
    ("negotiation failed", "protocol_refused", "refused"),
    ("Timeout", "timeout", "timeout"),
    ("timed out", "timeout", "timeout"),
    ("Connection reset", "closed", "closed"),
    ("Broken pipe", "closed", "closed"),
    ("end of file", "closed", "closed"),
    ("not enough input", "closed", "closed"),
    ("Cannot assign requested address", "address", "local"),
    ("Address already in use", "address", "local"),
];

fn transport(error: &TransportError<io::Error>) -> (&'static str, &'static str) {
    let TransportError::Other(e) = error else {
        return ("unsupported_address", "local");
    };
    let text = chain(e);
    MEANINGS
        .iter()
        .find(|(needle, ..)| text.contains(needle))
        .map_or(("failed", "remote"), |(_, code, fault)| (code, fault))
}

/// The error with its causes, on one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(e) = cause {
        let more = e.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = e.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn command_error(command: &str, fault: Fault) -> Value {
    fault.onto(json!({ "command": command }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_meanings() {
        let named = |e| transport(&TransportError::Other(io::Error::other(e)));
        let refused = io::Error::from_raw_os_error(111);
        assert_eq!(named(refused), ("connection_refused", "refused"));
        assert_eq!(
            named(io::Error::other("Protocol negotiation failed.")),
            ("protocol_refused", "refused")
        );
        assert_eq!(named(io::Error::other("odd")), ("failed", "remote"));
    }
}
