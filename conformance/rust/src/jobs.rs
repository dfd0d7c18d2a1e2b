//! The byte protocols at work: serves inbound streams, and runs the clients that commands ask
//! for. Each stream is a task of its own that tells the node how it ended.

use crate::bytes;
use crate::commands::Verb;
use crate::faults::{command_error, open_fault, Fault};
use crate::node::{direction, number, Node, OpenStream};
use crate::streams::{Event, OpenError, What};
use libp2p::swarm::{ConnectionId, Stream, StreamProtocol};
use libp2p::PeerId;
use serde_json::json;
use std::io;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A stream of a command that is not through by then has failed.
const DEADLINE: Duration = Duration::from_secs(120);

/// What an outbound stream was opened for.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// The command `open`: kept until the remote ends it.
    Hold,
    /// A stream of a job; the number tells it from its siblings.
    Job(u64, u64),
}

/// A command that runs over streams.
pub struct Job {
    verb: Verb,
    peer: PeerId,
    bytes: u64,
    streams: u64,
    left: u64,
    error: Option<String>,
    start: Instant,
}

/// What tasks tell the node.
pub enum TaskNote {
    Ping(PeerId, Duration),
    Ended {
        stream: u64,
        job: Option<u64>,
        result: io::Result<()>,
    },
}

impl Node {
    /// Opens all streams of a job at once.
    pub fn start_job(&mut self, verb: Verb, peer: PeerId, bytes: u64, streams: u64) {
        let protocol = StreamProtocol::new(match verb {
            Verb::Echo => bytes::ECHO,
            Verb::Sink => bytes::SINK,
            Verb::Source => bytes::SOURCE,
            Verb::Reset => bytes::RESET,
            Verb::Ping => bytes::PING,
        });
        let id = self.new_id();
        for i in 0..streams {
            let Some(request) = self
                .swarm
                .behaviour_mut()
                .streams
                .open(peer, protocol.clone())
            else {
                return self.not_connected(verb.name(), &peer); // true of the first or of none
            };
            self.opening.insert(request, Purpose::Job(id, i));
        }
        let job = Job {
            verb,
            peer,
            bytes,
            streams,
            left: streams,
            error: None,
            start: Instant::now(),
        };
        self.jobs.insert(id, job);
    }

    pub fn open_and_hold(&mut self, peer: PeerId, protocol: StreamProtocol) {
        match self.swarm.behaviour_mut().streams.open(peer, protocol) {
            Some(request) => {
                self.opening.insert(request, Purpose::Hold);
            }
            None => self.not_connected("open", &peer),
        }
    }

    pub fn not_connected(&self, command: &str, peer: &PeerId) {
        let fault = Fault::new(
            "not_connected",
            "closed",
            format!("no connection to {peer}"),
        );
        self.out
            .emit("command_error", command_error(command, fault));
    }

    pub fn on_stream(&mut self, event: Event) {
        let Event {
            peer,
            conn,
            protocol,
            what,
        } = event;
        match what {
            What::Inbound(stream) => {
                let id = self.note_stream(peer, conn, &protocol, true);
                let served = async move { bytes::serve(protocol.as_ref(), stream).await };
                spawn(&self.tasks, id, None, served);
            }
            What::Outbound(request, result) => match (self.opening.remove(&request), result) {
                (Some(purpose), Ok(stream)) => {
                    let id = self.note_stream(peer, conn, &protocol, false);
                    self.use_stream(purpose, peer, id, stream);
                }
                (Some(purpose), Err(e)) => self.open_failed(purpose, peer, conn, &protocol, e),
                (None, _) => {}
            },
        }
    }

    fn use_stream(&self, purpose: Purpose, peer: PeerId, id: u64, mut stream: Stream) {
        let (job_id, salt) = match purpose {
            Purpose::Hold => {
                let held = async move { bytes::drain(&mut stream).await.map(|_| ()) };
                return spawn(&self.tasks, id, None, held);
            }
            Purpose::Job(job_id, i) => (job_id, i as u8),
        };
        let Some(Job { verb, bytes, .. }) = self.jobs.get(&job_id) else {
            return;
        };
        let (verb, count, tasks) = (*verb, *bytes, self.tasks.clone());
        let work = async move {
            match verb {
                Verb::Echo => bytes::ask_echo(stream, count, salt).await,
                Verb::Sink => bytes::ask_sink(stream, count).await,
                Verb::Source => bytes::ask_source(stream, count).await,
                Verb::Reset => bytes::ask_reset(stream).await,
                Verb::Ping => ping_often(stream, count, peer, &tasks).await,
            }
        };
        let limited = async move {
            timeout(DEADLINE, work)
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        };
        spawn(&self.tasks, id, Some(job_id), limited);
    }

    fn open_failed(
        &mut self,
        purpose: Purpose,
        peer: PeerId,
        conn: ConnectionId,
        protocol: &StreamProtocol,
        error: OpenError,
    ) {
        let text = error.text.clone();
        let fields = json!({ "peer": peer.to_string(), "conn": number(conn), "stream": 0,
            "protocol": protocol.as_ref(), "dir": "out" });
        self.out
            .emit("stream_error", open_fault(error).onto(fields));
        if let Purpose::Job(job, _) = purpose {
            self.job_part_done(job, Err(text));
        }
    }

    fn note_stream(
        &mut self,
        peer: PeerId,
        conn: ConnectionId,
        protocol: &StreamProtocol,
        inbound: bool,
    ) -> u64 {
        let stream = self.new_id();
        let conn = number(conn);
        let fields = json!({ "peer": peer.to_string(), "conn": conn, "stream": stream,
            "protocol": protocol.as_ref(), "dir": direction(inbound) });
        self.out.emit("stream_open", fields);
        let open = OpenStream {
            peer,
            conn,
            protocol: protocol.to_string(),
            inbound,
        };
        self.streams.insert(stream, open);
        stream
    }

    pub fn on_task(&mut self, note: TaskNote) {
        match note {
            TaskNote::Ping(peer, rtt) => self.print_ping(peer, rtt),
            TaskNote::Ended {
                stream,
                job,
                result,
            } => {
                self.print_stream_end(stream, &result);
                if let Some(job) = job {
                    self.job_part_done(job, result.map_err(|e| e.to_string()));
                }
            }
        }
    }

    fn print_stream_end(&mut self, stream: u64, result: &io::Result<()>) {
        let Some(ended) = self.streams.remove(&stream) else {
            return;
        };
        let (reason, by) = match result {
            Ok(()) if ended.protocol == bytes::RESET => ("reset".into(), resetting_side(&ended)),
            Ok(()) => ("finished".into(), "remote"),
            Err(e) => (e.to_string(), "transport"),
        };
        let fields = json!({ "peer": ended.peer.to_string(), "conn": ended.conn, "stream": stream,
            "protocol": ended.protocol, "dir": direction(ended.inbound),
            "reason": reason, "by": by });
        self.out.emit("stream_close", fields);
    }

    /// Counts a stream of the job as through, and tells the result when it was the last.
    fn job_part_done(&mut self, id: u64, result: Result<(), String>) {
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        job.left -= 1;
        if let Err(why) = result {
            job.error.get_or_insert(why);
        }
        if job.left > 0 {
            return;
        }
        let Some(job) = self.jobs.remove(&id) else {
            return;
        };
        // A ping has told every answer in a line of its own; only its failure is left to tell.
        if job.verb == Verb::Ping {
            if let Some(why) = job.error {
                let fault = Fault::new("failed", "remote", why);
                self.out.emit("command_error", command_error("ping", fault));
            }
            return;
        }
        let fields = json!({ "peer": job.peer.to_string(), "bytes": job.bytes,
            "streams": job.streams, "ok": job.error.is_none(),
            "ms": job.start.elapsed().as_millis() as u64, "error": job.error.unwrap_or_default() });
        self.out.emit(&format!("{}_done", job.verb.name()), fields);
    }
}

/// The side that serves `/lp2p/reset/1` is the one that resets.
fn resetting_side(stream: &OpenStream) -> &'static str {
    if stream.inbound {
        "local"
    } else {
        "remote"
    }
}

async fn ping_often(
    mut stream: Stream,
    times: u64,
    peer: PeerId,
    tasks: &mpsc::UnboundedSender<TaskNote>,
) -> io::Result<()> {
    for i in 0..times {
        let rtt = bytes::ask_ping(&mut stream, i as u8).await?;
        let _ = tasks.send(TaskNote::Ping(peer, rtt)); // fails only while the process ends
    }
    use futures::AsyncWriteExt;
    stream.close().await
}

fn spawn(
    tasks: &mpsc::UnboundedSender<TaskNote>,
    stream: u64,
    job: Option<u64>,
    work: impl std::future::Future<Output = io::Result<()>> + Send + 'static,
) {
    let tasks = tasks.clone();
    tokio::spawn(async move {
        let result = work.await;
        let ended = TaskNote::Ended {
            stream,
            job,
            result,
        };
        let _ = tasks.send(ended); // fails only while the process ends
    });
}
