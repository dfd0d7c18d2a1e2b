//! A rust-libp2p node as a process, so that lp2p's tests can meet the library as it is: flags
//! and commands in, one JSON object a line out. It adds no protection of its own.

mod bytes;
mod cli;
mod commands;
mod control;
mod events;
mod faults;
mod jobs;
mod keys;
mod lines;
mod message_id;
mod network;
mod node;
mod pubsub;
mod stats;
mod streams;

use cli::Options;
use libp2p::identity::Keypair;
use std::io::BufRead;
use std::process::ExitCode;
use tokio::sync::mpsc;

/// Something in the flags was wrong.
const USAGE: u8 = 2;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = match cli::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => return fail(USAGE, &why),
    };
    if options.help {
        println!("{}", cli::HELP);
        return ExitCode::SUCCESS;
    }
    let key = match identity(&options) {
        Ok(key) => key,
        Err(why) => return fail(USAGE, &why),
    };
    match run(key, options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(1, &why),
    }
}

fn fail(code: u8, why: &str) -> ExitCode {
    eprintln!("rustpeer: {}", why.lines().collect::<Vec<_>>().join(" "));
    ExitCode::from(code)
}

fn identity(options: &Options) -> Result<Keypair, String> {
    match (&options.seed, &options.key_file) {
        (Some(text), _) => Ok(keys::from_seed(text)),
        (None, Some(path)) => {
            keys::from_file(path).map_err(|why| format!("--key-file {}: {why}", path.display()))
        }
        (None, None) => Ok(Keypair::generate_ed25519()),
    }
}

async fn run(key: Keypair, options: Options) -> Result<(), String> {
    let filter = tracing_subscriber::EnvFilter::new(&options.log);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    if options.plaintext {
        eprintln!("warning: --security plaintext: nothing is secret, anybody can read along");
    }
    let swarm = network::build(&key, &options)?;
    let out = lines::Reporter::new(options.name.clone());
    let (tasks, notes) = mpsc::unbounded_channel();
    let (lines, commands) = mpsc::unbounded_channel();
    if options.stdin {
        std::thread::spawn(move || read_commands(lines));
    }
    let mut node = node::Node::new(swarm, out, options, tasks);
    node.listen()?;
    node.run(notes, commands).await.map_err(|e| e.to_string())
}

/// The end of stdin is not a command: the peer stays.
fn read_commands(lines: mpsc::UnboundedSender<String>) {
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        if lines.send(line).is_err() {
            return;
        }
    }
}
