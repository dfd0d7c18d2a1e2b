//! What the network did, told as lines.

use crate::faults::{close_reason, dial_fault, listen_fault};
use crate::network::{Behaviour, BehaviourEvent};
use crate::node::{direction, number, Conn, Node};
use crate::pubsub::{self, StreamNote};
use libp2p::core::ConnectedPoint;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{ConnectionId, NetworkBehaviour, SwarmEvent};
use libp2p::{gossipsub, identify, ping, Multiaddr, PeerId};
use serde_json::json;
use std::collections::BTreeSet;

/// How much of a message's data its line shows.
const HEAD: usize = 48;

type Event = SwarmEvent<<Behaviour as NetworkBehaviour>::ToSwarm>;

impl Node {
    pub fn on_swarm_event(&mut self, event: Event) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour(event),
            SwarmEvent::NewListenAddr { address, .. } => self.on_listening(address),
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            } => self.on_established(peer_id, connection_id, &endpoint),
            SwarmEvent::ConnectionClosed {
                connection_id,
                cause,
                ..
            } => self.on_closed(connection_id, close_reason(cause.as_ref())),
            SwarmEvent::IncomingConnectionError {
                connection_id,
                send_back_addr,
                error,
                ..
            } => {
                let (stage, fault) = listen_fault(&error);
                let fields = json!({ "conn": number(connection_id), "dir": "in",
                    "remote": send_back_addr, "stage": stage, "count": 1 });
                self.out.emit("upgrade_error", fault.onto(fields));
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id,
                error,
                ..
            } => {
                if let Some(target) = self.dialing.remove(&connection_id) {
                    let fields = json!({ "peer": target.peer.to_string(), "addr": target.addr });
                    self.out.emit("dial_error", dial_fault(&error).onto(fields));
                }
            }
            SwarmEvent::ListenerError { error, .. } => eprintln!("listener: {error}"),
            SwarmEvent::ListenerClosed { reason, .. } => eprintln!("listener ended: {reason:?}"),
            _ => {}
        }
    }

    fn on_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Pubsub(pubsub::Event::Gossip(event)) => self.on_gossip(event),
            BehaviourEvent::Pubsub(pubsub::Event::Stream { peer, conn, note }) => {
                self.on_pubsub_stream(peer, number(conn), note);
            }
            BehaviourEvent::Identify(event) => self.on_identify(event),
            BehaviourEvent::Ping(event) => self.on_ping(event),
            BehaviourEvent::Streams(event) => self.on_stream(event),
            BehaviourEvent::Limits(never) => match never {},
        }
    }

    fn on_listening(&mut self, addr: Multiaddr) {
        let peer = *self.swarm.local_peer_id();
        let full = addr.clone().with_p2p(peer).unwrap_or_else(|addr| addr);
        let fields = json!({ "peer": peer.to_string(), "addr": addr, "full": full });
        self.out.emit("listening", fields);
    }

    fn on_established(&mut self, peer: PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        let conn = Conn {
            peer,
            inbound: endpoint.is_listener(),
            remote: without_peer(endpoint.get_remote_address()),
            protocols: None,
            pubsub_in: None,
            pubsub_out: None,
        };
        if let Some(target) = self.dialing.remove(&id) {
            let fields = json!({ "peer": peer.to_string(), "addr": target.addr });
            self.out.emit("dial_ok", fields);
        }
        let (dir, remote) = (direction(conn.inbound), conn.remote.clone());
        self.conns.insert(number(id), conn);
        let fields = json!({ "peer": peer.to_string(), "conn": number(id), "dir": dir,
            "remote": remote, "conns_to_peer": self.conns_to(&peer) });
        self.out.emit("conn_open", fields);
    }

    fn on_closed(&mut self, id: ConnectionId, (reason, by): (String, &str)) {
        let Some(conn) = self.conns.remove(&number(id)) else {
            return;
        };
        if let Some(protocol) = &conn.pubsub_out {
            self.pubsub_out_closed(&conn.peer, number(id), protocol, "connection closed");
        }
        let peer = conn.peer.to_string();
        let fields = json!({ "peer": peer, "conn": number(id), "dir": direction(conn.inbound),
            "remote": conn.remote, "conns_to_peer": self.conns_to(&conn.peer),
            "reason": reason, "by": by });
        self.out.emit("conn_close", fields);
    }

    fn on_gossip(&mut self, event: gossipsub::Event) {
        match event {
            gossipsub::Event::Message {
                propagation_source,
                message,
                ..
            } => {
                let head = &message.data[..message.data.len().min(HEAD)];
                let fields = json!({
                    "from": message.source.map(|p| p.to_string()),
                    "via": propagation_source.to_string(),
                    "seqno": message.sequence_number.map(|n| format!("{n:016x}")),
                    "topic": message.topic.as_str(),
                    "len": message.data.len(),
                    "head": String::from_utf8_lossy(head),
                });
                self.out.emit("message", fields);
            }
            gossipsub::Event::Subscribed { peer_id, topic, .. } => {
                let fields = json!({ "topic": topic.as_str(), "peer": peer_id.to_string() });
                self.out.emit("peer_subscribed", fields);
            }
            gossipsub::Event::Unsubscribed { peer_id, topic } => {
                let fields = json!({ "topic": topic.as_str(), "peer": peer_id.to_string() });
                self.out.emit("peer_unsubscribed", fields);
            }
            gossipsub::Event::GossipsubNotSupported { peer_id } => {
                let hint = "the library gave pubsub up on a connection to this peer";
                let fields = json!({ "kind": "pubsub_refused", "peer": peer_id.to_string(),
                    "hint": hint });
                self.out.emit("warning", fields);
            }
            gossipsub::Event::SlowPeer {
                peer_id,
                failed_messages,
            } => {
                let fields = json!({ "kind": "limit", "peer": peer_id.to_string(),
                    "hint": format!("slow peer: {failed_messages:?}") });
                self.out.emit("warning", fields);
            }
        }
    }

    fn on_pubsub_stream(&mut self, peer: PeerId, id: u64, note: StreamNote) {
        let Some(conn) = self.conns.get_mut(&id) else {
            return;
        };
        let name = peer.to_string();
        match note {
            StreamNote::Opened {
                inbound: true,
                protocol,
            } => {
                if conn.pubsub_in.replace(protocol).is_some() {
                    *self.replaced.entry(peer).or_default() += 1;
                }
            }
            StreamNote::Opened { protocol, .. } => {
                // The library opens a new one only after it dropped the old one.
                if let Some(old) = conn.pubsub_out.replace(protocol.clone()) {
                    self.pubsub_out_closed(&peer, id, &old, "lost");
                }
                let fields = json!({ "peer": name, "protocol": protocol, "conn": id });
                self.out.emit("pubsub_out_stream_open", fields);
            }
            StreamNote::OpenFailed(reason) => {
                let old = conn.pubsub_out.take().unwrap_or_default();
                self.pubsub_out_closed(&peer, id, &old, &reason);
            }
            StreamNote::Withdrawn(protocols) => {
                conn.pubsub_in = None;
                if let Some(old) = conn.pubsub_out.take() {
                    self.pubsub_out_closed(&peer, id, &old, "handler disabled");
                }
                let fields = json!({ "kind": "protocol_withdrawn", "peer": name, "conn": id,
                    "value": protocols, "hint": "this side's gossipsub handler is disabled" });
                self.out.emit("warning", fields);
            }
        }
    }

    fn pubsub_out_closed(&self, peer: &PeerId, conn: u64, protocol: &str, reason: &str) {
        let fields = json!({ "peer": peer.to_string(), "protocol": protocol, "conn": conn,
            "reason": reason });
        self.out.emit("pubsub_out_stream_closed", fields);
    }

    fn on_identify(&mut self, event: identify::Event) {
        match event {
            identify::Event::Received {
                connection_id,
                peer_id,
                info,
            } => self.on_identified(peer_id, number(connection_id), info),
            identify::Event::Error {
                connection_id,
                peer_id,
                error,
            } => {
                let fields = json!({ "peer": peer_id.to_string(), "conn": number(connection_id),
                    "text": error.to_string() });
                self.out.emit("identify_failed", fields);
            }
            identify::Event::Pushed { .. } | identify::Event::Sent { .. } => {}
        }
    }

    /// The library gives identify and push the same event; what comes after the first on a
    /// connection and changes the list is told as a push.
    fn on_identified(&mut self, peer: PeerId, id: u64, info: identify::Info) {
        let protocols: BTreeSet<String> = info.protocols.iter().map(|p| p.to_string()).collect();
        let known = self
            .conns
            .get_mut(&id)
            .and_then(|conn| conn.protocols.replace(protocols.clone()));
        let peer = peer.to_string();
        let Some(known) = known else {
            let fields = json!({ "peer": peer, "conn": id, "agent": info.agent_version,
                "protocols": protocols, "addrs": info.listen_addrs,
                "observed": info.observed_addr });
            return self.out.emit("identified", fields);
        };
        if known != protocols {
            let added: Vec<_> = protocols.difference(&known).collect();
            let removed: Vec<_> = known.difference(&protocols).collect();
            let fields = json!({ "peer": peer, "conn": id, "added": added, "removed": removed,
                "source": "push", "accepted": true });
            self.out.emit("protocols_updated", fields);
        }
    }

    fn on_ping(&mut self, event: ping::Event) {
        match event.result {
            Ok(rtt) => self.print_ping(event.peer, rtt),
            Err(e) => eprintln!("ping {} on {}: {e}", event.peer, event.connection),
        }
    }

    pub fn print_ping(&mut self, peer: PeerId, rtt: std::time::Duration) {
        let rtt_us = rtt.as_micros() as u64;
        self.rtt_us.insert(peer, rtt_us);
        let fields = json!({ "peer": peer.to_string(), "rtt_us": rtt_us });
        self.out.emit("ping", fields);
    }
}

/// An address that was dialed ends in `/p2p/`; one that was accepted from does not.
fn without_peer(addr: &Multiaddr) -> Multiaddr {
    let mut addr = addr.clone();
    if let Some(Protocol::P2p(_)) = addr.iter().last() {
        addr.pop();
    }
    addr
}
