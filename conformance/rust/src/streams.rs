//! A small behaviour for protocols that are just a stream of bytes: it hands out every inbound
//! stream of a served protocol and opens streams of any protocol on connections that exist. It
//! never dials, and never drops a stream because nobody fetched it in time.

use futures::future::{ready, Ready};
use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo};
use libp2p::core::Endpoint;
use libp2p::swarm::handler::{ConnectionEvent, FullyNegotiatedInbound, FullyNegotiatedOutbound};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
    NetworkBehaviour, NotifyHandler, Stream, StreamProtocol, StreamUpgradeError, SubstreamProtocol,
    THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

pub type RequestId = u64;

/// Why an outbound stream did not come to be: a stable word, and text for people.
#[derive(Clone, Debug)]
pub struct OpenError {
    pub code: &'static str,
    pub text: String,
}

#[derive(Debug)]
pub struct Event {
    pub peer: PeerId,
    pub conn: ConnectionId,
    pub protocol: StreamProtocol,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Inbound(Stream),
    Outbound(RequestId, Result<Stream, OpenError>),
}

pub struct Streams {
    served: Arc<[StreamProtocol]>,
    conns: HashMap<PeerId, Vec<ConnectionId>>,
    waiting: HashMap<RequestId, (ConnectionId, PeerId, StreamProtocol)>,
    next_id: RequestId,
    queue: VecDeque<ToSwarm<Event, OpenRequest>>,
}

impl Streams {
    pub fn new(served: impl IntoIterator<Item = StreamProtocol>) -> Self {
        Self {
            served: served.into_iter().collect(),
            conns: HashMap::new(),
            waiting: HashMap::new(),
            next_id: 0,
            queue: VecDeque::new(),
        }
    }

    /// Asks for a stream on the oldest connection to the peer; `None` when there is none. The
    /// answer is an `Outbound` event with the same id.
    pub fn open(&mut self, peer: PeerId, protocol: StreamProtocol) -> Option<RequestId> {
        let conn = *self.conns.get(&peer)?.first()?;
        let id = self.next_id;
        self.next_id += 1;
        self.waiting.insert(id, (conn, peer, protocol.clone()));
        self.queue.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(conn),
            event: OpenRequest { id, protocol },
        });
        Some(id)
    }

    fn handler(&self) -> Handler {
        Handler {
            served: self.served.clone(),
            requests: VecDeque::new(),
            done: VecDeque::new(),
        }
    }

    fn fail_requests_of(&mut self, closed: ConnectionId) {
        let lost: Vec<RequestId> = self
            .waiting
            .iter()
            .filter(|(_, (conn, ..))| *conn == closed)
            .map(|(id, _)| *id)
            .collect();
        for id in lost {
            let Some((conn, peer, protocol)) = self.waiting.remove(&id) else {
                continue;
            };
            let error = OpenError {
                code: "closed",
                text: "the connection ended before the stream was there".into(),
            };
            self.queue.push_back(ToSwarm::GenerateEvent(Event {
                peer,
                conn,
                protocol,
                what: What::Outbound(id, Err(error)),
            }));
        }
    }
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = Handler;
    type ToSwarm = Event;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match event {
            FromSwarm::ConnectionEstablished(e) => {
                self.conns
                    .entry(e.peer_id)
                    .or_default()
                    .push(e.connection_id);
            }
            FromSwarm::ConnectionClosed(e) => {
                if let Some(conns) = self.conns.get_mut(&e.peer_id) {
                    conns.retain(|c| *c != e.connection_id);
                    if conns.is_empty() {
                        self.conns.remove(&e.peer_id);
                    }
                }
                self.fail_requests_of(e.connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        conn: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        if let What::Outbound(id, _) = &event.what {
            if self.waiting.remove(id).is_none() {
                return;
            }
        }
        self.queue.push_back(ToSwarm::GenerateEvent(Event {
            peer,
            conn,
            protocol: event.protocol,
            what: event.what,
        }));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.queue.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

#[derive(Debug)]
pub struct OpenRequest {
    id: RequestId,
    protocol: StreamProtocol,
}

#[derive(Debug)]
pub struct HandlerEvent {
    protocol: StreamProtocol,
    what: What,
}

pub struct Handler {
    served: Arc<[StreamProtocol]>,
    requests: VecDeque<OpenRequest>,
    done: VecDeque<HandlerEvent>,
}

impl ConnectionHandler for Handler {
    type FromBehaviour = OpenRequest;
    type ToBehaviour = HandlerEvent;
    type InboundProtocol = Offer;
    type OutboundProtocol = Offer;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = OpenRequest;

    fn listen_protocol(&self) -> SubstreamProtocol<Offer, ()> {
        SubstreamProtocol::new(Offer(self.served.clone()), ())
    }

    fn on_behaviour_event(&mut self, request: OpenRequest) {
        self.requests.push_back(request);
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Offer, OpenRequest, HandlerEvent>> {
        if let Some(event) = self.done.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(event));
        }
        if let Some(request) = self.requests.pop_front() {
            let offer = Offer([request.protocol.clone()].into());
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                protocol: SubstreamProtocol::new(offer, request),
            });
        }
        Poll::Pending
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Offer, Offer, (), OpenRequest>) {
        let event = match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: (stream, protocol),
                ..
            }) => HandlerEvent {
                protocol,
                what: What::Inbound(stream),
            },
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol: (stream, protocol),
                info,
            }) => HandlerEvent {
                protocol,
                what: What::Outbound(info.id, Ok(stream)),
            },
            ConnectionEvent::DialUpgradeError(failed) => HandlerEvent {
                protocol: failed.info.protocol,
                what: What::Outbound(failed.info.id, Err(open_error(failed.error))),
            },
            _ => return,
        };
        self.done.push_back(event);
    }
}

fn open_error(error: StreamUpgradeError<Infallible>) -> OpenError {
    let (code, text) = match error {
        StreamUpgradeError::Timeout => ("timeout", "negotiation took too long".into()),
        StreamUpgradeError::Apply(never) => match never {},
        StreamUpgradeError::NegotiationFailed => (
            "protocol_refused",
            "the peer refused the protocol (or reset the stream: the library tells no more)".into(),
        ),
        StreamUpgradeError::Io(e) => ("io", e.to_string()),
    };
    OpenError { code, text }
}

/// The upgrade that does nothing: it agrees on one of the protocols and gives the stream.
pub struct Offer(Arc<[StreamProtocol]>);

impl UpgradeInfo for Offer {
    type Info = StreamProtocol;
    type InfoIter = Vec<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.to_vec()
    }
}

impl<C> InboundUpgrade<C> for Offer {
    type Output = (C, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: C, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}

impl<C> OutboundUpgrade<C> for Offer {
    type Output = (C, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_outbound(self, stream: C, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}
