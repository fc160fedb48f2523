//! What the engine does in real time where a streamed clip was not read from its file.

use super::{Batch, BufferId, Command, Engine, NodeId, Origin, Plan, Player, Settings, Step};
use crate::clip::Clip;
use crate::clip::stream::PAGE_FRAMES;
use crate::clip::stream::tests::{Numbers, Wrong};
use crate::driver::{Period, Process};
use crate::kernels::Kernels;
use crate::link::{self, QueuedSwap, ReportKind, Sizes, SkipPolicy, Swap};
use crate::midi::PeriodMidi;
use crate::playspec::gains::GainTable;
use crate::playspec::{Entry, Playspec};
use crate::units::{Latency, Rate, Ticket};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const PAGE: u64 = PAGE_FRAMES as u64;

type ControlEnd = link::ControlEnd<Box<Batch>>;

/// Plays a stream from its frame 10 on, at timeline frame 100.
fn engine(clip: &Clip) -> (Engine, ControlEnd) {
    let sizes = Sizes {
        batches: 4,
        swaps: 4,
        input_frames: 0,
        input_chunks: 0,
        input_channels: 0,
        output_channels: 2,
    };
    let ends = link::new(sizes).expect("there is memory");
    let mut control_end = ends.control;
    let settings = Settings {
        rate: Rate::new(48_000),
        declick_frames: 0,
        skip_policy: SkipPolicy::Slip,
        latency_offset_frames: 0,
        swaps: 4,
    };
    let mut entry = Entry::new(clip, 100);
    entry.begin = 10;
    let playspec = Playspec::new(vec![entry]).expect("an entry").0;
    let swap = QueuedSwap {
        order: 1,
        ticket: Ticket(1),
        gains: Arc::new(GainTable::new(&playspec.entries).expect("memory")),
        playspec,
        when: Swap::at(0),
    };
    let commands = vec![Command::Schedule(Some(swap)), Command::SetRolling(true)];
    let sent = control_end.batches.send(Box::new(Batch {
        origin: Origin::Program,
        sequence: 1,
        commands,
    }));
    assert!(sent.is_ok());
    let mut engine = Engine::new(settings, ends.engine, ends.outgoing).expect("memory");
    let player = Player::new(Kernels::choose().expect("kernels")).expect("memory");
    let step = Step {
        node: NodeId(0),
        inputs: Vec::new(),
        outputs: vec![BufferId::Output(0), BufferId::Output(1)],
    };
    engine.set_up(vec![
        Command::SetNode(NodeId(0), Some(Box::new(player))),
        Command::SetPlan(Plan::new([step].iter()).expect("memory")),
    ]);
    (engine, control_end)
}

fn run(engine: &mut Engine, frames: u64, may_block: bool) -> Vec<f32> {
    let (mut left, mut right) = (vec![9.0; frames as usize], vec![9.0; frames as usize]);
    engine.process(Period {
        frames: frames as usize,
        skipped: 0,
        recovered: None,
        server_frame: 0,
        time_ns: 0,
        may_block,
        latency: Latency::default(),
        inputs: &[],
        outputs: &mut [&mut left, &mut right],
        midi: &mut PeriodMidi::default(),
    });
    assert_eq!(left, right);
    left
}

fn streamed(pages: u64) -> Clip {
    let source = Numbers::new(pages * PAGE, Wrong::Nothing);
    Clip::streamed(Box::new(source), "numbers".as_ref()).expect("there is memory")
}

/// What is heard at a timeline frame.
fn number(frame: u64) -> f32 {
    if frame < 100 {
        0.0
    } else {
        (frame - 90) as f32
    }
}

#[test]
fn in_real_time_just_the_missing_frames_are_silent_and_are_reported() {
    let clip = streamed(3);
    clip.stream().expect("it is streamed").load(1);
    let (mut engine, mut control) = engine(&clip);
    let heard = run(&mut engine, 3 * PAGE, false);
    let there = PAGE + 90..2 * PAGE + 90;
    for (frame, sample) in heard.iter().enumerate() {
        let frame = frame as u64;
        let expected = if there.contains(&frame) {
            number(frame)
        } else {
            0.0
        };
        assert_eq!(*sample, expected, "{frame}");
    }
    let mut gaps = Vec::new();
    while let Some(report) = control.returns.next_report() {
        if let ReportKind::Underrun {
            clip: id,
            clip_frame,
            frames,
        } = report.kind
        {
            assert_eq!(id, clip.id());
            assert_eq!(report.position, clip_frame as i64 + 90);
            assert_eq!(report.device_frame, clip_frame + 90);
            gaps.push((clip_frame, frames));
        }
    }
    assert_eq!(gaps, [(10, PAGE - 10), (2 * PAGE, PAGE - 90)]);
    let counters = &control.shared.counters;
    assert_eq!(counters.underruns.load(Ordering::Relaxed), 2);
    let missing = 2 * PAGE - 100;
    assert_eq!(counters.underrun_frames.load(Ordering::Relaxed), missing);
}

#[test]
fn where_nobody_waits_for_the_period_nothing_is_missing() {
    let (mut engine, control) = engine(&streamed(3));
    for (frame, sample) in run(&mut engine, 3 * PAGE, true).into_iter().enumerate() {
        assert_eq!(sample, number(frame as u64), "{frame}");
    }
    let counters = &control.shared.counters;
    assert_eq!(counters.underruns.load(Ordering::Relaxed), 0);
}

#[test]
fn a_stream_that_comes_late_goes_on_in_its_place() {
    let clip = streamed(3);
    let (mut engine, _control) = engine(&clip);
    assert_eq!(run(&mut engine, 1_000, false), [0.0; 1_000]);
    clip.stream().expect("it is streamed").load(0);
    let heard = run(&mut engine, 1_000, false);
    let expected: Vec<f32> = (1_000..2_000).map(number).collect();
    assert_eq!(heard, expected);
}
