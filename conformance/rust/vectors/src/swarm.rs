//! A real swarm on one side of a connection in memory, and on the other a peer that says what a
//! case wants.

use futures::{
    channel::mpsc, future::BoxFuture, AsyncReadExt as _, FutureExt as _, StreamExt as _,
};
use libp2p::core::muxing::{StreamMuxerBox, StreamMuxerExt as _, SubstreamBox};
use libp2p::core::transport::{Boxed, DialOpts, MemoryTransport, PortUse, Transport as _};
use libp2p::core::{upgrade::Version, Endpoint, Multiaddr};
use libp2p::identity::Keypair;
use libp2p::swarm::{Config, NetworkBehaviour, Swarm, SwarmEvent};
use libp2p::{plaintext, yamux, PeerId};
use multistream_select::listener_select_proto;
use std::{future::poll_fn, task::Poll, time::Duration};

/// What the far side does with a substream.
pub type Handler = Box<dyn FnOnce(SubstreamBox) -> BoxFuture<'static, ()> + Send>;

fn transport(key: &Keypair) -> Boxed<(PeerId, StreamMuxerBox)> {
    MemoryTransport::default()
        .upgrade(Version::V1)
        .authenticate(plaintext::Config::new(key))
        .multiplex(yamux::Config::default())
        .boxed()
}

/// The far side: substreams that the swarm opens go to a handler made for each; a handler that is
/// sent here gets a substream that the far side opens.
pub struct Far(mpsc::UnboundedSender<Handler>);

impl Far {
    pub fn open(&self, handler: Handler) {
        let _ = self.0.unbounded_send(handler);
    }
}

/// A swarm that listens in memory, and a far peer that is connected to it.
pub async fn connected<B: NetworkBehaviour>(
    own: &Keypair,
    far: &Keypair,
    behaviour: B,
    inbound: impl FnMut() -> Handler + Send + 'static,
) -> Result<(Swarm<B>, Far), String> {
    let config = Config::with_tokio_executor();
    let mut swarm = Swarm::new(transport(own), behaviour, own.public().to_peer_id(), config);
    let anywhere: Multiaddr = "/memory/0".parse().expect("an address");
    swarm.listen_on(anywhere).map_err(|e| e.to_string())?;
    let address = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
            break address;
        }
    };
    let options = DialOpts {
        role: Endpoint::Dialer,
        port_use: PortUse::New,
    };
    let mut dialing = transport(far)
        .dial(address, options)
        .map_err(|e| e.to_string())?;
    let muxer = loop {
        tokio::select! {
            done = &mut dialing => break done.map_err(|e| e.to_string())?.1,
            _ = swarm.select_next_some() => {}
        }
    };
    let (send, commands) = mpsc::unbounded();
    tokio::spawn(keep(muxer, commands, inbound));
    Ok((swarm, Far(send)))
}

async fn keep(
    mut muxer: StreamMuxerBox,
    mut commands: mpsc::UnboundedReceiver<Handler>,
    mut inbound: impl FnMut() -> Handler,
) {
    let mut wanted: Option<Handler> = None;
    poll_fn(|cx| loop {
        if wanted.is_none() {
            if let Poll::Ready(Some(handler)) = commands.poll_next_unpin(cx) {
                wanted = Some(handler);
            }
        }
        if wanted.is_some() {
            if let Poll::Ready(Ok(stream)) = muxer.poll_outbound_unpin(cx) {
                let handler = wanted.take().expect("it was asked for");
                tokio::spawn(handler(stream));
                continue;
            }
        }
        match muxer.poll_inbound_unpin(cx) {
            Poll::Ready(Ok(stream)) => {
                tokio::spawn(inbound()(stream));
                continue;
            }
            Poll::Ready(Err(_)) => return Poll::Ready(()),
            Poll::Pending => {}
        }
        match muxer.poll_unpin(cx) {
            Poll::Ready(Ok(_)) => continue,
            Poll::Ready(Err(_)) => return Poll::Ready(()),
            Poll::Pending => return Poll::Pending,
        }
    })
    .await;
}

/// Refuses a substream that the swarm opens.
pub fn refuse() -> Handler {
    Box::new(|_| async {}.boxed())
}

/// Takes a substream of this protocol and reads it to its end.
pub fn reads(protocol: &'static str) -> Handler {
    Box::new(move |stream| {
        async move {
            if let Ok((_, mut s)) = listener_select_proto(stream, [protocol]).await {
                let _ = s.read_to_end(&mut Vec::new()).await;
            }
        }
        .boxed()
    })
}

/// Runs one case to its end, which must come within 20 seconds.
pub fn run<T>(case: impl std::future::Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|e| e.to_string())?;
    let limited = async {
        tokio::time::timeout(Duration::from_secs(20), case)
            .await
            .unwrap_or_else(|_| Err("nothing came of it".to_owned()))
    };
    runtime.block_on(limited)
}
