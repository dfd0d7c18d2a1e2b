//! Reads the commands that come on stdin, one a line. It never carries them out.

use crate::cli::Target;
use libp2p::swarm::StreamProtocol;
use libp2p::PeerId;
use std::fmt::Display;
use std::str::FromStr;

/// Most streams that one command may open.
const MAX_STREAMS: u64 = 2000;
/// Most bytes that one of them may carry; for ping, how often.
const MAX_BYTES: u64 = 1 << 32;

const NO_SUCH_COMMAND: &str = "no such command";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Echo,
    Sink,
    Source,
    Reset,
    Ping,
}

impl Verb {
    pub fn name(self) -> &'static str {
        match self {
            Verb::Echo => "echo",
            Verb::Sink => "sink",
            Verb::Source => "source",
            Verb::Reset => "reset",
            Verb::Ping => "ping",
        }
    }
}

#[derive(Debug)]
pub enum Command {
    Dial(Target),
    Open(PeerId, StreamProtocol),
    /// The words after `publish`; which of them is the topic depends on the subscriptions.
    Publish(String),
    Subscribe(String),
    Unsubscribe(String),
    Disconnect(PeerId),
    Protocols(PeerId),
    Peers,
    Stats,
    Quit,
    /// A client of a byte protocol: bytes for each stream (for ping: how often), streams.
    Ask {
        verb: Verb,
        peer: PeerId,
        bytes: u64,
        streams: u64,
    },
}

/// `Ok(None)` for an empty line.
pub fn parse(line: &str) -> Result<Option<Command>, String> {
    let line = line.trim();
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let words: Vec<&str> = rest.split_whitespace().collect();
    let command = match (verb, words.as_slice()) {
        ("", _) => return Ok(None),
        ("dial", [addr]) => Command::Dial(value("address", addr)?),
        ("open", [peer, name]) => Command::Open(value("peer", peer)?, protocol(name)?),
        ("publish", [_, ..]) => Command::Publish(rest.into()),
        ("subscribe", [topic]) => Command::Subscribe((*topic).into()),
        ("unsubscribe", [topic]) => Command::Unsubscribe((*topic).into()),
        ("disconnect", [peer]) => Command::Disconnect(value("peer", peer)?),
        ("protocols", [peer]) => Command::Protocols(value("peer", peer)?),
        ("peers", []) => Command::Peers,
        ("stats", []) => Command::Stats,
        ("quit", []) => Command::Quit,
        ("echo", [peer, bytes, streams]) => ask(Verb::Echo, peer, bytes, streams)?,
        ("sink", [peer, bytes, streams]) => ask(Verb::Sink, peer, bytes, streams)?,
        ("source", [peer, bytes, streams]) => ask(Verb::Source, peer, bytes, streams)?,
        ("reset", [peer, streams]) => ask(Verb::Reset, peer, "1", streams)?,
        ("ping", [peer, times]) => ask(Verb::Ping, peer, times, "1")?,
        _ => return Err(usage(verb)),
    };
    Ok(Some(command))
}

fn usage(verb: &str) -> String {
    let arguments = match verb {
        "dial" => "M",
        "open" => "PEER PROTOCOL",
        "publish" => "[TOPIC] TEXT",
        "subscribe" | "unsubscribe" => "T",
        "disconnect" | "protocols" => "PEER",
        "peers" | "stats" | "quit" => "without arguments",
        "echo" | "sink" | "source" => "PEER BYTES STREAMS",
        "reset" => "PEER STREAMS",
        "ping" => "PEER N",
        _ => return NO_SUCH_COMMAND.into(),
    };
    format!("use: {verb} {arguments}")
}

/// The code of the error line for a command that `parse` refused.
pub fn refusal_code(verb: &str) -> &'static str {
    match usage(verb).as_str() {
        NO_SUCH_COMMAND => "unknown_command",
        _ => "bad_arguments",
    }
}

fn ask(verb: Verb, peer: &str, bytes: &str, streams: &str) -> Result<Command, String> {
    let bytes = bounded("number", bytes, u64::from(verb == Verb::Ping), MAX_BYTES)?;
    let streams = bounded("number of streams", streams, 1, MAX_STREAMS)?;
    Ok(Command::Ask {
        verb,
        peer: value("peer", peer)?,
        bytes,
        streams,
    })
}

fn bounded(what: &str, text: &str, low: u64, high: u64) -> Result<u64, String> {
    let number = value(what, text)?;
    if number < low || number > high {
        return Err(format!("{what} {text:?}: not between {low} and {high}"));
    }
    Ok(number)
}

fn protocol(name: &str) -> Result<StreamProtocol, String> {
    StreamProtocol::try_from_owned(name.to_owned()).map_err(|e| e.to_string())
}

fn value<T: FromStr>(what: &str, text: &str) -> Result<T, String>
where
    T::Err: Display,
{
    text.parse().map_err(|e| format!("{what} {text:?}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let peer = crate::keys::from_seed("a").public().to_peer_id();
        assert!(matches!(parse("  "), Ok(None)));
        assert!(matches!(parse("peers"), Ok(Some(Command::Peers))));
        assert!(matches!(
            parse(&format!("echo {peer} 10 3")),
            Ok(Some(Command::Ask {
                verb: Verb::Echo,
                bytes: 10,
                streams: 3,
                ..
            }))
        ));
        let Ok(Some(Command::Publish(text))) = parse("publish t  two  words") else {
            panic!("publish");
        };
        assert_eq!(text, "t  two  words");
        for bad in ["bogus", "dial", "dial x", "echo x 1 1", "peers now", "open"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&format!("echo {peer} 10 0")).is_err());
        assert!(parse(&format!("open {peer} no-slash")).is_err());
    }
}
