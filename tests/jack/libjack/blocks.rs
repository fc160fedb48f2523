//! Block exchange.

use super::process::{Heard, fill, listener, player, sound};
use super::{LONG, on_both_servers, open, until};
use amio::Error;
use amio::jack::{AudioInput, AudioOutput, BlockCounts, BlockOptions, Blocks, Client, Cycle};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn options(block_frames: u32) -> BlockOptions {
    BlockOptions {
        block_frames,
        ..BlockOptions::default()
    }
}

fn ports(client: &Client) -> (Vec<AudioInput>, Vec<AudioOutput>) {
    let (_, input) = client.register_audio_input("in").expect("room");
    let (_, output) = client.register_audio_output("out").expect("room");
    (vec![input], vec![output])
}

fn connect(client: &Client, source: &str, destination: &str) {
    until("both ports", || {
        client.has_port(source).expect("it is open")
            && client.has_port(destination).expect("it is open")
    });
    client.connect(source, destination).expect("they are there");
}

/// Whether the samples are those of the frames from `frame` on.
fn is_sound(samples: &[f32], frame: u32) -> bool {
    samples
        .iter()
        .zip(0..)
        .all(|(sample, offset)| *sample == sound(frame.wrapping_add(offset)))
}

on_both_servers!(
    row_06_blocks_of_any_length_are_in_place_by_their_frames,
    |pipewire: bool| {
        let player = player(|| ControlFlow::Continue(()));
        for block_frames in [64, 100, 1_000, 4_096] {
            let client = open("blocks");
            let (inputs, outputs) = ports(&client);
            client.activate().expect("the server takes it");
            connect(&client, "player:out", "blocks:in");
            let heard = record();
            let listener = recorder(&heard);
            connect(&listener, "blocks:out", "recorder:in");
            // On jackd nothing may be lost, however fast cycles follow each other.
            if !pipewire {
                player.set_freewheel(true).expect("the server takes it");
            }
            let mut blocks = client
                .exchange_blocks(inputs, outputs, options(block_frames))
                .expect("it is open");
            let length = block_frames as usize;
            let (mut input, mut output) = (vec![0.0; length], vec![0.0; length]);
            let mut first = None;
            let (mut read, mut sounding) = (0_u64, 0);
            // A second on PipeWire, ten on jackd.
            let count = if pipewire { 48_000 } else { 480_000 } / length;
            let mut last = 0;
            for _ in 0..count.max(8) {
                let info = blocks
                    .exchange(&[&output], &mut [&mut input], LONG)
                    .expect("a block comes");
                let first = *first.get_or_insert(info.input_frame);
                let passed = (read + info.total.lost) as u32;
                assert_eq!(info.input_frame, first.wrapping_add(passed));
                read += u64::from(block_frames);
                if input.iter().all(|sample| *sample == 0.0) {
                    continue; // The connection is not yet in force.
                }
                if sounding > 0 {
                    assert!(is_sound(&input, info.input_frame), "{info:?}");
                }
                sounding += 1;
                last = info.input_frame;
                output.copy_from_slice(&input);
            }
            let latency = blocks.latency_frames();
            let answer = blocks.write(&[&output], LONG).expect("there is room");
            assert_eq!(answer, last.wrapping_add(latency));
            let end = answer.wrapping_add(block_frames);
            let total = blocks.counts();
            if pipewire {
                until("the last block was played", || {
                    let now = client.last_frame_time().expect("it is open");
                    now.wrapping_sub(end).cast_signed() > 4_096
                });
            }
            drop(blocks);
            if !pipewire {
                player.set_freewheel(false).expect("the server takes it");
            }
            let heard = heard.lock().expect("no panic");
            let right =
                heard
                    .iter()
                    .filter(|(_, sample)| *sample != 0.0)
                    .inspect(|(frame, sample)| {
                        assert_eq!(*sample, sound(frame.wrapping_sub(latency)), "{frame}");
                    });
            println!(
                "{block_frames}: {} frames at their place, latency {latency}, {total:?}",
                right.count()
            );
            assert!(sounding > count / 2);
            if !pipewire {
                assert_eq!(total, BlockCounts::default());
            }
        }
    }
);

/// What came in, each sample with its frame.
type Record = Arc<Mutex<Vec<(u32, f32)>>>;

fn record() -> Record {
    Arc::new(Mutex::new(Vec::with_capacity(1 << 22)))
}

/// A client that records what comes in by its port "in".
fn recorder(record: &Record) -> Client {
    let client = open("recorder");
    let (_, input) = client.register_audio_input("in").expect("room");
    let record = record.clone();
    let mut samples = vec![0.0; 8192];
    let handler = move |cycle: &mut Cycle<'_>| {
        let (first, frames) = (cycle.first_frame(), cycle.frames());
        cycle.read(&input, &mut samples[..frames]);
        let mut record = record.lock().expect("no panic");
        if record.len() + frames <= record.capacity() {
            let frames = (0..).map(|offset| first.wrapping_add(offset));
            record.extend(frames.zip(samples[..cycle.frames()].iter().copied()));
        }
        ControlFlow::Continue(())
    };
    client.set_process(handler).expect("it is open");
    client.activate().expect("the server takes it");
    client
}

on_both_servers!(
    row_06_a_reader_that_stalls_loses_blocks_and_every_frame_is_counted,
    |_pipewire: bool| {
        let player = player(|| ControlFlow::Continue(()));
        let client = open("blocks");
        let (inputs, _) = ports(&client);
        client.activate().expect("the server takes it");
        connect(&player, "player:out", "blocks:in");
        let queued = BlockOptions {
            queued_blocks: 5,
            ..options(300)
        };
        let mut blocks = client
            .exchange_blocks(inputs, Vec::new(), queued)
            .expect("it is open");
        let mut input = vec![0.0; 300];
        let (mut first, mut before, mut lost) = (None, 0, 0);
        for number in 0..100_u32 {
            let info = blocks.read(&mut [&mut input], LONG).expect("a block comes");
            let first = *first.get_or_insert(info.input_frame);
            let passed = 300 * number + info.total.lost as u32;
            assert_eq!(info.input_frame, first.wrapping_add(passed), "{info:?}");
            assert_eq!(info.new.lost, info.total.lost - before);
            // A client that is late is told wrong frames: the player too.
            if number > 30 && info.total.xruns == 0 {
                assert!(is_sound(&input, info.input_frame), "{info:?}");
            }
            (before, lost) = (info.total.lost, info.total.lost);
            if number % 30 == 29 {
                thread::sleep(Duration::from_millis(200));
            }
        }
        println!("30000 frames read, {lost} lost");
        // Three times 9,600 frames, of which 1,800 wait.
        assert!(lost > 3 * 5_000, "{lost}");
        assert!(matches!(
            blocks.read(&mut [&mut [0.0; 299]], LONG),
            Err(Error::InvalidArgument(_))
        ));
        client.close().expect("no handler runs");
        let closed = until_error(&mut blocks, &mut input);
        assert!(matches!(closed, Error::InvalidState(_)), "{closed:?}");
    }
);

fn until_error(blocks: &mut Blocks, input: &mut [f32]) -> Error {
    loop {
        if let Err(error) = blocks.read(&mut [&mut *input], LONG) {
            return error;
        }
    }
}

on_both_servers!(
    row_06_a_writer_that_stalls_is_silent_and_every_frame_is_counted,
    |_pipewire: bool| {
        let client = open("blocks");
        let (_, outputs) = ports(&client);
        client.activate().expect("the server takes it");
        let heard = record();
        let recorder = recorder(&heard);
        connect(&recorder, "blocks:out", "recorder:in");
        let mut blocks = client
            .exchange_blocks(Vec::new(), outputs, options(300))
            .expect("it is open");
        thread::sleep(Duration::from_millis(100));
        let mut output = vec![0.0; 300];
        let (mut first, mut written, mut last) = (None, 0, None);
        for number in 0..200 {
            let info = blocks.read(&mut [], LONG).expect("a block comes");
            let frame = info.output_frame;
            for (sample, offset) in output.iter_mut().zip(0..) {
                *sample = sound(frame.wrapping_add(offset));
            }
            // The first blocks waited for the connection. They may be late.
            if number >= 10 {
                let at = blocks.write(&[&output], LONG).expect("there is room");
                assert_eq!(at, frame);
                first.get_or_insert(frame);
                written += 300;
            }
            last = Some((frame.wrapping_add(300), blocks.counts()));
            if number == 50 || number == 90 {
                thread::sleep(Duration::from_millis(400));
            }
        }
        let (end, counts) = last.expect("some were written");
        until("the last block was played", || {
            let now = client.last_frame_time().expect("it is open");
            now.wrapping_sub(end).cast_signed() > 4_096
        });
        if counts.xruns > 0 {
            // A client that is late is told wrong frames: the recorder too.
            eprintln!("*** NOT COMPARED: the server skipped frames, {counts:?} ***");
            return;
        }
        let late = blocks.counts().late;
        let heard = heard.lock().expect("no panic");
        let is_before = |frame: u32, end: u32| frame.wrapping_sub(end).cast_signed() < 0;
        let mut from_first_sound = heard
            .iter()
            .skip_while(|(_, sample)| *sample == 0.0)
            .peekable();
        let begin = from_first_sound.peek().expect("something sounds").0;
        let (mut played, mut silent) = (0, 0);
        for (frame, sample) in from_first_sound.filter(|(frame, _)| is_before(*frame, end)) {
            match *sample {
                0.0 => silent += 1,
                sample => {
                    assert_eq!(sample, sound(*frame));
                    played += 1;
                }
            }
        }
        println!("{written} written: {played} played, {late} late; {silent} silent, {counts:?}");
        assert_eq!(played + late, written);
        assert_eq!(silent, counts.missed);
        assert!(silent > 2 * 9_600, "{begin} {silent}");
    }
);

on_both_servers!(
    row_06_an_exchange_goes_on_beside_a_handler_and_after_a_timeout,
    |_pipewire: bool| {
        let client = open("player");
        let (_, mut tone) = client.register_audio_output("out").expect("room");
        let (inputs, outputs) = {
            let (_, input) = client.register_audio_input("in").expect("room");
            let (_, output) = client.register_audio_output("block").expect("room");
            (vec![input], vec![output])
        };
        let handler = move |cycle: &mut Cycle<'_>| {
            fill(cycle, &mut tone);
            ControlFlow::Continue(())
        };
        client.set_process(handler).expect("it is open");
        let mut blocks = client
            .exchange_blocks(inputs, outputs, options(64))
            .expect("it is open");
        // No cycle runs yet.
        let mut input = [0.0; 64];
        let none = blocks.exchange(&[&[0.5; 64]], &mut [&mut input], Duration::from_millis(20));
        assert!(matches!(none, Err(Error::Timeout { .. })), "{none:?}");
        client.activate().expect("the server takes it");
        let mut next = None;
        for _ in 0..100 {
            let info = blocks
                .exchange(&[&[0.5; 64]], &mut [&mut input], LONG)
                .expect("a block comes");
            if info.new.lost == 0
                && let Some(next) = next
            {
                assert_eq!(info.output_frame, next);
            }
            next = Some(info.input_frame.wrapping_add(blocks.latency_frames()));
        }
        let heard: Arc<Heard> = Arc::default();
        let listener = listener(&heard);
        connect(&listener, "player:out", "listener:in");
        until("sound", || heard.right.load(Ordering::Relaxed) > 4_800);
        assert_eq!(heard.wrong.load(Ordering::Relaxed), 0);
    }
);

on_both_servers!(
    row_06_an_exchange_without_outputs_goes_on,
    |_pipewire: bool| {
        let client = open("blocks");
        let (inputs, _) = ports(&client);
        client.activate().expect("the server takes it");
        let mut blocks = client
            .exchange_blocks(inputs, Vec::new(), options(256))
            .expect("it is open");
        let mut input = vec![0.0; 256];
        for _ in 0..100 {
            blocks
                .exchange(&[], &mut [&mut input], LONG)
                .expect("a block comes");
        }
    }
);
