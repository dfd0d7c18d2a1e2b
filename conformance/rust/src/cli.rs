//! Turns the command line into options. It never touches the network; every refusal names the
//! flag and what was wrong with its value.

use crate::message_id::IdKind;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

pub const HELP: &str = "\
rustpeer: a rust-libp2p node that prints JSON lines (see README.md)
  --listen MADDR       repeatable; default /ip4/127.0.0.1/tcp/0; none = dial only
  --dial MADDR         with /p2p/; repeatable
  --seed TEXT          key = Ed25519 from SHA-256(TEXT)     --key-file FILE
  --topic T            repeatable
  --publish-every DUR  --count N (0 = no end)  --size BYTES
  --duration DUR       0 = until SIGINT, SIGTERM or quit
  --redial-every DUR   --redial-max N (rounds, 0 = no end)  --dial-burst N
  --dial-mode once|always|unknown
  --security noise|plaintext     --sign strict|none
  --router gossipsub|floodsub|none     --gossip-protocols LIST (comma between)
  --message-id spec|go|rust|js|sha256
  --max-negotiating N  --peer-conns N  --yamux-max-streams N
  --ping-every DUR     --stats-every DUR (default 1s, 0 = never)
  --stdin  --name TEXT --log LEVEL (or tracing directives)  --help
durations: 250ms, 2s, 1m";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialMode {
    /// The library's default: not while connected to the peer or dialing it.
    Once,
    /// A new connection each time, to a peer that is named.
    Always,
    /// `dial(Multiaddr)`: the library is not told which peer, so its condition cannot hold.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Router {
    Gossipsub,
    Floodsub,
    None,
}

#[derive(Clone, Debug)]
pub struct Target {
    pub peer: PeerId,
    pub addr: Multiaddr,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let addr = Multiaddr::from_str(text).map_err(|e| e.to_string())?;
        match addr.iter().last() {
            Some(Protocol::P2p(peer)) => Ok(Self { peer, addr }),
            _ => Err("it does not end in /p2p/<peer id>".into()),
        }
    }
}

#[derive(Debug)]
pub struct Options {
    pub listen: Vec<Multiaddr>,
    pub dial: Vec<Target>,
    pub seed: Option<String>,
    pub key_file: Option<PathBuf>,
    pub topics: Vec<String>,
    pub publish_every: Option<Duration>,
    pub count: u64,
    pub size: usize,
    pub duration: Option<Duration>,
    pub redial_every: Option<Duration>,
    pub redial_max: u64,
    pub dial_burst: u64,
    pub dial_mode: DialMode,
    pub plaintext: bool,
    pub signed: bool,
    pub router: Router,
    pub gossip_protocols: Option<Vec<String>>,
    pub message_id: IdKind,
    pub max_negotiating: Option<usize>,
    pub peer_conns: Option<u32>,
    pub yamux_max_streams: Option<usize>,
    pub ping_every: Option<Duration>,
    pub stats_every: Option<Duration>,
    pub stdin: bool,
    pub name: String,
    pub log: String,
    pub help: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            dial: Vec::new(),
            seed: None,
            key_file: None,
            topics: Vec::new(),
            publish_every: None,
            count: 0,
            size: 64,
            duration: None,
            redial_every: None,
            redial_max: 0,
            dial_burst: 1,
            dial_mode: DialMode::Once,
            plaintext: false,
            signed: true,
            router: Router::Gossipsub,
            gossip_protocols: None,
            message_id: IdKind::Spec,
            max_negotiating: None,
            peer_conns: None,
            yamux_max_streams: None,
            ping_every: None,
            stats_every: Some(Duration::from_secs(1)),
            stdin: false,
            name: "rust".into(),
            log: "warn".into(),
            help: false,
        }
    }
}

/// Flags of the common interface, and of the go peer, that this program does not have.
const NOT_YET: &[&str] = &["--max-streams", "--limit", "--trace"];

/// The largest RPC that rust gossipsub sends or takes by default, less room for the envelope.
const MAX_PAYLOAD: usize = 65_000;

pub fn parse(args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut id_given = false;
    let mut listen_given = false;
    let mut args = args;
    while let Some(arg) = args.next() {
        let (flag, mut inline) = match arg.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag.to_owned(), Some(value.into())),
            _ => (arg, None),
        };
        if NOT_YET.contains(&flag.as_str()) {
            return Err(format!("{flag}: not yet"));
        }
        if set_switch(&mut options, &flag) {
            if inline.is_some() {
                return Err(format!("{flag}: takes no value"));
            }
            continue;
        }
        if !is_flag(&flag) {
            return Err(format!("{flag}: no such flag (--help lists them)"));
        }
        let value: String = inline
            .take()
            .or_else(|| args.next())
            .ok_or_else(|| format!("{flag}: a value is missing"))?;
        set_value(&mut options, &flag, &value).map_err(|why| format!("{flag} {value:?}: {why}"))?;
        id_given |= flag == "--message-id";
        listen_given |= flag == "--listen";
    }
    if !listen_given {
        options.listen = vec!["/ip4/127.0.0.1/tcp/0".parse().expect("a valid address")];
    }
    check_together(options, id_given)
}

fn check_together(mut options: Options, id_given: bool) -> Result<Options, String> {
    if options.seed.is_some() && options.key_file.is_some() {
        return Err("--key-file: --seed is given too; a peer has one key".into());
    }
    if !options.signed && !id_given {
        options.message_id = IdKind::Sha256;
    }
    if !options.signed && !options.message_id.works_unsigned() {
        return Err("--message-id: with --sign none only sha256 and js tell messages apart".into());
    }
    if options.gossip_protocols.is_some() && options.router != Router::Gossipsub {
        return Err("--gossip-protocols: only with --router gossipsub".into());
    }
    if options.publish_every.is_some() && options.topics.is_empty() {
        return Err("--publish-every: there is no --topic to publish to".into());
    }
    if options.router == Router::None && !options.topics.is_empty() {
        return Err("--topic: --router none has no topics".into());
    }
    Ok(options)
}

fn set_switch(options: &mut Options, flag: &str) -> bool {
    match flag {
        "--stdin" => options.stdin = true,
        "--help" => options.help = true,
        _ => return false,
    }
    true
}

fn is_flag(flag: &str) -> bool {
    flag.starts_with("--")
        && HELP
            .split(|c: char| c.is_whitespace())
            .any(|word| word == flag)
}

fn set_value(o: &mut Options, flag: &str, value: &str) -> Result<(), String> {
    match flag {
        "--listen" if value == "none" => o.listen.clear(),
        "--listen" => o.listen.push(from_text(value)?),
        "--dial" => o.dial.push(value.parse()?),
        "--seed" => o.seed = Some(value.into()),
        "--key-file" => o.key_file = Some(value.into()),
        "--topic" if value.is_empty() => return Err("empty".into()),
        "--topic" if o.topics.iter().any(|t| t == value) => {}
        "--topic" => o.topics.push(value.into()),
        "--publish-every" => o.publish_every = period(value)?,
        "--count" => o.count = from_text(value)?,
        "--size" => o.size = bounded(value, 0, MAX_PAYLOAD)?,
        "--duration" => o.duration = period(value)?,
        "--redial-every" => o.redial_every = period(value)?,
        "--redial-max" => o.redial_max = from_text(value)?,
        "--dial-burst" => o.dial_burst = bounded(value, 1, 1000)?,
        "--dial-mode" => o.dial_mode = dial_mode(value)?,
        "--security" => o.plaintext = choice(value, &["noise", "plaintext"])? == 1,
        "--sign" => o.signed = choice(value, &["strict", "none"])? == 0,
        "--router" => o.router = router(value)?,
        "--gossip-protocols" => o.gossip_protocols = Some(protocol_list(value)?),
        "--message-id" => o.message_id = message_id(value)?,
        "--max-negotiating" => o.max_negotiating = Some(bounded(value, 1, 1 << 20)?),
        "--peer-conns" => o.peer_conns = Some(bounded(value, 1, 1 << 20)?),
        "--yamux-max-streams" => o.yamux_max_streams = Some(bounded(value, 1, 4096)?),
        "--ping-every" => o.ping_every = period(value)?,
        "--stats-every" => o.stats_every = period(value)?,
        "--name" => o.name = value.into(),
        "--log" => o.log = log_level(value)?,
        _ => return Err("no such flag (--help lists them)".into()),
    }
    Ok(())
}

fn from_text<T: FromStr>(value: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|e: T::Err| e.to_string())
}

fn bounded<T>(value: &str, low: T, high: T) -> Result<T, String>
where
    T: FromStr + PartialOrd + std::fmt::Display,
    T::Err: std::fmt::Display,
{
    let number: T = from_text(value)?;
    if number < low || number > high {
        return Err(format!("not between {low} and {high}"));
    }
    Ok(number)
}

/// The place of the value in the list of what is allowed.
fn choice(value: &str, allowed: &[&str]) -> Result<usize, String> {
    allowed
        .iter()
        .position(|a| *a == value)
        .ok_or_else(|| format!("not one of {}", allowed.join(", ")))
}

fn dial_mode(value: &str) -> Result<DialMode, String> {
    let modes = [DialMode::Once, DialMode::Always, DialMode::Unknown];
    Ok(modes[choice(value, &["once", "always", "unknown"])?])
}

fn router(value: &str) -> Result<Router, String> {
    let routers = [Router::Gossipsub, Router::Floodsub, Router::None];
    Ok(routers[choice(value, &["gossipsub", "floodsub", "none"])?])
}

fn message_id(value: &str) -> Result<IdKind, String> {
    use IdKind::{Js, Rust, Sha256, Spec};
    let kinds = [Spec, Spec, Rust, Js, Sha256];
    Ok(kinds[choice(value, &["spec", "go", "rust", "js", "sha256"])?])
}

fn protocol_list(value: &str) -> Result<Vec<String>, String> {
    value
        .split(',')
        .map(|name| {
            choice(name, crate::pubsub::PROTOCOLS).map(|i| crate::pubsub::PROTOCOLS[i].to_owned())
        })
        .collect()
}

fn log_level(value: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::try_new(value).map_err(|e| e.to_string())?;
    // A lone unknown word would be read as the name of a crate, and silence everything.
    if !value.contains(['=', ',']) {
        choice(value, &["off", "error", "warn", "info", "debug", "trace"])?;
    }
    Ok(value.into())
}

/// A duration where 0 means "never" or "for ever".
fn period(value: &str) -> Result<Option<Duration>, String> {
    if value == "0" {
        return Ok(None);
    }
    let split = value
        .find(|c: char| !c.is_ascii_digit())
        .ok_or("a unit is missing (ms, s, m)")?;
    let (number, unit) = value.split_at(split);
    let number: u64 = from_text(number)?;
    let factor = [1, 1000, 60_000][choice(unit, &["ms", "s", "m"])
        .map_err(|_| "not a duration like 250ms, 2s or 1m".to_owned())?];
    let ms = number
        .checked_mul(factor)
        .filter(|ms| *ms <= 365 * 24 * 3_600_000)
        .ok_or("longer than a year")?;
    Ok((ms > 0).then(|| Duration::from_millis(ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(args: &[&str]) -> Result<Options, String> {
        parse(args.iter().map(|a| a.to_string()))
    }

    #[test]
    fn durations() {
        assert_eq!(period("250ms"), Ok(Some(Duration::from_millis(250))));
        assert_eq!(period("2s"), Ok(Some(Duration::from_secs(2))));
        assert_eq!(period("1m"), Ok(Some(Duration::from_secs(60))));
        assert_eq!(period("0"), Ok(None));
        assert_eq!(period("0s"), Ok(None));
        for bad in ["", "5", "s", "1.5s", "-1s", "1h", "99999999999999999999s"] {
            assert!(period(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn refusals_name_the_flag() {
        let peer = "/ip4/127.0.0.1/tcp/1/p2p/12D3KooW";
        for (flag, value) in [
            ("--listen", "nonsense"),
            ("--dial", "/ip4/127.0.0.1/tcp/1"),
            ("--dial", peer),
            ("--size", "65001"),
            ("--security", "tls"),
            ("--gossip-protocols", "/meshsub/9.9.9"),
            ("--log", "loud"),
            ("--limit", "streams=1"),
            ("--bogus", "1"),
        ] {
            let why = run(&[flag, value]).expect_err(value);
            assert!(why.starts_with(flag), "{why}");
        }
    }

    #[test]
    fn defaults_and_repeats() {
        let o = run(&["--topic", "a", "--topic=b"]).expect("valid");
        assert_eq!(o.topics, ["a", "b"]);
        assert_eq!(o.listen.len(), 1);
        assert!(run(&["--listen", "none"]).expect("valid").listen.is_empty());
    }

    #[test]
    fn unsigned_messages_need_ids_from_their_data() {
        assert_eq!(
            run(&["--sign", "none"]).expect("valid").message_id,
            IdKind::Sha256
        );
        assert!(run(&["--sign", "none", "--message-id", "spec"]).is_err());
    }
}
