//! The byte protocols of the conformance suite, both sides, over any stream. They know nothing
//! of libp2p: a stream ends by FIN (`close`), or by being dropped (a reset on the wire).

use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use std::io::{Error, ErrorKind, Result};
use std::time::{Duration, Instant};

pub const ECHO: &str = "/lp2p/echo/1";
pub const SINK: &str = "/lp2p/sink/1";
pub const SOURCE: &str = "/lp2p/source/1";
pub const RESET: &str = "/lp2p/reset/1";
pub const PING: &str = "/ipfs/ping/1.0.0";
pub const SERVED: &[&str] = &[ECHO, SINK, SOURCE, RESET];

const CHUNK: usize = 64 * 1024;
const PING_BYTES: usize = 32;

pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// Serves one stream of a served protocol to its end.
pub async fn serve(protocol: &str, stream: impl Duplex) -> Result<()> {
    match protocol {
        ECHO => serve_echo(stream).await,
        SINK => serve_sink(stream).await,
        SOURCE => serve_source(stream).await,
        RESET => serve_reset(stream).await,
        other => Err(Error::new(ErrorKind::Unsupported, other.to_owned())),
    }
}

/// Sends back what comes, as it comes, and a FIN after the remote's FIN.
async fn serve_echo(mut stream: impl Duplex) -> Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return stream.close().await;
        }
        stream.write_all(&buffer[..n]).await?;
        stream.flush().await?;
    }
}

/// Reads to FIN, answers with the count (8 bytes, big-endian) and FIN.
async fn serve_sink(mut stream: impl Duplex) -> Result<()> {
    let count = drain(&mut stream).await?;
    stream.write_all(&count.to_be_bytes()).await?;
    stream.close().await
}

/// Reads a count (8 bytes, big-endian), sends so many bytes (byte i = i & 0xff) and FIN.
async fn serve_source(mut stream: impl Duplex) -> Result<()> {
    let mut count = [0; 8];
    stream.read_exact(&mut count).await?;
    send(&mut stream, u64::from_be_bytes(count), index_byte).await?;
    stream.close().await?;
    // Dropping it now would answer whatever the remote still sends with a reset.
    drain(&mut stream).await.map(|_| ())
}

/// Reads one byte and drops the stream, which the muxer turns into RST.
async fn serve_reset(mut stream: impl Duplex) -> Result<()> {
    stream.read_exact(&mut [0; 1]).await
}

/// Sends `count` patterned bytes and FIN while it reads them back; `salt` tells streams apart.
pub async fn ask_echo(stream: impl Duplex, count: u64, salt: u8) -> Result<()> {
    let (mut reader, mut writer) = stream.split();
    let byte = move |i| echo_byte(i, salt);
    let sent = async {
        send(&mut writer, count, byte).await?;
        writer.close().await
    };
    futures::try_join!(sent, check(&mut reader, count, byte)).map(|_| ())
}

/// Sends `count` bytes and FIN, and expects that count as the answer.
pub async fn ask_sink(mut stream: impl Duplex, count: u64) -> Result<()> {
    send(&mut stream, count, index_byte).await?;
    stream.close().await?;
    let mut answer = [0; 8];
    stream.read_exact(&mut answer).await?;
    let told = u64::from_be_bytes(answer);
    if told != count {
        return Err(mismatch(format!(
            "the sink counted {told} of {count} bytes"
        )));
    }
    expect_end(&mut stream).await
}

/// Asks for `count` bytes and checks them.
pub async fn ask_source(mut stream: impl Duplex, count: u64) -> Result<()> {
    stream.write_all(&count.to_be_bytes()).await?;
    stream.close().await?;
    check(&mut stream, count, index_byte).await
}

/// Sends a byte and waits for the stream to end without an answer. The library reports a reset
/// as an end of stream, so which of the two it was cannot be said here.
pub async fn ask_reset(mut stream: impl Duplex) -> Result<()> {
    stream.write_all(&[1]).await?;
    stream.flush().await?;
    match stream.read(&mut [0; 1]).await {
        Ok(0) | Err(_) => Ok(()),
        Ok(_) => Err(mismatch("an answer came instead of a reset".into())),
    }
}

/// One ping on an open ping stream.
pub async fn ask_ping(stream: &mut impl Duplex, salt: u8) -> Result<Duration> {
    let sent: [u8; PING_BYTES] = std::array::from_fn(|i| echo_byte(i as u64, salt));
    let start = Instant::now();
    stream.write_all(&sent).await?;
    stream.flush().await?;
    let mut answer = [0; PING_BYTES];
    stream.read_exact(&mut answer).await?;
    if answer != sent {
        return Err(mismatch("the pong differs from the ping".into()));
    }
    Ok(start.elapsed())
}

/// Reads to the end and says how many bytes there were.
pub async fn drain(stream: &mut (impl AsyncRead + Unpin)) -> Result<u64> {
    let mut buffer = vec![0; CHUNK];
    let mut count = 0;
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(count),
            n => count += n as u64,
        }
    }
}

/// The source's bytes.
fn index_byte(i: u64) -> u8 {
    i as u8
}

/// The echo's bytes: a lost or swapped piece of any length shows, and so do mixed up streams.
fn echo_byte(i: u64, salt: u8) -> u8 {
    (i.wrapping_mul(31) + i / 251) as u8 ^ salt
}

async fn send<W>(to: &mut W, count: u64, byte: impl Fn(u64) -> u8) -> Result<()>
where
    W: AsyncWrite + Unpin,
{
    let mut sent = 0;
    while sent < count {
        let n = (count - sent).min(CHUNK as u64);
        let chunk: Vec<u8> = (sent..sent + n).map(&byte).collect();
        to.write_all(&chunk).await?;
        sent += n;
    }
    to.flush().await
}

async fn check<R>(from: &mut R, count: u64, byte: impl Fn(u64) -> u8) -> Result<()>
where
    R: AsyncRead + Unpin,
{
    let mut buffer = vec![0; CHUNK];
    let mut got = 0;
    loop {
        let n = from.read(&mut buffer).await?;
        if n == 0 && got < count {
            let why = format!("the stream ended after {got} of {count} bytes");
            return Err(Error::new(ErrorKind::UnexpectedEof, why));
        }
        if n == 0 {
            return Ok(());
        }
        for came in &buffer[..n] {
            if got == count {
                return Err(mismatch(format!("more than {count} bytes came")));
            }
            if *came != byte(got) {
                return Err(mismatch(format!("byte {got} is wrong")));
            }
            got += 1;
        }
    }
}

async fn expect_end(stream: &mut (impl AsyncRead + Unpin)) -> Result<()> {
    match stream.read(&mut [0; 1]).await? {
        0 => Ok(()),
        _ => Err(mismatch("bytes came after the answer".into())),
    }
}

fn mismatch(why: String) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::io::Cursor;

    async fn passes(bytes: Vec<u8>, count: u64, salt: u8) -> bool {
        let byte = |i| echo_byte(i, salt);
        check(&mut Cursor::new(bytes), count, byte).await.is_ok()
    }

    #[tokio::test]
    async fn the_check_sees_every_kind_of_damage() {
        let mut good = Cursor::new(Vec::new());
        send(&mut good, 70_000, |i| echo_byte(i, 5))
            .await
            .expect("memory");
        let good = good.into_inner();
        assert!(passes(good.clone(), 70_000, 5).await);
        assert!(!passes(good[..69_999].to_vec(), 70_000, 5).await);
        assert!(!passes([&good[..], &[0]].concat(), 70_000, 5).await);
        assert!(!passes(good.clone(), 70_000, 6).await);
        assert!(!passes([&good[256..], &good[..256]].concat(), 70_000, 5).await);
        let mut bad = good;
        bad[66_000] ^= 1;
        assert!(!passes(bad, 70_000, 5).await);
    }

    #[test]
    fn the_source_pattern_is_the_index() {
        assert_eq!([0, 1, 255, 256].map(index_byte), [0, 1, 255, 0]);
    }
}
