//! The library's gossipsub behaviour, with a window in it: which protocols it may negotiate is
//! chosen from outside, and every pubsub stream that it negotiates is told. It changes nothing
//! else about the library's conduct, for this is what the conformance tests are here to meet.

use crate::cli::{Options, Router};
use futures::future::BoxFuture;
use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo};
use libp2p::core::Endpoint;
use libp2p::gossipsub;
use libp2p::identity::Keypair;
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
    InboundUpgradeSend, ListenUpgradeError, OutboundUpgradeSend, ProtocolsChange, UpgradeInfoSend,
};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
    NetworkBehaviour, Stream, StreamUpgradeError, SubstreamProtocol, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Every protocol that the library can speak, in its order of preference.
pub const PROTOCOLS: &[&str] = &[
    "/meshsub/1.3.0",
    "/meshsub/1.2.0",
    "/meshsub/1.1.0",
    "/meshsub/1.0.0",
    FLOODSUB,
];
const FLOODSUB: &str = "/floodsub/1.0.0";

#[derive(Debug)]
pub enum Event {
    Gossip(gossipsub::Event),
    Stream {
        peer: PeerId,
        conn: ConnectionId,
        note: StreamNote,
    },
}

/// What happened to the pubsub streams of one connection.
#[derive(Debug)]
pub enum StreamNote {
    Opened {
        inbound: bool,
        protocol: String,
    },
    OpenFailed(String),
    /// The handler stopped listening: it is disabled for the life of the connection.
    Withdrawn(Vec<String>),
}

pub struct Pubsub {
    inner: gossipsub::Behaviour,
    allowed: Arc<[String]>,
    events: VecDeque<Event>,
}

impl Pubsub {
    pub fn new(key: &Keypair, options: &Options) -> Result<Self, String> {
        let allowed = allowed_protocols(options);
        let mut config = gossipsub::ConfigBuilder::default();
        let id_kind = options.message_id;
        config.message_id_fn(move |message| id_kind.id(message));
        if allowed.iter().any(|p| p == FLOODSUB) {
            config.support_floodsub();
        }
        let authenticity = if options.signed {
            config.validation_mode(gossipsub::ValidationMode::Strict);
            gossipsub::MessageAuthenticity::Signed(key.clone())
        } else {
            config.validation_mode(gossipsub::ValidationMode::Anonymous);
            gossipsub::MessageAuthenticity::Anonymous
        };
        let config = config.build().map_err(|e| e.to_string())?;
        Ok(Self {
            inner: gossipsub::Behaviour::new(authenticity, config)?,
            allowed,
            events: VecDeque::new(),
        })
    }

    pub fn gossip(&mut self) -> &mut gossipsub::Behaviour {
        &mut self.inner
    }

    fn watch(&self, inner: THandler<gossipsub::Behaviour>) -> Watched<Inner> {
        Watched {
            inner,
            allowed: self.allowed.clone(),
            notes: VecDeque::new(),
        }
    }
}

fn allowed_protocols(options: &Options) -> Arc<[String]> {
    match (&options.gossip_protocols, options.router) {
        (Some(list), _) => list.clone().into(),
        (None, Router::Floodsub) => [FLOODSUB.to_owned()].into(),
        // As in the library: floodsub is offered only when it is asked for.
        (None, _) => PROTOCOLS
            .iter()
            .filter(|p| **p != FLOODSUB)
            .map(|p| p.to_string())
            .collect(),
    }
}

type Inner = THandler<gossipsub::Behaviour>;

impl NetworkBehaviour for Pubsub {
    type ConnectionHandler = Watched<Inner>;
    type ToSwarm = Event;

    fn handle_established_inbound_connection(
        &mut self,
        conn: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let inner = self
            .inner
            .handle_established_inbound_connection(conn, peer, local, remote)?;
        Ok(self.watch(inner))
    }

    fn handle_established_outbound_connection(
        &mut self,
        conn: ConnectionId,
        peer: PeerId,
        addr: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let inner = self
            .inner
            .handle_established_outbound_connection(conn, peer, addr, role, port)?;
        Ok(self.watch(inner))
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        self.inner.on_swarm_event(event);
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        conn: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {
            FromHandler::Inner(event) => self.inner.on_connection_handler_event(peer, conn, event),
            FromHandler::Note(note) => self.events.push_back(Event::Stream { peer, conn, note }),
        }
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some(event) = self.events.pop_front() {
            return Poll::Ready(ToSwarm::GenerateEvent(event));
        }
        self.inner
            .poll(cx)
            .map(|to_swarm| to_swarm.map_out(Event::Gossip))
    }
}

#[derive(Debug)]
pub enum FromHandler<E> {
    Inner(E),
    Note(StreamNote),
}

/// The handler of one connection: the library's, seen through `Narrow`.
pub struct Watched<H> {
    inner: H,
    allowed: Arc<[String]>,
    notes: VecDeque<StreamNote>,
}

impl<H> Watched<H> {
    fn opened(&mut self, inbound: bool, protocol: String) {
        self.notes
            .push_back(StreamNote::Opened { inbound, protocol });
    }

    fn narrow<U, I>(&self, protocol: SubstreamProtocol<U, I>) -> SubstreamProtocol<Narrow<U>, I>
    where
        U: UpgradeInfoSend,
    {
        let allowed = self.allowed.clone();
        protocol.map_upgrade(|upgrade| Narrow { upgrade, allowed })
    }
}

impl<H: ConnectionHandler> ConnectionHandler for Watched<H> {
    type FromBehaviour = H::FromBehaviour;
    type ToBehaviour = FromHandler<H::ToBehaviour>;
    type InboundProtocol = Narrow<H::InboundProtocol>;
    type OutboundProtocol = Narrow<H::OutboundProtocol>;
    type InboundOpenInfo = H::InboundOpenInfo;
    type OutboundOpenInfo = H::OutboundOpenInfo;

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol, Self::InboundOpenInfo> {
        self.narrow(self.inner.listen_protocol())
    }

    fn connection_keep_alive(&self) -> bool {
        self.inner.connection_keep_alive()
    }

    fn on_behaviour_event(&mut self, event: Self::FromBehaviour) {
        self.inner.on_behaviour_event(event);
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<
        ConnectionHandlerEvent<Self::OutboundProtocol, Self::OutboundOpenInfo, Self::ToBehaviour>,
    > {
        if let Some(note) = self.notes.pop_front() {
            let note = FromHandler::Note(note);
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(note));
        }
        self.inner.poll(cx).map(|event| {
            let allowed = self.allowed.clone();
            event
                .map_custom(FromHandler::Inner)
                .map_protocol(|upgrade| Narrow { upgrade, allowed })
        })
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Option<Self::ToBehaviour>> {
        self.inner
            .poll_close(cx)
            .map(|event| event.map(FromHandler::Inner))
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<
            Self::InboundProtocol,
            Self::OutboundProtocol,
            Self::InboundOpenInfo,
            Self::OutboundOpenInfo,
        >,
    ) {
        let event = match event {
            ConnectionEvent::FullyNegotiatedInbound(negotiated) => {
                let (name, protocol) = negotiated.protocol;
                self.opened(true, name);
                let info = negotiated.info;
                ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, info })
            }
            ConnectionEvent::FullyNegotiatedOutbound(negotiated) => {
                let (name, protocol) = negotiated.protocol;
                self.opened(false, name);
                let info = negotiated.info;
                ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info })
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info, error }) => {
                self.notes
                    .push_back(StreamNote::OpenFailed(describe(&error)));
                ConnectionEvent::DialUpgradeError(DialUpgradeError { info, error })
            }
            ConnectionEvent::ListenUpgradeError(ListenUpgradeError { info, error }) => {
                ConnectionEvent::ListenUpgradeError(ListenUpgradeError { info, error })
            }
            ConnectionEvent::AddressChange(change) => ConnectionEvent::AddressChange(change),
            ConnectionEvent::RemoteProtocolsChange(change) => {
                ConnectionEvent::RemoteProtocolsChange(change)
            }
            ConnectionEvent::LocalProtocolsChange(change) => {
                if let Some(gone) = withdrawn(&change) {
                    self.notes.push_back(StreamNote::Withdrawn(gone));
                }
                ConnectionEvent::LocalProtocolsChange(change)
            }
            _ => return, // kinds that this release does not have
        };
        self.inner.on_connection_event(event);
    }
}

/// The pubsub protocols that the connection stopped offering, if there are any.
fn withdrawn(change: &ProtocolsChange) -> Option<Vec<String>> {
    let ProtocolsChange::Removed(removed) = change else {
        return None;
    };
    let gone: Vec<String> = removed
        .clone()
        .map(|p| p.to_string())
        .filter(|p| PROTOCOLS.contains(&p.as_str()))
        .collect();
    (!gone.is_empty()).then_some(gone)
}

/// Why an outbound stream did not come to be. The library cannot tell a reset before the answer
/// from a refusal.
fn describe<E>(error: &StreamUpgradeError<E>) -> String {
    match error {
        StreamUpgradeError::Timeout => "timeout".into(),
        StreamUpgradeError::Apply(_) => "upgrade failed".into(),
        StreamUpgradeError::NegotiationFailed => "no protocol agreed upon, or reset".into(),
        StreamUpgradeError::Io(e) => e.to_string(),
    }
}

/// An upgrade that offers only the allowed ones of its protocols, and says which was taken.
pub struct Narrow<U> {
    upgrade: U,
    allowed: Arc<[String]>,
}

impl<U: UpgradeInfoSend> UpgradeInfo for Narrow<U> {
    type Info = U::Info;
    type InfoIter = Vec<U::Info>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.upgrade
            .protocol_info()
            .filter(|info| self.allowed.iter().any(|a| a == info.as_ref()))
            .collect()
    }
}

impl<U: InboundUpgradeSend> InboundUpgrade<Stream> for Narrow<U> {
    type Output = (String, U::Output);
    type Error = U::Error;
    type Future = BoxFuture<'static, Result<Self::Output, Self::Error>>;

    fn upgrade_inbound(self, stream: Stream, info: Self::Info) -> Self::Future {
        let name = info.as_ref().to_owned();
        let upgraded = self.upgrade.upgrade_inbound(stream, info);
        Box::pin(async move { Ok((name, upgraded.await?)) })
    }
}

impl<U: OutboundUpgradeSend> OutboundUpgrade<Stream> for Narrow<U> {
    type Output = (String, U::Output);
    type Error = U::Error;
    type Future = BoxFuture<'static, Result<Self::Output, Self::Error>>;

    fn upgrade_outbound(self, stream: Stream, info: Self::Info) -> Self::Future {
        let name = info.as_ref().to_owned();
        let upgraded = self.upgrade.upgrade_outbound(stream, info);
        Box::pin(async move { Ok((name, upgraded.await?)) })
    }
}
