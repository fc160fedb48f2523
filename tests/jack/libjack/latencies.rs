//! Latencies of a client that is connected to itself, or whose server has another period.

use super::{LONG, on_both_servers, open, until};
use amio::jack::{BlockOptions, Client, LatencyMode, LatencyRange};
use std::time::Duration;

fn range(frames: u32) -> LatencyRange {
    LatencyRange {
        min_frames: frames,
        max_frames: frames,
    }
}

/// The latency of a port once the server has computed all a few times.
fn settled(client: &Client, port: &str, mode: LatencyMode) -> LatencyRange {
    for _ in 0..5 {
        client.recompute_latencies().expect("it is open");
        std::thread::sleep(Duration::from_millis(50));
    }
    client.latency(port, mode).expect("it is there")
}

on_both_servers!(
    beyond_both_the_latency_of_a_loop_within_a_client_does_not_grow,
    |_: bool| {
        let (client, source) = (open("loop"), open("source"));
        let (before, _) = source.register_audio_output("out").expect("room");
        let [(_, input), (_, second_input)] =
            ["in", "in2"].map(|name| client.register_audio_input(name).expect("room"));
        let [(_, output), (_, second_output)] =
            ["out", "out2"].map(|name| client.register_audio_output(name).expect("room"));
        client.activate().expect("the server takes it");
        source.activate().expect("the server takes it");
        let options = |latency_frames| BlockOptions {
            latency_frames,
            ..BlockOptions::default()
        };
        let first = client
            .exchange_blocks(vec![input], vec![output], options(10_000))
            .expect("it is open");
        let second = client
            .exchange_blocks(vec![second_input], vec![second_output], options(2_000))
            .expect("it is open");
        before
            .set_latency(LatencyMode::Capture, Some(range(100)))
            .expect("the server takes it");
        until("the port", || {
            client.has_port("source:out").expect("it is open")
        });
        for (output, input) in [("source:out", "loop:in"), ("loop:out", "loop:in")] {
            client.connect(output, input).expect("both are there");
        }
        let of = |port| settled(&client, port, LatencyMode::Capture);
        assert_eq!(of("loop:out"), range(10_100));
        // Through both and back.
        client.disconnect("loop:out", "loop:in").expect("they are");
        client
            .connect("loop:out", "loop:in2")
            .expect("both are there");
        assert_eq!(of("loop:out2"), range(12_100));
        client
            .connect("loop:out2", "loop:in")
            .expect("both are there");
        assert_eq!(of("loop:out2"), range(12_100));
        assert_eq!(of("loop:out"), range(10_100));
        drop((first, second));
        assert_eq!(of("loop:out2").max_frames, 100);
        assert_eq!(of("loop:out").max_frames, 100);
    }
);

on_both_servers!(
    beyond_both_a_latency_that_was_left_to_the_library_rises_with_the_period,
    |_: bool| {
        let client = open("rising");
        let (_, input) = client.register_audio_input("in").expect("room");
        let (port, output) = client.register_audio_output("out").expect("room");
        client.activate().expect("the server takes it");
        let options = BlockOptions {
            block_frames: 256,
            ..BlockOptions::default()
        };
        let mut blocks = client
            .exchange_blocks(vec![input], vec![output], options)
            .expect("it is open");
        let mut samples = vec![0.5; 256];
        let before = blocks.latency_frames();
        let mut run = |count| {
            for _ in 0..count {
                blocks.read(&mut [&mut samples], LONG).expect("it is open");
                blocks.write(&[&samples], LONG).expect("there is room");
            }
            (blocks.latency_frames(), blocks.counts())
        };
        assert_eq!(run(100).0, before);
        client
            .set_period_frames(2_048)
            .expect("the server takes it");
        let (latency, _) = run(400);
        assert!(latency > 2 * 2_048, "{before} -> {latency}");
        let (_, counts) = run(10);
        let (_, later) = run(400);
        let (late, missed) = (later.late - counts.late, later.missed - counts.missed);
        // A machine that is busy may be late once or twice.
        assert!(
            late + missed < 40_000,
            "{late} late and {missed} missed of 102,400"
        );
        until("the server knows it", || {
            let told = port.latency(LatencyMode::Capture).expect("it is there");
            told.max_frames >= latency
        });
    }
);
