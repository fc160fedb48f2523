//! The ring of captured frames and their stamps.

use crate::explore::{explore, notices_wrong_orderings};
use crate::link::{self, Chunk, InputReader, InputWriter, Sizes};
use crate::tracked::Tracked;
use crate::units::{Latency, Rate, Ticket};
use loom::thread;
use std::sync::Arc;

#[test]
fn every_captured_frame_is_read_once_or_counted_as_lost() {
    explore(three_chunks_through_two_frames);
}

#[test]
fn a_wrong_ordering_of_captured_input_is_noticed() {
    notices_wrong_orderings(three_chunks_through_two_frames);
}

/// Of these, the ring holds two.
const CHUNKS: [u64; 3] = [1, 2, 1];
const FRAMES: usize = 4;

/// Sample `n` is device frame `n`. The writer writes cell `n` before it sends the sample; the reader reads
/// the cell after it has received the sample.
fn three_chunks_through_two_frames() {
    let ends = link::new::<()>(Sizes {
        batches: 1,
        swaps: 1,
        input_frames: 2,
        input_chunks: 8,
        input_channels: 1,
        output_channels: 0,
    })
    .expect("there is memory");
    let mut control = ends.control;
    let mut writer = ends.input.expect("there is an input channel");
    let mut reader = control.input.take().expect("there is an input channel");
    let cells: Arc<[Tracked; FRAMES]> = Arc::new(std::array::from_fn(|_| Tracked::new(0)));
    let told = cells.clone();
    let writer = thread::spawn(move || {
        let lost = write(&mut writer, &told);
        (writer, lost)
    });
    let mut got = Got::default();
    got.read(&mut reader, &cells);
    got.read(&mut reader, &cells);
    let (writer, lost) = writer.join().expect("the writer has not panicked");
    while got.read(&mut reader, &cells) {}
    assert!(reader.is_empty());
    assert_eq!(got.frames + lost, FRAMES as u64);
    drop(writer);
}

/// Writes the chunks; returns how many frames were lost.
fn write(writer: &mut InputWriter, told: &[Tracked; FRAMES]) -> u64 {
    let samples: [f32; FRAMES] = std::array::from_fn(|n| n as f32);
    let mut lost = 0;
    let mut done = 0;
    for frames in CHUNKS {
        let offset = done as usize;
        for cell in &told[offset..][..frames as usize] {
            cell.write(1);
        }
        lost += writer.write(&[&samples], offset, stamp(done, frames)).lost;
        done += frames;
    }
    lost
}

fn stamp(device_frame: u64, frames: u64) -> Chunk {
    Chunk {
        frames,
        position: device_frame.cast_signed(),
        device_frame,
        time_ns: 0,
        ticket: Ticket::NONE,
        rolling: true,
        lost_before: 0,
        xrun: false,
        latency: Latency::default(),
    }
}

#[derive(Default)]
struct Got {
    /// How many frames were read.
    frames: u64,
    /// The next device frame, if none is lost.
    next: u64,
}

impl Got {
    /// Reads one frame if there is one, and checks it and its stamp.
    fn read(&mut self, reader: &mut InputReader, cells: &[Tracked; FRAMES]) -> bool {
        let mut sample = [f32::NAN];
        let Some(stamp) = reader.read(&mut sample, Rate::new(48_000)) else {
            return false;
        };
        assert_eq!(stamp.frames, 1);
        assert_eq!(stamp.device_frame, self.next + stamp.lost_before);
        assert_eq!(stamp.position, stamp.device_frame.cast_signed());
        assert_eq!(sample[0], stamp.device_frame as f32);
        assert_eq!(cells[stamp.device_frame as usize].read(), 1);
        self.frames += 1;
        self.next = stamp.device_frame + 1;
        true
    }
}
