//! The running peer: what it remembers, and the loop that waits for the network, the clock, the
//! commands and the byte protocols. What happens on each of them is in the files beside this one.

use crate::cli::{Options, Target};
use crate::faults::chain;
use crate::jobs::{Job, Purpose, TaskNote};
use crate::lines::Reporter;
use crate::network::Behaviour;
use crate::streams::RequestId;
use futures::StreamExt;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId, Swarm};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::pending;
use std::net::{IpAddr, TcpListener};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{interval, interval_at, sleep, timeout, Instant, Interval, MissedTickBehavior};

/// How often changes of the mesh are looked for; the library tells no event of them.
const MESH_LOOK: Duration = Duration::from_millis(200);
/// How long the end waits for connections to close in order.
const CLOSE_WAIT: Duration = Duration::from_millis(500);

pub struct Conn {
    pub peer: PeerId,
    pub inbound: bool,
    pub remote: Multiaddr,
    /// What the remote said in its last identify or push; `None` before the first.
    pub protocols: Option<BTreeSet<String>>,
    /// Protocols of the newest pubsub streams, which are open as far as the library tells.
    pub pubsub_in: Option<String>,
    pub pubsub_out: Option<String>,
}

pub struct OpenStream {
    pub peer: PeerId,
    pub conn: u64,
    pub protocol: String,
    pub inbound: bool,
}

pub struct Node {
    pub swarm: Swarm<Behaviour>,
    pub out: Reporter,
    pub options: Options,
    pub conns: BTreeMap<u64, Conn>,
    pub rtt_us: HashMap<PeerId, u64>,
    /// Inbound pubsub streams that took the place of an older one of their connection.
    pub replaced: HashMap<PeerId, u64>,
    pub mesh: BTreeSet<(String, PeerId)>,
    pub dialing: HashMap<ConnectionId, Target>,
    pub opening: HashMap<RequestId, Purpose>,
    pub jobs: HashMap<u64, Job>,
    pub streams: BTreeMap<u64, OpenStream>,
    pub next_id: u64,
    pub tasks: mpsc::UnboundedSender<TaskNote>,
    pub published: u64,
}

impl Node {
    pub fn new(
        swarm: Swarm<Behaviour>,
        out: Reporter,
        options: Options,
        tasks: mpsc::UnboundedSender<TaskNote>,
    ) -> Self {
        Self {
            swarm,
            out,
            options,
            conns: BTreeMap::new(),
            rtt_us: HashMap::new(),
            replaced: HashMap::new(),
            mesh: BTreeSet::new(),
            dialing: HashMap::new(),
            opening: HashMap::new(),
            jobs: HashMap::new(),
            streams: BTreeMap::new(),
            next_id: 0,
            tasks,
            published: 0,
        }
    }

    /// Listens where the flags say; the error is for people.
    pub fn listen(&mut self) -> Result<(), String> {
        for addr in self.options.listen.clone() {
            probe(&addr).map_err(|e| format!("cannot listen on {addr}: {e}"))?;
            self.swarm
                .listen_on(addr.clone())
                .map_err(|e| format!("cannot listen on {addr}: {}", chain(&e)))?;
        }
        Ok(())
    }

    /// Runs until something asks it to end, and prints the last line.
    pub async fn run(
        mut self,
        mut notes: mpsc::UnboundedReceiver<TaskNote>,
        mut commands: mpsc::UnboundedReceiver<String>,
    ) -> std::io::Result<()> {
        let mut signals = Signals::new()?;
        let mut publish = later(self.options.publish_every);
        let mut redial = later(self.options.redial_every);
        let mut stats = later(self.options.stats_every);
        let mut look = interval(MESH_LOOK);
        let end = self.options.duration.map(|d| Instant::now() + d);
        let mut rounds = 0;
        for topic in self.options.topics.clone() {
            self.subscribe(&topic);
        }
        self.dial_all();
        let reason = loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_swarm_event(event),
                Some(note) = notes.recv() => self.on_task(note),
                Some(line) = commands.recv() => if self.on_line(&line) { break "quit" },
                _ = tick(&mut publish) => self.publish_next(),
                _ = tick(&mut stats) => self.print_stats(),
                _ = look.tick() => {}
                _ = tick(&mut redial) => {
                    rounds += 1;
                    if self.options.redial_max == 0 || rounds <= self.options.redial_max {
                        self.dial_all();
                    }
                }
                _ = until(end) => break "duration",
                signal = signals.next() => break signal,
            }
            self.look_at_mesh();
        };
        self.close_all().await;
        self.out.emit("exit", json!({ "reason": reason }));
        Ok(())
    }

    /// Ends every connection in order, so that the peers see an end and not a cut.
    async fn close_all(&mut self) {
        let peers: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let _ = self.swarm.disconnect_peer_id(peer); // an error means that it is gone already
        }
        let closed = async {
            while !self.conns.is_empty() {
                let event = self.swarm.select_next_some().await;
                self.on_swarm_event(event);
            }
        };
        let _ = timeout(CLOSE_WAIT, closed).await; // peers that do not take part are left
    }

    pub fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub fn conns_to(&self, peer: &PeerId) -> usize {
        self.conns.values().filter(|c| c.peer == *peer).count()
    }
}

/// The number in the library's connection id.
pub fn number(conn: ConnectionId) -> u64 {
    conn.to_string().parse().unwrap_or_default()
}

/// Binds the port and lets it go. The library shares ports (SO_REUSEPORT), so that on its own it
/// would take one that another process listens on, and half of that one's connections.
fn probe(addr: &Multiaddr) -> std::io::Result<()> {
    let mut parts = addr.iter();
    let ip: IpAddr = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip.into(),
        Some(Protocol::Ip6(ip)) => ip.into(),
        _ => return Ok(()), // the library says what it thinks of it
    };
    match parts.next() {
        Some(Protocol::Tcp(port)) if port != 0 => TcpListener::bind((ip, port)).map(drop),
        _ => Ok(()),
    }
}

pub fn direction(inbound: bool) -> &'static str {
    if inbound {
        "in"
    } else {
        "out"
    }
}

fn later(every: Option<Duration>) -> Option<Interval> {
    every.map(|every| {
        let mut timer = interval_at(Instant::now() + every, every);
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        timer
    })
}

async fn tick(timer: &mut Option<Interval>) {
    match timer {
        Some(timer) => {
            timer.tick().await;
        }
        None => pending().await,
    }
}

async fn until(end: Option<Instant>) {
    match end {
        Some(end) => sleep(end.saturating_duration_since(Instant::now())).await,
        None => pending().await,
    }
}

struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{signal, SignalKind};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
