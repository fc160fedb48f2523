//! Runs the other JACK client, `peer.c`: its commands and its recordings.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

/// The environment variable that names the compiled program.
pub const PROGRAM: &str = "AMIO_TEST_PEER";

/// Compiles `peer.c`, once; returns the program's path.
pub fn build() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("jack-peer");
        let flags = Command::new("pkg-config")
            .args(["--cflags", "--libs", "jack"])
            .output()
            .expect("pkg-config is installed: run scripts/setup test");
        assert!(
            flags.status.success(),
            "libjack's headers are missing: run scripts/setup test"
        );
        let flags = String::from_utf8(flags.stdout).expect("flags are text");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/jack/peer.c");
        let compiled = Command::new("cc")
            .args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .arg(&program)
            .arg(source)
            .args(flags.split_whitespace())
            .status()
            .expect("a C compiler is installed: run scripts/setup test");
        assert!(compiled.success());
        program
    })
}

/// A running peer; it ends when it is dropped.
pub struct Peer {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    name: String,
}

/// A period that a peer recorded.
pub struct Block {
    /// The JACK frame with which it begins.
    pub first_frame: u32,
    /// When it was due, in nanoseconds of `CLOCK_MONOTONIC`.
    pub due_ns: i64,
    pub samples: Vec<f32>,
}

impl Peer {
    /// Starts a peer; it is active when this returns.
    pub fn start(name: &str) -> Peer {
        let program = std::env::var_os(PROGRAM).expect("set by the outer test");
        let mut child = Command::new(program)
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peer starts");
        let commands = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it was piped"));
        let mut peer = Peer {
            child,
            commands,
            answers,
            name: name.to_owned(),
        };
        assert_eq!(peer.answer(), "ready");
        peer
    }

    pub fn connect(&mut self, source: &str, destination: &str) {
        self.run(&format!("connect {source} {destination}"));
    }

    pub fn disconnect(&mut self, source: &str, destination: &str) {
        self.run(&format!("disconnect {source} {destination}"));
    }

    /// Asks the server for another period.
    pub fn set_period(&mut self, frames: u32) {
        self.run(&format!("period {frames}"));
    }

    /// From now on, its latency callback takes `ms` milliseconds. A client that starts waits for that.
    pub fn be_slow(&mut self, ms: u32) {
        self.run(&format!("slow {ms}"));
    }

    /// Waits until the slow latency callback is called, so that a client waits for it.
    pub fn wait_until_asked(&mut self) {
        self.run("await latencies");
    }

    /// Kills it, at any moment.
    pub fn kill(mut self) {
        self.child.kill().expect("it is our child");
    }

    pub fn set_freewheel(&mut self, on: bool) {
        self.run(&format!("freewheel {}", u8::from(on)));
    }

    /// All periods that it has recorded so far.
    pub fn recording(&mut self) -> Vec<Block> {
        let file = std::env::temp_dir().join(format!("amio-{}-{}", self.child.id(), self.name));
        self.run(&format!("dump {}", file.display()));
        let bytes = fs::read(&file).expect("it was just written");
        fs::remove_file(&file).expect("it was just read");
        parse(&bytes)
    }

    /// How many cycles it has missed.
    pub fn gaps(&mut self) -> usize {
        let recording = self.recording();
        let follows = |pair: &&[Block]| {
            let expected = pair[0]
                .first_frame
                .wrapping_add(pair[0].samples.len() as u32);
            pair[1].first_frame == expected
        };
        recording.windows(2).filter(|pair| !follows(pair)).count()
    }

    fn run(&mut self, command: &str) {
        let commands = self.commands.as_mut().expect("open until it is dropped");
        writeln!(commands, "{command}").expect("the peer runs");
        assert_eq!(self.answer(), "ok", "{}: {command}", self.name);
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the peer runs");
        line.trim_end().to_owned()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.commands.take());
        self.child.wait().expect("it is our child");
    }
}

fn parse(mut bytes: &[u8]) -> Vec<Block> {
    let mut blocks = Vec::new();
    while let Some((header, rest)) = bytes.split_first_chunk::<16>() {
        let word = |at: usize| u32::from_ne_bytes(header[at..at + 4].try_into().expect("4 bytes"));
        let due_ns = i64::from_ne_bytes(header[8..].try_into().expect("8 bytes"));
        let (samples, rest) = rest.split_at(4 * word(4) as usize);
        let sample = |bytes: &[u8]| f32::from_ne_bytes(bytes.try_into().expect("4 bytes"));
        blocks.push(Block {
            first_frame: word(0),
            due_ns,
            samples: samples.chunks_exact(4).map(sample).collect(),
        });
        bytes = rest;
    }
    assert!(bytes.is_empty(), "{} bytes too many", bytes.len());
    blocks
}
