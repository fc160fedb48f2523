//! MIDI to and from any thread.

use super::midi::message;
use super::{LONG, on_both_servers, open, until};
use amio::Error;
use amio::jack::{Client, Cycle, MidiMessage, MidiReceiver, MidiSender};
use std::ops::ControlFlow;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

const EVENTS: u64 = 100_000;
/// In so many frames on average, one event: a hundred in a cycle.
const FRAMES_PER_EVENT: f64 = 2.56;

/// A client that sends to one that receives.
struct Loop {
    sending: Client,
    sender: MidiSender,
    receiver: MidiReceiver,
    _receiving: Client,
    /// How often a cycle of one of them did not begin where the one before had ended.
    jumps: Arc<AtomicU32>,
}

impl Loop {
    fn new(send: usize, receive: usize) -> Loop {
        let (sending, receiving) = (open("sender"), open("receiver"));
        let (_, output) = sending.register_midi_output("out").expect("room");
        let (_, input) = receiving.register_midi_input("in").expect("room");
        let jumps = Arc::default();
        for client in [&sending, &receiving] {
            count_jumps(client, &jumps);
        }
        let sender = sending.send_midi(output, send).expect("it is open");
        let receiver = receiving.receive_midi(input, receive).expect("it is open");
        sending.activate().expect("the server takes it");
        receiving.activate().expect("the server takes it");
        until("both ports", || {
            receiving.has_port("sender:out").expect("it is open")
        });
        receiving
            .connect("sender:out", "receiver:in")
            .expect("both are there");
        // The connection is in force some cycles after it is known.
        until("an event arrives", || {
            let now = sending.last_frame_time().expect("it is open");
            sender.send(now, &[0xFE]).expect("there is room");
            receiver
                .wait(Duration::from_millis(50))
                .expect("it is open")
                .is_some()
        });
        until("none is under way", || {
            let event = receiver.wait(Duration::from_millis(100));
            event.expect("it is open").is_none()
        });
        Loop {
            sending,
            sender,
            receiver,
            _receiving: receiving,
            jumps,
        }
    }

    fn now(&self) -> u32 {
        self.sending.last_frame_time().expect("it is open")
    }

    fn next(&self) -> MidiMessage {
        let event = self.receiver.wait(LONG).expect("it is open");
        event.expect("an event comes")
    }
}

/// A server that is late may move its clock by some frames between the cycles of two clients.
fn count_jumps(client: &Client, jumps: &Arc<AtomicU32>) {
    let jumps = jumps.clone();
    let mut expected = None;
    let handler = move |cycle: &mut Cycle<'_>| {
        let first = cycle.first_frame();
        if expected.is_some_and(|expected| expected != first) {
            jumps.fetch_add(1, Ordering::Relaxed);
        }
        expected = Some(first.wrapping_add(cycle.frames() as u32));
        ControlFlow::Continue(())
    };
    client.set_process(handler).expect("it is open");
}

on_both_servers!(
    row_11_events_sent_from_a_thread_arrive_at_their_frames,
    |pipewire: bool| {
        for _ in 0..10 {
            match all_arrive(pipewire) {
                Ok(()) => return,
                Err(disturbed) => println!("{disturbed}"),
            }
        }
        panic!("the server was disturbed each time: inconclusive");
    }
);

/// `Err`: an event arrived at another frame, after the server's clock had jumped.
fn all_arrive(pipewire: bool) -> Result<(), String> {
    let there_and_back = Loop::new(EVENTS as usize, 4_096);
    let Loop {
        sending,
        sender,
        receiver,
        jumps,
        ..
    } = &there_and_back;
    jumps.store(0, Ordering::Relaxed);
    let before = sender.counts();
    let begin = there_and_back.now().wrapping_add(48_000);
    let mut random = 1_u64;
    let span = (EVENTS as f64 * FRAMES_PER_EVENT) as u64;
    for number in 0..EVENTS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let frame = begin.wrapping_add(((random >> 33) % span) as u32);
        let event = message(number, frame);
        sender.send(frame, &event).expect("there is room");
    }
    assert_eq!(sender.counts().waiting, EVENTS);
    if !pipewire {
        sending.set_freewheel(true).expect("the server takes it");
    }
    let mut seen = vec![false; EVENTS as usize];
    let mut last = (begin, 0);
    for _ in 0..EVENTS {
        let event = there_and_back.next();
        let number = number_of(&event);
        let jumps = jumps.load(Ordering::Relaxed);
        if pipewire && jumps > 0 && event.bytes != message(number, event.frame) {
            return Err(format!(
                "disturbed: the server's clock jumped {jumps} times"
            ));
        }
        assert_eq!(event.bytes, message(number, event.frame));
        assert!(!std::mem::replace(&mut seen[number as usize], true));
        // In the order of frames, and of calls.
        let place = (event.frame, number);
        let after = event.frame.wrapping_sub(last.0).cast_signed();
        assert!(
            after > 0 || after == 0 && number >= last.1,
            "{last:?} {place:?}"
        );
        last = place;
    }
    if !pipewire {
        sending.set_freewheel(false).expect("the server takes it");
    }
    let counts = sender.counts();
    println!("{counts:?}, {} lost by the receiver", receiver.lost());
    assert_eq!(counts.sent - before.sent, EVENTS);
    assert_eq!((counts.late - before.late, counts.waiting), (0, 0));
    assert_eq!((counts.lost - before.lost, receiver.lost()), (0, 0));
    Ok(())
}

/// The number of a [`message`].
fn number_of(event: &MidiMessage) -> u64 {
    let bytes = event.bytes[1..11].iter().rev();
    bytes.fold(0, |value, byte| value << 7 | u64::from(*byte)) >> 32
}

on_both_servers!(
    row_11_late_events_and_those_that_never_fit_are_counted,
    |_pipewire: bool| {
        let there_and_back = Loop::new(10_000, 100);
        let Loop {
            sender, receiver, ..
        } = &there_and_back;
        let before = sender.counts();
        // Behind an event of its own frame, and in front of all later ones.
        let late = there_and_back.now().wrapping_sub(10_000);
        let future = there_and_back.now().wrapping_add(24_000);
        sender.send(future, &[0x90, 1, 1]).expect("there is room");
        thread::scope(|scope| {
            scope.spawn(|| sender.clone().send(future, &[0x90, 2, 2]).expect("room"));
        });
        sender.send(late, &[0x90, 3, 3]).expect("there is room");
        let first = there_and_back.next();
        assert_eq!(first.bytes, [0x90, 3, 3]);
        assert!(first.frame.wrapping_sub(late) >= 10_000);
        for number in [1, 2] {
            let event = there_and_back.next();
            assert_eq!(
                (event.frame, event.bytes),
                (future, vec![0x90, number, number])
            );
        }
        let counts = sender.counts();
        assert_eq!(
            (counts.sent - before.sent, counts.late - before.late),
            (3, 1)
        );
        // Larger than any buffer of a server.
        sender.send(late, &[0; 120_000]).expect("there is room");
        until("it is lost", || sender.counts().lost == before.lost + 1);
        assert!(matches!(
            sender.send(late, &[]),
            Err(Error::InvalidArgument(_))
        ));
        let too_large = sender.send(late, &[0; 160_001]);
        assert!(matches!(too_large, Err(Error::InvalidArgument(_))));
        for _ in 0..2 {
            let future = there_and_back.now().wrapping_add(1 << 30);
            while sender.send(future, &[0xFE]).is_ok() {}
        }
        assert_eq!(sender.counts().waiting, 10_000);
        let full = sender.send(future, &[0xFE]);
        assert!(matches!(full, Err(Error::QueueFull { .. })), "{full:?}");
        assert!(receiver.next().is_none());
    }
);

on_both_servers!(
    row_11_a_receiver_that_does_not_read_loses_events_and_counts_them,
    |_pipewire: bool| {
        let there_and_back = Loop::new(1_000, 10);
        let Loop {
            sender, receiver, ..
        } = &there_and_back;
        let sent = sender.counts().sent;
        let frame = there_and_back.now().wrapping_add(4_800);
        for number in 0..100 {
            let event = [0x90, number, 1];
            sender
                .send(frame + 10 * u32::from(number), &event)
                .expect("room");
        }
        until("all are sent", || sender.counts().sent == sent + 100);
        until("most are lost", || receiver.lost() == 90);
        assert!(is_readable(receiver, 10_000));
        let read: Vec<_> = std::iter::from_fn(|| receiver.next()).collect();
        let numbers: Vec<u8> = read.iter().map(|event| event.bytes[1]).collect();
        assert_eq!(numbers, (0..10).collect::<Vec<u8>>());
        assert!(!is_readable(receiver, 0));
        there_and_back._receiving.close().expect("no handler runs");
        assert!(matches!(receiver.wait(LONG), Err(Error::InvalidState(_))));
        assert!(is_readable(receiver, 0));
        there_and_back.sending.close().expect("no handler runs");
        let closed = sender.send(frame, &[0xFE]);
        assert!(matches!(closed, Err(Error::InvalidState(_))));
    }
);

#[allow(unsafe_code, reason = "a system call")]
fn is_readable(receiver: &MidiReceiver, timeout_ms: i32) -> bool {
    let mut poll = libc::pollfd {
        fd: receiver.as_fd().as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one valid pollfd.
    unsafe { libc::poll(&mut poll, 1, timeout_ms) == 1 }
}
