//! multistream-select, both roles, over memory.

use crate::draft::{hex_of, Draft, Pieces, Step, Table, Verdict};
use crate::memory::{poll, read_all, Memory};
use crate::protobuf::prefixed;
use futures::FutureExt as _;
use multistream_select::{
    dialer_select_proto, listener_select_proto, Negotiated, NegotiationError, Version,
};
use serde_json::{json, Value};
use std::task::Poll;

const LIBRARY: &str = "multistream-select";

fn line(text: &str) -> Vec<u8> {
    prefixed(format!("{text}\n").as_bytes())
}

pub fn cases() -> Vec<Draft> {
    let t = Table {
        protocol: "multistream",
        kind: "multistream",
        spec: "connections, \"multistream-select\"",
        source: LIBRARY,
    };
    let header = line("/multistream/1.0.0");
    let dial = |d: Draft, protocols: Value| d.with("role", "dialer").with("protocols", protocols);
    let listen = |d: Draft| {
        d.with("role", "listener")
            .with("protocols", json!(["/a/1", "/b/1"]))
    };
    vec![
        dial(
            t.talk(
                "dialer_three",
                "na, na, then the third is echoed",
                &[&header, &line("na"), &line("na"), &line("/c/1")],
            ),
            json!(["/a/1", "/b/1", "/c/1"]),
        ),
        dial(
            t.talk(
                "dialer_byte_by_byte",
                "header and echo in pieces",
                &[
                    &header[..1],
                    &header[1..12],
                    &header[12..],
                    &line("/a/1")[..3],
                    &line("/a/1")[3..],
                ],
            ),
            json!(["/a/1"]),
        ),
        listen(t.talk(
            "listener_in_pieces",
            "header and proposal in pieces",
            &[
                &header[..7],
                &header[7..],
                &line("/a/1")[..1],
                &line("/a/1")[1..],
            ],
        )),
        listen(t.talk(
            "listener_lazy",
            "header, proposal and data in one piece, as a lazy dialer sends them",
            &[&[&header[..], &line("/b/1"), b"\x00\x01\x02"].concat()],
        )),
        listen(t.talk(
            "listener_lazy_refused",
            "a lazy dialer's data behind a proposal that is refused",
            &[&[&header[..], &line("/x/1"), b"\x00\x01\x02"].concat()],
        ))
        .fails("none_agreed"),
    ]
}

pub fn judge(case: &Draft) -> Verdict {
    let protocols: Vec<String> = case
        .context
        .get("protocols")
        .and_then(Value::as_array)
        .map(|all| {
            all.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default();
    let pipe = Memory::default();
    let future = if case.context_text("role") == "dialer" {
        dialer_select_proto(pipe.clone(), protocols, Version::V1).boxed_local()
    } else {
        listener_select_proto(pipe.clone(), protocols).boxed_local()
    };
    negotiate(case, &pipe, future)
}

type Done = Result<(String, Negotiated<Memory>), NegotiationError>;

fn negotiate(
    case: &Draft,
    pipe: &Memory,
    mut future: futures::future::LocalBoxFuture<'_, Done>,
) -> Verdict {
    let mut steps = Vec::new();
    let mut done: Option<Done> = None;
    let mut look = |steps: &mut Vec<Step>| {
        if done.is_none() {
            if let Poll::Ready(result) = poll(|cx| future.poll_unpin(cx)) {
                done = Some(result);
            }
        }
        answered(steps, &pipe.answer());
    };
    look(&mut steps);
    for step in case.steps.iter().filter(|s| s.from == "peer") {
        steps.push(step.clone());
        pipe.feed(&step.bytes.bytes());
        look(&mut steps);
    }
    pipe.end();
    look(&mut steps);
    let sent = sent(&steps);
    let mut said = match done {
        Some(Ok((agreed, mut stream))) => {
            let (rest, _) = read_all(&mut stream);
            Verdict::accept(
                LIBRARY,
                json!({"agreed": agreed, "sent": hex_of(&sent), "rest": hex_of(&rest)}),
            )
        }
        Some(Err(e)) => Verdict::refuse(LIBRARY, e),
        None => Verdict::refuse(LIBRARY, "still waiting"),
    };
    said.steps = steps;
    said
}

pub fn answered(steps: &mut Vec<Step>, answer: &[u8]) {
    if !answer.is_empty() {
        steps.push(Step {
            from: "self".to_owned(),
            bytes: Pieces::raw(answer),
        });
    }
}

pub fn sent(steps: &[Step]) -> Vec<u8> {
    let ours = steps.iter().filter(|s| s.from == "self");
    ours.flat_map(|s| s.bytes.bytes()).collect()
}
