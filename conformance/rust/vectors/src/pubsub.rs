//! Pubsub RPCs, signed messages and message ids, judged by a swarm with rust-libp2p's own gossipsub.

use crate::draft::{hex_of, Draft, Table, Verdict};
use crate::keys::from_seed;
use crate::protobuf::{bytes_field, find, prefixed, text_field};
use crate::swarm::{connected, reads, run, Handler};
use futures::{
    channel::mpsc, AsyncReadExt as _, AsyncWriteExt as _, FutureExt as _, StreamExt as _,
};
use libp2p::core::muxing::SubstreamBox;
use libp2p::gossipsub::{
    Behaviour, Config, ConfigBuilder, Event, IdentTopic, Message, MessageAuthenticity, MessageId,
    TopicHash, ValidationMode,
};
use libp2p::swarm::{Swarm, SwarmEvent};
use libp2p::PeerId;
use multistream_select::{dialer_select_proto, listener_select_proto, Version};
use serde_json::json;

const LIBRARY: &str = "libp2p-gossipsub";
const PROTOCOL: &str = "/meshsub/1.1.0";
const TOPIC: &str = "t";

pub fn cases() -> Vec<Draft> {
    let id = Table {
        protocol: "message_id",
        kind: "message_id",
        spec: "pubsub, \"Message Identification\"",
        source: LIBRARY,
    };
    let signed = Table {
        protocol: "signed_message",
        kind: "signed_message",
        spec: "pubsub, \"Message Signing\"",
        source: LIBRARY,
    };
    let author = from_seed("gamma").public().to_peer_id().to_bytes();
    let of = |name: &str, note: &str, from: Option<&[u8]>, number: Option<u64>| {
        let mut message = Vec::new();
        if let Some(from) = from {
            message.extend(bytes_field(1, from));
        }
        message.extend(bytes_field(2, b"hello"));
        if let Some(n) = number {
            message.extend(bytes_field(3, &n.to_be_bytes()));
        }
        message.extend(text_field(4, TOPIC));
        id.good(name, note, &message).with("function", "rust")
    };
    let published = run(published_by_rust()).expect("rust publishes");
    vec![
        of(
            "rust_one",
            "the author in base58, then the number in decimal",
            Some(&author),
            Some(1),
        ),
        of("rust_zero", "number 0 is one digit", Some(&author), Some(0)),
        of(
            "rust_largest",
            "number 2^64-1 is twenty digits",
            Some(&author),
            Some(u64::MAX),
        ),
        of(
            "rust_no_number",
            "a missing number counts as 0",
            Some(&author),
            None,
        ),
        of(
            "rust_no_author",
            "a missing author counts as the id 00 01 00",
            None,
            Some(7),
        ),
        of("rust_nothing", "neither author nor number", None, None),
        signed
            .good(
                "published_by_rust",
                "what rust's gossipsub publishes",
                &published,
            )
            .with("policy", "strict_sign")
            .keep("rust numbers its messages by chance and time"),
    ]
}

fn behaviour(strict: bool) -> Result<Behaviour, String> {
    let mut builder = ConfigBuilder::default();
    if strict {
        let config = builder.validation_mode(ValidationMode::Strict).build();
        let config = config.map_err(|e| e.to_string())?;
        return Behaviour::new(MessageAuthenticity::Signed(from_seed("judge")), config)
            .map_err(str::to_owned);
    }
    let config = builder
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(|m: &Message| MessageId::from(m.data.clone()))
        .build()
        .map_err(|e| e.to_string())?;
    Behaviour::new(MessageAuthenticity::Anonymous, config).map_err(str::to_owned)
}

/// Writes these RPCs one behind the other, then tells when the stream has ended.
fn sends(rpcs: Vec<u8>, ended: mpsc::UnboundedSender<()>) -> Handler {
    Box::new(move |stream: SubstreamBox| {
        async move {
            if let Ok((_, mut s)) = dialer_select_proto(stream, [PROTOCOL], Version::V1).await {
                let _ = s.write_all(&rpcs).await;
                let _ = s.flush().await;
                let _ = s.read_to_end(&mut Vec::new()).await;
                let _ = ended.unbounded_send(());
            }
        }
        .boxed()
    })
}

fn subscription(topic: &str) -> Vec<u8> {
    bytes_field(1, &[&[0x08, 0x01][..], &text_field(2, topic)].concat())
}

/// Runs a swarm that receives these RPCs until `judge` knows, or its inbound stream has ended.
async fn receive(
    strict: bool,
    rpcs: Vec<u8>,
    mut judge: impl FnMut(Event) -> Option<Verdict>,
) -> Result<Verdict, String> {
    let own = from_seed("judge");
    let mut gossip = behaviour(strict)?;
    gossip
        .subscribe(&IdentTopic::new(TOPIC))
        .map_err(|e| e.to_string())?;
    let (mut swarm, far) =
        connected(&own, &from_seed("forwarder"), gossip, || reads(PROTOCOL)).await?;
    let (tell, mut ended) = mpsc::unbounded();
    far.open(sends(rpcs, tell));
    loop {
        tokio::select! {
            _ = ended.next() => return Ok(Verdict::refuse(LIBRARY, "the stream was closed")),
            event = swarm.select_next_some() => {
                if let SwarmEvent::Behaviour(event) = event {
                    if let Some(verdict) = judge(event) {
                        return Ok(verdict);
                    }
                }
            }
        }
    }
}

/// An RPC is accepted where the one behind it is understood.
pub fn judge_rpc(case: &Draft) -> Result<Verdict, String> {
    let rpcs = [prefixed(&case.input()), prefixed(&subscription("last"))].concat();
    run(receive(true, rpcs, |event| match event {
        Event::Subscribed { topic, .. } if topic == TopicHash::from_raw("last") => {
            Some(Verdict::accept(LIBRARY, serde_json::Value::Null))
        }
        _ => None,
    }))
}

pub fn judge_message(case: &Draft) -> Result<Verdict, String> {
    let strict = case.context_text("policy") == "strict_sign";
    let last = signed_last(strict);
    let rpcs = [
        prefixed(&bytes_field(2, &case.input())),
        prefixed(&bytes_field(2, &last)),
    ]
    .concat();
    let received = |event| match event {
        Event::Message { message, .. } if message.data == b"last" => {
            Some(Verdict::refuse(LIBRARY, "passed over"))
        }
        Event::Message { message, .. } => Some(Verdict::accept(LIBRARY, value(&message))),
        _ => None,
    };
    run(receive(strict, rpcs, received))
}

fn signed_last(strict: bool) -> Vec<u8> {
    let key = from_seed("last");
    let (data, topic) = (bytes_field(2, b"last"), text_field(4, TOPIC));
    if !strict {
        return [data, topic].concat();
    }
    let from = bytes_field(1, &key.public().to_peer_id().to_bytes());
    let message = [from, data, bytes_field(3, &1u64.to_be_bytes()), topic].concat();
    let signature = key
        .sign(&[b"libp2p-pubsub:", &message[..]].concat())
        .expect("it can sign");
    [message, bytes_field(5, &signature)].concat()
}

fn value(message: &Message) -> serde_json::Value {
    let mut value = json!({"data": hex_of(&message.data), "topic": message.topic.as_str()});
    if let Some(author) = message.source {
        value["author"] = json!(author.to_base58());
    }
    if let Some(number) = message.sequence_number {
        value["seqno"] = json!(hex_of(&number.to_be_bytes()));
    }
    value
}

/// Only rust's own default is a function of rust.
pub fn judge_id(case: &Draft) -> Option<Verdict> {
    if case.context_text("function") != "rust" {
        return None;
    }
    let input = case.input();
    let number = find(&input, 3).and_then(|n| Some(u64::from_be_bytes(n.try_into().ok()?)));
    let message = Message {
        source: find(&input, 1).and_then(|id| PeerId::from_bytes(&id).ok()),
        data: find(&input, 2).unwrap_or_default(),
        sequence_number: number,
        topic: TopicHash::from_raw(TOPIC),
    };
    let id = Config::default().message_id(&message);
    Some(Verdict::accept(LIBRARY, json!({"id": hex_of(&id.0)})))
}

/// Subscribes as the far peer, lets the swarm publish, and gives the message that comes.
async fn published_by_rust() -> Result<Vec<u8>, String> {
    let own = from_seed("gamma");
    let config = ConfigBuilder::default()
        .build()
        .map_err(|e| e.to_string())?;
    let gossip: Behaviour =
        Behaviour::new(MessageAuthenticity::Signed(own.clone()), config).map_err(str::to_owned)?;
    let (tell, mut told) = mpsc::unbounded::<Vec<u8>>();
    let inbound = move || {
        let tell = tell.clone();
        Box::new(move |stream: SubstreamBox| collects(stream, tell).boxed()) as Handler
    };
    let (mut swarm, far) = connected(&own, &from_seed("far"), gossip, inbound).await?;
    let (ended, _) = mpsc::unbounded();
    far.open(sends(prefixed(&subscription(TOPIC)), ended));
    loop {
        tokio::select! {
            Some(message) = told.next() => return Ok(message),
            event = swarm.select_next_some() => publish_when_subscribed(&mut swarm, &event)?,
        }
    }
}

fn publish_when_subscribed(
    swarm: &mut Swarm<Behaviour>,
    event: &SwarmEvent<Event>,
) -> Result<(), String> {
    if let SwarmEvent::Behaviour(Event::Subscribed { .. }) = event {
        let published = swarm
            .behaviour_mut()
            .publish(IdentTopic::new(TOPIC), b"from rust".to_vec());
        published.map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Finds the first message in the RPCs of a stream.
async fn collects(stream: SubstreamBox, tell: mpsc::UnboundedSender<Vec<u8>>) {
    let Ok((_, mut s)) = listener_select_proto(stream, [PROTOCOL]).await else {
        return;
    };
    let mut all = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = s.read(&mut buffer).await {
        all.extend(&buffer[..n]);
        while let Some(rpc) = take_prefixed(&mut all) {
            if let Some(message) = find(&rpc, 2) {
                let _ = tell.unbounded_send(message);
            }
        }
    }
}

fn take_prefixed(from: &mut Vec<u8>) -> Option<Vec<u8>> {
    let (length, rest) = unsigned_varint::decode::u64(from).ok()?;
    let begin = from.len() - rest.len();
    let end = begin + length as usize;
    let message = from.get(begin..end)?.to_vec();
    from.drain(..end);
    Some(message)
}
