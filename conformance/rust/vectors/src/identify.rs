//! identify, judged by a swarm with rust-libp2p's own behaviour.

use crate::draft::{hex_of, Draft, Table, Verdict};
use crate::keys::from_seed;
use crate::protobuf::{bytes_field, prefixed, text_field};
use crate::swarm::{connected, refuse, run, Handler};
use futures::{AsyncReadExt as _, AsyncWriteExt as _, FutureExt as _, StreamExt as _};
use libp2p::core::muxing::SubstreamBox;
use libp2p::identify::{Behaviour, Config, Event, Info};
use libp2p::identity::Keypair;
use libp2p::swarm::SwarmEvent;
use multistream_select::{dialer_select_proto, listener_select_proto, Version};
use serde_json::json;
use std::time::Duration;

const LIBRARY: &str = "libp2p-identify";
const ID: &str = "/ipfs/id/1.0.0";
const PUSH: &str = "/ipfs/id/push/1.0.0";
const LAST: &str = "last";

pub fn cases() -> Vec<Draft> {
    let t = Table {
        protocol: "identify",
        kind: "identify",
        spec: "identify, \"The Identify Message\"",
        source: LIBRARY,
    };
    let sent = run(sent_by_rust()).expect("rust answers identify");
    vec![t
        .good("sent_by_rust", "what rust's swarm answers", &sent)
        .with(
            "public_key",
            hex_of(&from_seed("gamma").public().encode_protobuf()),
        )
        .with("push", false)
        .keep("the address of the memory transport is chance")]
}

/// When the swarm asks again.
const SOON: Duration = Duration::from_millis(50);
const NEVER: Duration = Duration::from_secs(3600);

fn behaviour(key: &Keypair, again: Duration) -> Behaviour {
    Behaviour::new(
        Config::new("conformance/1".into(), key.public())
            .with_agent_version("rustvectors".into())
            .with_interval(again),
    )
}

async fn sent_by_rust() -> Result<Vec<u8>, String> {
    let own = from_seed("gamma");
    let (mut swarm, far) =
        connected(&own, &from_seed("far"), behaviour(&own, SOON), refuse).await?;
    let (tell, told) = futures::channel::oneshot::channel();
    far.open(Box::new(|stream: SubstreamBox| {
        async move {
            if let Ok((_, mut s)) = dialer_select_proto(stream, [ID], Version::V1).await {
                let mut all = Vec::new();
                let _ = s.read_to_end(&mut all).await;
                let _ = tell.send(all);
            }
        }
        .boxed()
    }));
    let mut told = told.fuse();
    loop {
        tokio::select! {
            all = &mut told => return all.map_err(|e| e.to_string()),
            _ = swarm.select_next_some() => {}
        }
    }
}

/// A message of the far peer that nobody refuses.
fn message(agent: &str) -> Vec<u8> {
    let key = from_seed("alpha").public().encode_protobuf();
    prefixed(
        &[
            bytes_field(1, &key),
            text_field(3, ID),
            text_field(3, PUSH),
            text_field(6, agent),
        ]
        .concat(),
    )
}

/// Answers the first question with these bytes and every other with a good message.
fn answers(first: Vec<u8>) -> impl FnMut() -> Handler {
    let mut next = Some(first);
    move || {
        let bytes = next.take().unwrap_or_else(|| message(LAST));
        Box::new(move |stream: SubstreamBox| {
            async move {
                if let Ok((_, mut s)) = listener_select_proto(stream, [ID]).await {
                    let _ = s.write_all(&bytes).await;
                    let _ = s.close().await;
                    let _ = s.read_to_end(&mut Vec::new()).await;
                }
            }
            .boxed()
        })
    }
}

/// Pushes these bytes, and then a good message.
fn pushes(bytes: Vec<u8>) -> Handler {
    Box::new(move |stream: SubstreamBox| {
        async move {
            if let Ok((_, mut s)) = dialer_select_proto(stream, [PUSH], Version::V1).await {
                let _ = s.write_all(&bytes).await;
                let _ = s.close().await;
                let _ = s.read_to_end(&mut Vec::new()).await;
            }
        }
        .boxed()
    })
}

pub fn judge(case: &Draft) -> Result<Verdict, String> {
    run(async {
        let push = case.context.get("push").and_then(|v| v.as_bool()) == Some(true);
        let own = from_seed("judge");
        // The far peer has the key that the case names: this one, or the one that signed for rust.
        let theirs = ["alpha", "gamma"]
            .map(from_seed)
            .into_iter()
            .find(|k| hex_of(&k.public().encode_protobuf()) == case.context_text("public_key"));
        let theirs = theirs.ok_or("nobody has that key")?;
        if push {
            return judge_push(case, &own, &theirs).await;
        }
        let inbound = answers(case.input());
        let (mut swarm, _far) = connected(&own, &theirs, behaviour(&own, SOON), inbound).await?;
        loop {
            match told(swarm.select_next_some().await) {
                Some(Ok(info)) if info.agent_version == LAST => {
                    return Ok(Verdict::refuse(LIBRARY, "passed over"));
                }
                Some(Ok(info)) => return Ok(Verdict::accept(LIBRARY, value(&info))),
                Some(Err(verdict)) => return Ok(verdict),
                None => {}
            }
        }
    })
}

/// What identify tells of the far peer, or why it tells nothing.
fn told(event: SwarmEvent<Event>) -> Option<Result<Info, Verdict>> {
    match event {
        SwarmEvent::Behaviour(Event::Received { info, .. }) => Some(Ok(info)),
        SwarmEvent::Behaviour(Event::Error { error, .. }) => {
            Some(Err(Verdict::refuse(LIBRARY, error)))
        }
        _ => None,
    }
}

/// Tells what rust knows of the peer's protocols behind the push.
async fn judge_push(case: &Draft, own: &Keypair, theirs: &Keypair) -> Result<Verdict, String> {
    let inbound = answers(message("first"));
    let (mut swarm, far) = connected(own, theirs, behaviour(own, NEVER), inbound).await?;
    let mut pushed = false;
    loop {
        match told(swarm.select_next_some().await) {
            Some(Ok(_)) if !pushed => {
                pushed = true;
                far.open(pushes(case.input()));
                far.open(pushes(message(LAST)));
            }
            Some(Ok(info)) if info.agent_version == LAST => {
                return Ok(Verdict::refuse(LIBRARY, "passed over"));
            }
            Some(Ok(info)) => {
                let mut known: Vec<&str> = info.protocols.iter().map(|p| p.as_ref()).collect();
                known.sort_unstable();
                return Ok(Verdict::accept(LIBRARY, json!({"protocols": known})));
            }
            Some(Err(verdict)) => return Ok(verdict),
            None => {}
        }
    }
}

fn value(info: &Info) -> serde_json::Value {
    let addresses: Vec<String> = info.listen_addrs.iter().map(|a| a.to_string()).collect();
    let protocols: Vec<&str> = info.protocols.iter().map(|p| p.as_ref()).collect();
    json!({
        "protocols": protocols,
        "listen_addrs": addresses,
        "agent": info.agent_version,
        "protocol_version": info.protocol_version,
        "observed": info.observed_addr.to_string(),
    })
}
