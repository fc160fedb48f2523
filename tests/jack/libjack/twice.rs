//! A server that wakes the client twice in each cycle.
#![allow(unsafe_code, reason = "a library that stands before libjack")]

use super::process::{Heard, listener, player};
use super::{LONG, open, until};
use crate::server::{Server, beside};
use crate::toolchain::{scratch, succeed};
use crate::tools::{config, start};
use amio::jack::{BlockOptions, Cycle};
use amio::{Clip, Entry, Playspec, Swap};
use std::ffi::CString;
use std::fs;
use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The same length, so that one can be put in place of the other in a copy of libjack.
const NAME: &str = "libjack.so.0";
const REAL: &str = "libjrea.so.0";

/// Has this process use the library of `twice.c` as libjack. It needs a copy of libjack that has another name.
fn load() {
    let folder = scratch().join("twice");
    fs::create_dir_all(&folder).expect("the target directory is writable");
    let found = succeed(Command::new("cc").arg("-print-file-name=libjack.so"));
    let mut library = fs::read(found.trim()).expect("libjack is installed: run scripts/setup test");
    for at in 0..library.len() - NAME.len() {
        if library[at..].starts_with(NAME.as_bytes()) {
            library[at..at + REAL.len()].copy_from_slice(REAL.as_bytes());
        }
    }
    let (real, first) = (folder.join(REAL), folder.join(NAME));
    fs::write(&real, library).expect("the target directory is writable");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/jack/libjack/twice.c");
    let mut compiler = Command::new("cc");
    compiler
        .args([
            "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
        ])
        .arg(format!(
            "-Wl,-soname,{NAME},-rpath,{},--no-as-needed",
            folder.display()
        ))
        .arg("-o")
        .arg(&first)
        .args([source, "-L"])
        .arg(&folder)
        .arg(format!("-l:{REAL}"));
    succeed(&mut compiler);
    let path = CString::new(first.into_os_string().into_encoded_bytes()).expect("no NUL");
    // SAFETY: the path ends with NUL; the library runs nothing when it is loaded.
    let loaded = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
    assert!(!loaded.is_null(), "it was just made");
}

#[test]
fn a_client_that_is_woken_twice_in_a_cycle_runs_it_once() {
    beside!(Server::Jackd(256), {
        load();
        handlers();
        streams();
        driver();
    });
}

/// The sound is right, and each cycle runs once.
fn handlers() {
    let heard: Arc<Heard> = Arc::default();
    let listener = listener(&heard);
    let player = player(|| ControlFlow::Continue(()));
    listener
        .connect("player:out", "listener:in")
        .expect("both are there");
    let counter = open("counter");
    let (cycles, again) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let (counted, repeated) = (cycles.clone(), again.clone());
    let mut last = None;
    let count = move |cycle: &mut Cycle<'_>| {
        let first = cycle.first_frame();
        counted.fetch_add(1, Ordering::Relaxed);
        if last.replace(first) == Some(first) {
            repeated.fetch_add(1, Ordering::Relaxed);
        }
        ControlFlow::Continue(())
    };
    counter.set_process(count).expect("it is open");
    counter.activate().expect("the server takes it");
    until("sound", || heard.right.load(Ordering::Relaxed) > 48_000);
    assert!(cycles.load(Ordering::Relaxed) > 100);
    assert_eq!(again.load(Ordering::Relaxed), 0, "cycles run twice");
    let wrong = heard.wrong.load(Ordering::Relaxed);
    // Where the server is late, a cycle may end before it was heard.
    assert!(wrong <= 1_024, "{wrong} frames are wrong");
    drop(player);
}

/// Blocks follow each other, and each MIDI event arrives once.
fn streams() {
    let client = open("streams");
    let (_, input) = client.register_audio_input("in").expect("room");
    let (_, output) = client.register_midi_output("out").expect("room");
    let (_, events) = client.register_midi_input("events").expect("room");
    let sender = client.send_midi(output, 1_024).expect("it is open");
    let receiver = client.receive_midi(events, 1_024).expect("it is open");
    let mut blocks = client
        .exchange_blocks(vec![input], Vec::new(), BlockOptions::default())
        .expect("it is open");
    client.activate().expect("the server takes it");
    client
        .connect("streams:out", "streams:events")
        .expect("both are there");
    let mut samples = vec![0.0; blocks.block_frames()];
    for number in 0..100 {
        let bytes = [0x90, number, 1];
        let block = blocks.read(&mut [&mut samples], LONG).expect("it is open");
        sender
            .send(block.output_frame, &bytes)
            .expect("there is room");
        let event = receiver.wait(LONG).expect("it is open").expect("it comes");
        assert_eq!(event.bytes, bytes);
        assert_eq!(receiver.next(), None);
        // Frames that a late server skips are lost, and no others.
        assert!(block.new.xruns > 0 || block.new.lost == 0, "{block:?}");
    }
}

/// An interface is heard.
fn driver() {
    let interface = start(config());
    let clip = Clip::from_f32(48_000, 1, &vec![0.5; 480_000]).expect("good samples");
    let playspec = Playspec::new(vec![Entry::new(&clip, 0)]).expect("a good entry");
    let heard: Arc<AtomicU64> = Arc::default();
    let counted = heard.clone();
    let client = open("ears");
    let (_, input) = client.register_audio_input("in").expect("room");
    let mut samples = vec![0.0; 8192];
    let handler = move |cycle: &mut Cycle<'_>| {
        let samples = &mut samples[..cycle.frames()];
        cycle.read(&input, samples);
        let loud = samples.iter().filter(|sample| **sample == 0.5).count();
        counted.fetch_add(loud as u64, Ordering::Relaxed);
        ControlFlow::Continue(())
    };
    client.set_process(handler).expect("it is open");
    client.activate().expect("the server takes it");
    client
        .connect("amio:output_l", "ears:in")
        .expect("both are there");
    interface.schedule(&playspec, Swap::at(0)).expect("room");
    interface.set_rolling(true).expect("it runs");
    until("the clip", || heard.load(Ordering::Relaxed) > 48_000);
}
