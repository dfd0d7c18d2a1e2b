//! Puts the swarm together: TCP, noise or plaintext, yamux, and the behaviours. Everything that
//! no flag changes is the library's default, because defaults are what the tests meet.

use crate::bytes::SERVED;
use crate::cli::{Options, Router};
use crate::pubsub::Pubsub;
use crate::streams::Streams;
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::swarm::{Config, NetworkBehaviour, StreamProtocol};
use libp2p::{identify, noise, ping, plaintext, tcp, yamux, PeerId, Swarm, Transport};
use std::time::Duration;

/// As in the library's own builder.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(10);
/// Long enough that only gossip, limits and people end connections.
const IDLE_TIMEOUT: Duration = Duration::from_secs(3600);

/// As the library's own, which others know it by: what they assume of its limits comes from that.
pub const AGENT: &str = concat!(
    "rust-libp2p/",
    env!("CARGO_PKG_VERSION"),
    " (",
    env!("CARGO_PKG_NAME"),
    ")"
);

#[derive(NetworkBehaviour)]
pub struct Behaviour {
    limits: connection_limits::Behaviour,
    pub pubsub: Toggle<Pubsub>,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    pub streams: Streams,
}

pub fn build(key: &Keypair, options: &Options) -> Result<Swarm<Behaviour>, String> {
    let mut config = Config::with_tokio_executor().with_idle_connection_timeout(IDLE_TIMEOUT);
    if let Some(most) = options.max_negotiating {
        config = config.with_max_negotiating_inbound_streams(most);
    }
    let peer = key.public().to_peer_id();
    Ok(Swarm::new(
        transport(key, options)?,
        behaviour(key, options)?,
        peer,
        config,
    ))
}

fn behaviour(key: &Keypair, options: &Options) -> Result<Behaviour, String> {
    let pubsub = match options.router {
        Router::None => None,
        Router::Gossipsub | Router::Floodsub => Some(Pubsub::new(key, options)?),
    };
    let mut ping = ping::Config::new();
    if let Some(every) = options.ping_every {
        ping = ping.with_interval(every);
    }
    let limits = ConnectionLimits::default().with_max_established_per_peer(options.peer_conns);
    let identify = identify::Config::new("ipfs/0.1.0".into(), key.public());
    Ok(Behaviour {
        limits: connection_limits::Behaviour::new(limits),
        pubsub: Toggle::from(pubsub),
        identify: identify::Behaviour::new(identify.with_agent_version(AGENT.into())),
        ping: ping::Behaviour::new(ping),
        streams: Streams::new(SERVED.iter().map(|name| StreamProtocol::new(name))),
    })
}

fn transport(key: &Keypair, options: &Options) -> Result<Boxed<(PeerId, StreamMuxerBox)>, String> {
    let mut muxer = yamux::Config::default();
    if let Some(most) = options.yamux_max_streams {
        muxer.set_max_num_streams(most);
    }
    let tcp = tcp::tokio::Transport::new(tcp::Config::default()).upgrade(Version::V1Lazy);
    Ok(if options.plaintext {
        tcp.authenticate(plaintext::Config::new(key))
            .multiplex(muxer)
            .timeout(UPGRADE_TIMEOUT)
            .boxed()
    } else {
        tcp.authenticate(noise::Config::new(key).map_err(|e| e.to_string())?)
            .multiplex(muxer)
            .timeout(UPGRADE_TIMEOUT)
            .boxed()
    })
}
