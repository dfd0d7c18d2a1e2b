//! The `stats` line: what this peer can count from its side.

use crate::node::{Conn, Node};
use libp2p::PeerId;
use serde_json::{json, Value};
use std::collections::{BTreeMap, BTreeSet};

impl Node {
    pub fn print_stats(&mut self) {
        let topic_peers = self.topic_peers();
        let peers: BTreeSet<PeerId> = self.conns.values().map(|conn| conn.peer).collect();
        let per_peer: Vec<Value> = peers.iter().map(|peer| self.peer_stats(peer)).collect();
        let fields = json!({ "peers": peers.len(), "conns": self.conns.len(),
            "per_peer": per_peer, "topic_peers": topic_peers,
            "replaced": self.replaced.values().sum::<u64>(), "rss_kb": resident_kb() });
        self.out.emit("stats", fields);
    }

    /// How many peers the library holds for subscribers, by topic of ours.
    fn topic_peers(&mut self) -> BTreeMap<String, usize> {
        let mut count: BTreeMap<String, usize> =
            self.topics().into_iter().map(|t| (t, 0)).collect();
        if let Some(pubsub) = self.swarm.behaviour_mut().pubsub.as_mut() {
            for (_, topics) in pubsub.gossip().all_peers() {
                for topic in topics {
                    if let Some(n) = count.get_mut(topic.as_str()) {
                        *n += 1;
                    }
                }
            }
        }
        count
    }

    fn peer_stats(&self, peer: &PeerId) -> Value {
        let mut by_protocol: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        for conn in self.conns.values().filter(|conn| conn.peer == *peer) {
            let Conn {
                pubsub_in,
                pubsub_out,
                ..
            } = conn;
            for (side, protocol) in [(0, pubsub_in), (1, pubsub_out)] {
                if let Some(protocol) = protocol {
                    by_protocol.entry(protocol).or_default()[side] += 1;
                }
            }
        }
        for stream in self.streams.values().filter(|s| s.peer == *peer) {
            by_protocol.entry(&stream.protocol).or_default()[usize::from(!stream.inbound)] += 1;
        }
        let sum = |side: usize| by_protocol.values().map(|n| n[side]).sum::<u64>();
        let named: BTreeMap<&str, Value> = by_protocol
            .iter()
            .map(|(name, n)| (*name, json!({ "in": n[0], "out": n[1] })))
            .collect();
        let mesh: Vec<&str> = self
            .mesh
            .iter()
            .filter(|(_, p)| p == peer)
            .map(|(topic, _)| topic.as_str())
            .collect();
        json!({ "peer": peer.to_string(), "conns": self.conns_to(peer),
            "streams_in": sum(0), "streams_out": sum(1), "by_protocol": named, "mesh": mesh,
            "replaced": self.replaced.get(peer).unwrap_or(&0), "bytes_in": 0, "bytes_out": 0,
            "rtt_us": self.rtt_us.get(peer).unwrap_or(&0) })
    }
}

/// This process's resident memory, 0 where the kernel does not tell.
fn resident_kb() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("VmRSS:"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .unwrap_or(0)
}
