//! yamux sessions over memory. The application accepts every stream, reads when a step has been
//! worked off, and never finishes.

use crate::draft::{hex_of, unhex, Draft, Step, Table, Verdict};
use crate::memory::{poll, read_all, Memory};
use crate::multistream::{answered, sent};
use futures::io::AsyncWrite;
use serde_json::{json, Map, Value};
use std::{collections::BTreeMap, pin::Pin, task::Poll};
use yamux::{Config, Connection, ConnectionError, Mode, Stream};

const LIBRARY: &str = "rust-yamux";
const PING: u8 = 2;
const GO_AWAY: u8 = 3;
const SYN: u16 = 1;
const ACK: u16 = 2;
const FIN: u16 = 4;
const RST: u16 = 8;

fn frame(kind: u8, flags: u16, id: u32, length: u32, body: &[u8]) -> Vec<u8> {
    let mut out = vec![0, kind];
    out.extend(flags.to_be_bytes());
    out.extend(id.to_be_bytes());
    out.extend(length.to_be_bytes());
    out.extend(body);
    out
}

pub fn cases() -> Vec<Draft> {
    let t = Table {
        protocol: "yamux",
        kind: "yamux",
        spec: "yamux, \"Framing\"",
        source: LIBRARY,
    };
    let data = |flags, id, body: &[u8]| frame(0, flags, id, body.len() as u32, body);
    let update = |flags, id, credit| frame(1, flags, id, credit, &[]);
    let listen = |name: &str, note: &str, steps: &[&[u8]]| {
        t.talk(name, note, steps).with("role", "listener")
    };
    let dial = |name: &str, note: &str, steps: &[&[u8]]| {
        t.talk(name, note, steps)
            .with("role", "dialer")
            .with("opens", json!([hex_of(b"first"), hex_of(b"second")]))
    };
    let thirty: Vec<u8> = (0..30).flat_map(|n| frame(PING, SYN, 0, n, &[])).collect();
    vec![
        listen(
            "three_streams",
            "opened, used and finished in different ways",
            &[
                &[
                    data(SYN, 1, b"a"),
                    update(SYN, 3, 0),
                    data(SYN | FIN, 5, b"c"),
                ]
                .concat(),
                &[update(FIN, 1, 0), data(0, 3, b"b")].concat(),
                &data(FIN, 3, b"d"),
            ],
        ),
        listen(
            "byte_by_byte",
            "the first bytes of a frame come one by one",
            &[
                &data(SYN, 1, b"hi")[..1],
                &data(SYN, 1, b"hi")[1..2],
                &data(SYN, 1, b"hi")[2..3],
                &data(SYN, 1, b"hi")[3..],
            ],
        ),
        listen("pings_thirty", "thirty pings at once", &[&thirty]),
        listen(
            "away_then_data",
            "frames behind a GoAway",
            &[&[frame(GO_AWAY, 0, 0, 0, &[]), data(SYN, 1, b"late")].concat()],
        ),
        dial(
            "dialer_two_streams",
            "both are acknowledged and answered",
            &[
                &[update(ACK, 1, 0), update(ACK, 3, 0)].concat(),
                &[
                    data(0, 3, b"for the second"),
                    data(FIN, 1, b"for the first"),
                ]
                .concat(),
            ],
        ),
        dial(
            "dialer_one_rejected",
            "one is reset, the other lives",
            &[&[update(RST, 1, 0), data(ACK, 3, b"for the second")].concat()],
        ),
    ]
}

struct Told {
    stream: Stream,
    to_write: Vec<u8>,
    received: Vec<u8>,
    end: &'static str,
}

struct Application {
    connection: Connection<Memory>,
    streams: Vec<Told>,
    ended: Option<Result<(), ConnectionError>>,
}

impl Application {
    fn new(case: &Draft, pipe: Memory) -> Self {
        let dialer = case.context_text("role") == "dialer";
        let mode = if dialer { Mode::Client } else { Mode::Server };
        let mut config = Config::default();
        config.set_read_after_close(false); // as libp2p-yamux has it
        let mut made = Application {
            connection: Connection::new(pipe, config, mode),
            streams: Vec::new(),
            ended: None,
        };
        made.open(case);
        made
    }
    fn adopt(&mut self, stream: Stream, to_write: Vec<u8>) {
        self.streams.push(Told {
            stream,
            to_write,
            received: Vec::new(),
            end: "open",
        });
    }
    fn open(&mut self, case: &Draft) {
        let list = |name: &str| {
            case.context
                .get(name)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let texts = list("opens")
            .into_iter()
            .map(|v| unhex(v.as_str().unwrap_or_default()));
        let fills = list("fills")
            .into_iter()
            .map(|v| vec![0; v.as_u64().unwrap_or(0) as usize]);
        for bytes in texts.chain(fills).collect::<Vec<_>>() {
            match poll(|cx| self.connection.poll_new_outbound(cx)) {
                Poll::Ready(Ok(stream)) => self.adopt(stream, bytes),
                other => panic!("no outbound stream: {other:?}"),
            }
        }
    }
    /// Lets the connection do what it can, and takes new streams.
    fn drive(&mut self) {
        while self.ended.is_none() {
            match poll(|cx| self.connection.poll_next_inbound(cx)) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok(stream))) => self.adopt(stream, Vec::new()),
                Poll::Ready(Some(Err(e))) => self.ended = Some(Err(e)),
                Poll::Ready(None) => self.ended = Some(Ok(())),
            }
        }
    }
    fn write(&mut self) {
        for told in &mut self.streams {
            while !told.to_write.is_empty() {
                let stream = Pin::new(&mut told.stream);
                match poll(|cx| stream.poll_write(cx, &told.to_write)) {
                    Poll::Ready(Ok(n)) => drop(told.to_write.drain(..n)),
                    Poll::Ready(Err(_)) => told.to_write.clear(),
                    Poll::Pending => break,
                }
            }
        }
    }
    fn read(&mut self) {
        for told in self.streams.iter_mut().filter(|t| t.end == "open") {
            let (bytes, end) = read_all(&mut told.stream);
            told.received.extend(bytes);
            told.end = match end {
                Ok(false) => "open",
                Ok(true) => "finished",
                Err(_) => "reset",
            };
        }
    }
    fn look(&mut self, pipe: &Memory, steps: &mut Vec<Step>) {
        self.drive();
        // A stream gives what it was told piece by piece to a connection that is polled.
        for _ in 0..64 {
            self.write();
            self.drive();
        }
        self.read();
        self.drive();
        answered(steps, &without_own_pings(&pipe.answer()));
    }
}

struct Header {
    kind: u8,
    flags: u16,
    id: u32,
    length: u32,
}

/// Each frame with its header.
fn frames(mut bytes: &[u8]) -> Vec<(Header, &[u8])> {
    let mut all = Vec::new();
    while bytes.len() >= 12 {
        let number =
            |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let header = Header {
            kind: bytes[1],
            flags: u16::from_be_bytes([bytes[2], bytes[3]]),
            id: number(4),
            length: number(8),
        };
        let body = if header.kind == 0 {
            header.length as usize
        } else {
            0
        };
        let (one, rest) = bytes.split_at(12 + body);
        all.push((header, one));
        bytes = rest;
    }
    all
}

fn without_own_pings(answer: &[u8]) -> Vec<u8> {
    let kept = frames(answer)
        .into_iter()
        .filter(|(h, _)| h.kind != PING || h.flags & SYN == 0);
    kept.flat_map(|(_, bytes)| bytes.to_vec()).collect()
}

pub fn judge(case: &Draft) -> Verdict {
    let pipe = Memory::default();
    let mut app = Application::new(case, pipe.clone());
    let mut steps = Vec::new();
    app.look(&pipe, &mut steps);
    for step in case.steps.iter().filter(|s| s.from == "peer") {
        steps.push(step.clone());
        pipe.feed(&step.bytes.bytes());
        app.look(&pipe, &mut steps);
    }
    let out = sent(&steps);
    let out = frames(&out);
    let complained = out.iter().any(|(h, _)| h.kind == GO_AWAY && h.length != 0);
    let ends = match (&app.ended, complained) {
        (None, false) => "running",
        (None, true) => "GoAway and running",
        (Some(_), false) => "closed",
        (Some(_), true) => "GoAway and closed",
    };
    let mut said = match &app.ended {
        Some(Err(e)) => Verdict::refuse(LIBRARY, e),
        _ if complained => Verdict::refuse(LIBRARY, "GoAway"),
        _ => Verdict::accept(LIBRARY, value(&app, &out)),
    };
    said.ends = Some(ends.to_owned());
    said.steps = steps;
    said
}

fn value(app: &Application, out: &[(Header, &[u8])]) -> Value {
    let session = if app.ended.is_some() { "ended" } else { "open" };
    let mut told: Vec<&Told> = app.streams.iter().collect();
    told.sort_by_key(|t| t.stream.id().val());
    let stream = |t: &&Told| {
        let mut one = Map::new();
        one.insert("id".into(), json!(t.stream.id().val()));
        one.insert("received".into(), json!(hex_of(&t.received)));
        if session == "open" {
            one.insert("end".into(), json!(t.end));
        }
        Value::Object(one)
    };
    let pongs = out
        .iter()
        .filter(|(h, _)| h.kind == PING && h.flags & ACK != 0);
    let resets = out
        .iter()
        .filter(|(h, _)| h.kind < PING && h.flags & RST != 0);
    let mut written = BTreeMap::<u32, u32>::new();
    for (h, _) in out.iter().filter(|(h, _)| h.kind == 0 && h.length != 0) {
        *written.entry(h.id).or_default() += h.length;
    }
    let mut value = json!({
        "session": session,
        "streams": told.iter().map(stream).collect::<Vec<_>>(),
        "pongs": pongs.map(|(h, _)| h.length).collect::<Vec<_>>(),
        "resets": resets.map(|(h, _)| h.id).collect::<Vec<_>>(),
    });
    if !written.is_empty() {
        value["written"] = written
            .iter()
            .map(|(id, bytes)| json!({"id": id, "bytes": bytes}))
            .collect();
    }
    value
}
