//! A thread that exchanges blocks while the server freewheels, and changes its client meanwhile.

use super::{LONG, open};
use crate::server::{Server, beside};
use amio::jack::BlockOptions;
use std::ops::ControlFlow;
use std::time::Instant;

/// PipeWire freewheels only with a device for it.
#[test]
fn row_06_a_thread_that_the_audio_thread_waits_for_can_change_its_client() {
    beside!(Server::Jackd(256), {
        let client = open("freewheel");
        let (_, input) = client.register_audio_input("in").expect("room");
        let (_, output) = client.register_audio_output("out").expect("room");
        client.activate().expect("the server takes it");
        let options = BlockOptions {
            block_frames: 256,
            queued_blocks: 4,
            latency_frames: 0,
        };
        let mut blocks = client
            .exchange_blocks(vec![input], vec![output], options)
            .expect("it is open");
        let mut samples = vec![0.5; 256];
        let mut run = |count| {
            for _ in 0..count {
                blocks.read(&mut [&mut samples], LONG).expect("it is open");
                blocks.write(&[&samples], LONG).expect("there is room");
            }
            blocks.counts()
        };
        client.set_freewheel(true).expect("the server takes it");
        let before = run(200);
        let begun = Instant::now();
        for round in 0..20 {
            let (port, output) = client
                .register_audio_output(&format!("other_{round}"))
                .expect("room");
            run(5);
            client
                .set_process(move |cycle| {
                    let _ = (&output, cycle.frames());
                    ControlFlow::Continue(())
                })
                .expect("it is open");
            let (_, events) = client
                .register_midi_input(&format!("events_{round}"))
                .expect("room");
            drop(client.receive_midi(events, 100).expect("it is open"));
            run(5);
            port.unregister().expect("it is there");
            client.clear_process().expect("it is open");
        }
        let took = begun.elapsed();
        let after = run(100);
        client.set_freewheel(false).expect("the server takes it");
        println!("20 rounds took {took:?}; {before:?}, {after:?}");
        assert!(took.as_secs() < 2, "{took:?}");
        assert_eq!(
            (after.lost, after.late, after.missed),
            (before.lost, before.late, before.missed)
        );
    });
}
