//! What flags and commands make the peer do.

use crate::cli::{DialMode, Target};
use crate::commands::{self, Command};
use crate::faults::{command_error, dial_fault, Fault};
use crate::node::Node;
use crate::pubsub::Pubsub;
use libp2p::gossipsub::{IdentTopic, PublishError};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::DialError;
use libp2p::PeerId;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

impl Node {
    /// Carries one line of stdin out; true for `quit`.
    pub fn on_line(&mut self, line: &str) -> bool {
        match commands::parse(line) {
            Ok(Some(Command::Quit)) => return true,
            Ok(Some(command)) => self.on_command(command),
            Ok(None) => {}
            Err(why) => {
                let word = line.split_whitespace().next().unwrap_or_default();
                self.command_failed(word, Fault::new(commands::refusal_code(word), "local", why));
            }
        }
        false
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Dial(target) => self.dial(&target),
            Command::Open(peer, protocol) => self.open_and_hold(peer, protocol),
            Command::Publish(text) => self.publish_text(&text),
            Command::Subscribe(topic) => self.subscribe(&topic),
            Command::Unsubscribe(topic) => self.unsubscribe(&topic),
            Command::Disconnect(peer) => {
                if self.swarm.disconnect_peer_id(peer).is_err() {
                    self.not_connected("disconnect", &peer);
                }
            }
            Command::Protocols(peer) => self.print_protocols(&peer),
            Command::Peers => self.print_peers(),
            Command::Stats => self.print_stats(),
            Command::Ask {
                verb,
                peer,
                bytes,
                streams,
            } => self.start_job(verb, peer, bytes, streams),
            Command::Quit => {}
        }
    }

    fn command_failed(&self, command: &str, fault: Fault) {
        self.out
            .emit("command_error", command_error(command, fault));
    }

    pub fn dial_all(&mut self) {
        for target in self.options.dial.clone() {
            for _ in 0..self.options.dial_burst {
                self.dial(&target);
            }
        }
    }

    fn dial(&mut self, target: &Target) {
        let condition = match self.options.dial_mode {
            DialMode::Once => PeerCondition::DisconnectedAndNotDialing,
            DialMode::Always | DialMode::Unknown => PeerCondition::Always,
        };
        let opts = match self.options.dial_mode {
            DialMode::Unknown => DialOpts::unknown_peer_id()
                .address(target.addr.clone())
                .build(),
            DialMode::Once | DialMode::Always => DialOpts::peer_id(target.peer)
                .condition(condition)
                .addresses(vec![target.addr.clone()])
                .build(),
        };
        let id = opts.connection_id();
        let fields = json!({ "peer": target.peer.to_string(), "addr": target.addr });
        match self.swarm.dial(opts) {
            Ok(()) => {
                self.dialing.insert(id, target.clone());
            }
            Err(DialError::DialPeerConditionFalse(_)) if self.conns_to(&target.peer) > 0 => {
                self.out.emit("dial_reused", fields);
            }
            Err(DialError::DialPeerConditionFalse(_)) => self.out.emit("dial_joined", fields),
            Err(e) => self.out.emit("dial_error", dial_fault(&e).onto(fields)),
        }
    }

    /// The pubsub behaviour, or an error line if there is none.
    fn pubsub(&mut self, command: &str) -> Option<&mut Pubsub> {
        if self.swarm.behaviour().pubsub.is_enabled() {
            return self.swarm.behaviour_mut().pubsub.as_mut();
        }
        self.command_failed(command, Fault::new("no_router", "local", "--router none"));
        None
    }

    pub fn subscribe(&mut self, topic: &str) {
        let Some(pubsub) = self.pubsub("subscribe") else {
            return;
        };
        match pubsub.gossip().subscribe(&IdentTopic::new(topic)) {
            Ok(_) => self.print_subscription("subscribed", topic),
            Err(e) => self.command_failed("subscribe", Fault::new("subscribe", "local", e)),
        }
    }

    fn unsubscribe(&mut self, topic: &str) {
        let Some(pubsub) = self.pubsub("unsubscribe") else {
            return;
        };
        if pubsub.gossip().unsubscribe(&IdentTopic::new(topic)) {
            self.print_subscription("unsubscribed", topic);
        } else {
            let fault = Fault::new("not_subscribed", "local", format!("no topic {topic:?}"));
            self.command_failed("unsubscribe", fault);
        }
    }

    fn print_subscription(&self, ev: &str, topic: &str) {
        let peer = self.swarm.local_peer_id().to_string();
        self.out.emit(ev, json!({ "topic": topic, "peer": peer }));
    }

    /// The topics that this peer subscribes to.
    pub fn topics(&mut self) -> BTreeSet<String> {
        match self.swarm.behaviour_mut().pubsub.as_mut() {
            Some(pubsub) => pubsub.gossip().topics().map(|t| t.to_string()).collect(),
            None => BTreeSet::new(),
        }
    }

    /// `publish [TOPIC] TEXT`: the first word is the topic if it is one of ours and text follows.
    fn publish_text(&mut self, text: &str) {
        let topics = self.topics();
        let (topic, data) = match text.split_once(char::is_whitespace) {
            Some((word, rest)) if topics.contains(word) => (word.to_owned(), rest.trim_start()),
            _ => match self.options.topics.first().or(topics.first()) {
                Some(topic) => (topic.clone(), text),
                None => {
                    let fault = Fault::new("no_topic", "local", "there is no topic to publish to");
                    return self.command_failed("publish", fault);
                }
            },
        };
        self.publish(&topic, data.as_bytes().to_vec());
    }

    /// One step of `--publish-every`, on every topic of the flags. A step that reaches nobody is
    /// tried again with the same number.
    pub fn publish_next(&mut self) {
        if self.options.count > 0 && self.published >= self.options.count {
            return;
        }
        let mut data = format!("{} {} ", self.out.name(), self.published + 1).into_bytes();
        if data.len() < self.options.size {
            data.resize(self.options.size, b'.');
        }
        let mut any = false;
        for topic in self.options.topics.clone() {
            any |= self.publish(&topic, data.clone());
        }
        self.published += u64::from(any);
    }

    fn publish(&mut self, topic: &str, data: Vec<u8>) -> bool {
        let len = data.len();
        let Some(pubsub) = self.pubsub("publish") else {
            return false;
        };
        match pubsub.gossip().publish(IdentTopic::new(topic), data) {
            Ok(id) => {
                let fields = json!({ "topic": topic, "len": len, "id": id.to_string() });
                self.out.emit("published", fields);
                true
            }
            Err(e) => {
                let fields = json!({ "topic": topic, "len": len, "error": publish_error(&e) });
                self.out.emit("publish_error", fields);
                false
            }
        }
    }

    /// Tells what changed in the mesh since the last look; the library tells no event of it.
    pub fn look_at_mesh(&mut self) {
        let Some(pubsub) = self.swarm.behaviour_mut().pubsub.as_mut() else {
            return;
        };
        let gossip = pubsub.gossip();
        let now: BTreeSet<(String, PeerId)> = gossip
            .topics()
            .flat_map(|t| gossip.mesh_peers(t).map(|p| (t.to_string(), *p)))
            .collect();
        for (ev, from, to) in [("graft", &now, &self.mesh), ("prune", &self.mesh, &now)] {
            for (topic, peer) in from.difference(to) {
                let fields = json!({ "peer": peer.to_string(), "topic": topic,
                    "reason": "seen in the mesh" });
                self.out.emit(ev, fields);
            }
        }
        self.mesh = now;
    }

    fn print_protocols(&self, peer: &PeerId) {
        let mut union = BTreeSet::new();
        let mut by_connection = BTreeMap::new();
        for (id, conn) in self.conns.iter().filter(|(_, conn)| conn.peer == *peer) {
            let list = conn.protocols.clone().unwrap_or_default();
            union.extend(list.iter().cloned());
            by_connection.insert(id.to_string(), list);
        }
        if by_connection.is_empty() {
            return self.not_connected("protocols", peer);
        }
        let fields = json!({ "peer": peer.to_string(), "protocols": union,
            "by_connection": by_connection });
        self.out.emit("protocols", fields);
    }

    fn print_peers(&self) {
        let peers: BTreeSet<PeerId> = self.conns.values().map(|conn| conn.peer).collect();
        let list: Vec<_> = peers
            .iter()
            .map(|peer| json!({ "peer": peer.to_string(), "conns": self.conns_to(peer) }))
            .collect();
        self.out.emit("peers", json!({ "peers": list }));
    }
}

fn publish_error(error: &PublishError) -> &'static str {
    match error {
        PublishError::Duplicate => "duplicate",
        PublishError::SigningError(_) => "signing",
        PublishError::MessageTooLarge => "too_large",
        PublishError::TransformFailed(_) => "transform",
        PublishError::AllQueuesFull(_) => "queues_full",
        // The one that is left; releases do not agree on its name.
        _ => "no_peers",
    }
}
