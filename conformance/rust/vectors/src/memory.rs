//! A connection without a network: what a test feeds is there to read, what a library writes is
//! collected. Whoever polls it polls again after feeding, so it wakes nobody.

use futures::io::{AsyncRead, AsyncWrite};
use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

#[derive(Default)]
struct Inside {
    input: Vec<u8>,
    ended: bool,
    output: Vec<u8>,
    taken: usize,
}

#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Inside>>);

impl Memory {
    fn with<T>(&self, f: impl FnOnce(&mut Inside) -> T) -> T {
        f(&mut self.0.lock().expect("nobody panics in here"))
    }
    pub fn feed(&self, bytes: &[u8]) {
        self.with(|m| m.input.extend_from_slice(bytes));
    }
    /// Nothing more will come.
    pub fn end(&self) {
        self.with(|m| m.ended = true);
    }
    /// What was written since it was last asked for.
    pub fn answer(&self) -> Vec<u8> {
        self.with(|m| {
            let fresh = m.output[m.taken..].to_vec();
            m.taken = m.output.len();
            fresh
        })
    }
}

impl AsyncRead for Memory {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.with(|m| {
            if m.input.is_empty() && !m.ended {
                return Poll::Pending;
            }
            let n = buffer.len().min(m.input.len());
            buffer[..n].copy_from_slice(&m.input[..n]);
            m.input.drain(..n);
            Poll::Ready(Ok(n))
        })
    }
}

impl AsyncWrite for Memory {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.with(|m| m.output.extend_from_slice(bytes));
        Poll::Ready(Ok(bytes.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Polls once; whoever is pending is polled again after the next feeding.
pub fn poll<T>(f: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    f(&mut Context::from_waker(futures::task::noop_waker_ref()))
}

/// All that can be read now, and whether the end was reached.
pub fn read_all<R: AsyncRead + Unpin>(from: &mut R) -> (Vec<u8>, io::Result<bool>) {
    let mut all = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match poll(|cx| Pin::new(&mut *from).poll_read(cx, &mut buffer)) {
            Poll::Pending => return (all, Ok(false)),
            Poll::Ready(Ok(0)) => return (all, Ok(true)),
            Poll::Ready(Ok(n)) => all.extend_from_slice(&buffer[..n]),
            Poll::Ready(Err(e)) => return (all, Err(e)),
        }
    }
}
