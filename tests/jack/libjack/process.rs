//! The process handler.

use super::{LONG, expect_event, on_both_servers, open, until};
use amio::Error;
use amio::jack::{AudioInput, AudioOutput, Client, ClientOptions, Cycle, Event};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

/// What a frame of the server's clock sounds like; never 0.
pub(super) fn sound(frame: u32) -> f32 {
    (frame % 1_000 + 1) as f32 / 1_024.0
}

pub(super) fn fill(cycle: &Cycle<'_>, output: &mut AudioOutput) {
    let first = cycle.first_frame();
    if let Some(samples) = cycle.output(output) {
        for (sample, offset) in samples.iter_mut().zip(0..) {
            *sample = sound(first.wrapping_add(offset));
        }
    }
}

#[derive(Default)]
pub(super) struct Heard {
    pub right: AtomicU64,
    silent: AtomicU64,
    pub wrong: AtomicU64,
}

impl Heard {
    fn right(&self) -> u64 {
        self.right.load(Ordering::Relaxed)
    }

    fn listen(&self, cycle: &mut Cycle<'_>, input: &AudioInput, samples: &mut [f32]) {
        let first = cycle.first_frame();
        let frames = cycle.frames();
        let samples = &mut samples[..frames];
        cycle.read(input, samples);
        for (sample, offset) in samples.iter().zip(0..) {
            let count = if *sample == sound(first.wrapping_add(offset)) {
                &self.right
            } else if *sample == 0.0 {
                &self.silent
            } else {
                &self.wrong
            };
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A client that compares what comes in by its port "in".
pub(super) fn listener(heard: &Arc<Heard>) -> Client {
    let client = open("listener");
    let (_, input) = client.register_audio_input("in").expect("room");
    let heard = heard.clone();
    let mut samples = vec![0.0; 8192];
    let handler = move |cycle: &mut Cycle<'_>| {
        heard.listen(cycle, &input, &mut samples);
        ControlFlow::Continue(())
    };
    client.set_process(handler).expect("it is open");
    client.activate().expect("the server takes it");
    client
}

/// A client whose port "out" sounds, until its handler is told to end.
pub(super) fn player(how: impl Fn() -> ControlFlow<()> + Send + 'static) -> Client {
    let client = open("player");
    let (_, mut output) = client.register_audio_output("out").expect("room");
    let handler = move |cycle: &mut Cycle<'_>| {
        fill(cycle, &mut output);
        how()
    };
    client.set_process(handler).expect("it is open");
    client.activate().expect("the server takes it");
    client
}

/// Connects them, and waits for a tenth of a second of sound.
fn connect(player: &Client, listener: &Client, heard: &Heard) {
    let before = heard.right();
    until("both ports", || {
        listener.has_port("player:out").expect("it is open")
            && player.has_port("listener:in").expect("it is open")
    });
    listener
        .connect("player:out", "listener:in")
        .expect("both are there");
    until("sound", || heard.right() > before + 4_800);
}

/// Waits until all is silent, and stays so.
fn expect_silence(heard: &Heard) {
    let silent = heard.silent.load(Ordering::Relaxed);
    until("silence", || {
        heard.silent.load(Ordering::Relaxed) > silent + 10 * 256
    });
    let right = heard.right();
    let silent = heard.silent.load(Ordering::Relaxed);
    until("more silence", || {
        heard.silent.load(Ordering::Relaxed) > silent + 10 * 256
    });
    assert_eq!(heard.right(), right);
}

on_both_servers!(
    row_06_audio_goes_from_a_handler_to_another_frame_by_frame,
    |_pipewire: bool| {
        let heard: Arc<Heard> = Arc::default();
        let listener = listener(&heard);
        let player = player(|| ControlFlow::Continue(()));
        connect(&player, &listener, &heard);
        until("a second of sound", || heard.right() > 48_000);
        assert_eq!(heard.wrong.load(Ordering::Relaxed), 0);
        // Without a handler there is silence, and another handler goes on with the same port.
        player.clear_process().expect("it is open");
        expect_silence(&heard);
        assert_eq!(heard.wrong.load(Ordering::Relaxed), 0);
    }
);

on_both_servers!(
    row_06_a_handler_that_ends_or_panics_is_silent_and_is_not_called_again,
    |_pipewire: bool| {
        let heard: Arc<Heard> = Arc::default();
        let listener = listener(&heard);
        for panics in [false, true] {
            let (ends, calls) = (
                Arc::new(AtomicBool::new(false)),
                Arc::new(AtomicU64::new(0)),
            );
            let (asked, called) = (ends.clone(), calls.clone());
            let player = player(move || {
                called.fetch_add(1, Ordering::Relaxed);
                match asked.load(Ordering::Relaxed) {
                    false => ControlFlow::Continue(()),
                    true if panics => panic!("the handler of a test"),
                    true => ControlFlow::Break(()),
                }
            });
            let events = player.events(1000).expect("there is memory");
            connect(&player, &listener, &heard);
            ends.store(true, Ordering::Relaxed);
            expect_silence(&heard);
            let called = calls.load(Ordering::Relaxed);
            if panics {
                expect_event(&events, "the failure", |event| {
                    *event == Event::HandlerFailed
                });
            }
            expect_silence(&heard);
            assert_eq!(calls.load(Ordering::Relaxed), called);
            assert_eq!(heard.wrong.load(Ordering::Relaxed), 0);
            player.close().expect("no handler runs");
        }
    }
);

on_both_servers!(row_06_a_handler_cannot_ask_the_server, |_pipewire: bool| {
    let client = Arc::new(open("handler"));
    let (port, _) = client.register_audio_output("out").expect("room");
    let (send, answers) = mpsc::channel();
    let own = Arc::downgrade(&client);
    let handler = move |_: &mut Cycle<'_>| {
        if let Some(client) = own.upgrade() {
            let refused = [
                client.activate().err(),
                client.deactivate().err(),
                client.close().err(),
                client.connect("a:b", "c:d").err(),
                client.register_audio_input("in").err(),
                client.name().err(),
                client.set_process(|_| ControlFlow::Continue(())).err(),
                port.unregister().err(),
                port.rename("other").err(),
                Client::open("inner", &ClientOptions::default()).err(),
            ];
            send.send(refused).expect("the test waits");
        }
        ControlFlow::Break(())
    };
    client.set_process(handler).expect("it is open");
    client.activate().expect("the server takes it");
    for (error, number) in answers
        .recv_timeout(LONG)
        .expect("it is called")
        .iter()
        .zip(0..)
    {
        let Some(Error::InvalidState(text)) = error else {
            panic!("{number}: {error:?}");
        };
        assert!(text.contains("in a handler"), "{text}");
    }
});

on_both_servers!(
    row_06_handlers_are_exchanged_and_ports_unregistered_while_cycles_run,
    |_pipewire: bool| {
        let client = open("exchange");
        client.activate().expect("the server takes it");
        let calls = Arc::new(AtomicU64::new(0));
        for round in 0..50 {
            let (port, mut output) = client.register_audio_output("out").expect("room");
            let (_midi, mut midi) = client
                .register_midi_output(&format!("midi{round}"))
                .expect("room");
            let calls = calls.clone();
            let before = calls.load(Ordering::Relaxed);
            let called = calls.clone();
            let handler = move |cycle: &mut Cycle<'_>| {
                fill(cycle, &mut output);
                if let Some(mut events) = cycle.midi_output(&mut midi) {
                    events.write(0, &[0x90, 60, 100]);
                }
                called.fetch_add(1, Ordering::Relaxed);
                ControlFlow::Continue(())
            };
            client.set_process(handler).expect("it is open");
            until("a cycle", || calls.load(Ordering::Relaxed) > before);
            port.unregister().expect("it is there");
            let before = calls.load(Ordering::Relaxed);
            until("a cycle without the port", || {
                calls.load(Ordering::Relaxed) > before
            });
            _midi.unregister().expect("it is there");
        }
    }
);

on_both_servers!(
    row_06_a_client_that_is_dropped_in_a_handler_is_closed_elsewhere,
    |_pipewire: bool| {
        let (client, observer) = (open("dropped"), open("observer"));
        let events = observer.events(1000).expect("there is memory");
        observer.activate().expect("the server takes it");
        client.activate().expect("the server takes it");
        until("it is there", || {
            observer.uuid_of("dropped").expect("it is open").is_some()
        });
        let mut held = Some(client);
        observer
            .set_process(move |_| {
                drop(held.take());
                ControlFlow::Continue(())
            })
            .expect("it is open");
        expect_event(
            &events,
            "its end",
            |event| matches!(event, Event::ClientRegistered { name, exists: false } if name == "dropped"),
        );
    }
);

/// Calls something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

on_both_servers!(
    row_06_what_a_handler_owns_may_use_the_client_when_it_is_dropped,
    |_pipewire: bool| {
        for closes in [false, true] {
            let client = Arc::new(open("dropped"));
            let (port, _) = client.register_audio_output("out").expect("room");
            client.activate().expect("the server takes it");
            let own = Arc::downgrade(&client);
            let owned = OnDrop(move || {
                let client = own.upgrade().expect("the test has it");
                match closes {
                    true => client.close().expect("no handler runs"),
                    false => port.unregister().expect("it is there"),
                }
            });
            client
                .set_process(move |_| {
                    let _used = &owned;
                    ControlFlow::Continue(())
                })
                .expect("it is open");
            client.clear_process().expect("it is open");
            assert_eq!(client.frame_rate_hz().is_err(), closes);
        }
    }
);

on_both_servers!(
    row_06_whoever_closes_a_client_finds_its_handler_ended,
    |_pipewire: bool| {
        let client = Arc::new(open("closers"));
        let (send, dropped) = mpsc::channel();
        let owned = OnDrop(move || send.send(()).expect("the test waits"));
        let called = Arc::new(AtomicU64::new(0));
        let calls = called.clone();
        client
            .set_process(move |_| {
                let _used = &owned;
                calls.fetch_add(1, Ordering::Relaxed);
                ControlFlow::Continue(())
            })
            .expect("it is open");
        client.activate().expect("the server takes it");
        until("a cycle", || called.load(Ordering::Relaxed) > 0);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    client.close().expect("no handler runs");
                    let now = called.load(Ordering::Relaxed);
                    std::thread::sleep(std::time::Duration::from_millis(50));
                    assert_eq!(called.load(Ordering::Relaxed), now);
                });
            }
        });
        dropped.recv_timeout(LONG).expect("the handler is dropped");
    }
);

on_both_servers!(
    row_06_names_are_text_also_while_they_change,
    |_pipewire: bool| {
        let client = open("names");
        let (port, _) = client.register_audio_output("a").expect("room");
        let renamed = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..2_000 {
                    let name = ["äöü", "aäö", "ßß"][round % 3];
                    port.rename(name).expect("the name is free");
                }
                renamed.store(true, Ordering::Relaxed);
            });
            while !renamed.load(Ordering::Relaxed) {
                let name = port.name().expect("it is there");
                assert!(std::str::from_utf8(name.as_bytes()).is_ok());
            }
        });
    }
);

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("what a handler of a test panicked with");
    }
}

on_both_servers!(
    row_06_what_a_handler_panics_with_is_not_dropped,
    |_pipewire: bool| {
        let client = open("bomb");
        let events = client.events(1000).expect("memory");
        client
            .set_process(|_| std::panic::panic_any(Bomb))
            .expect("it is open");
        client.activate().expect("the server takes it");
        expect_event(&events, "the failure", |event| {
            matches!(event, Event::HandlerFailed)
        });
        client.name().expect("it is open");
    }
);
