//! The tap of a recording: frames and their stamps, also the last ones before it is stopped.

use crate::explore::{explore, notices_wrong_orderings};
use crate::link::{Chunk, TapReader, tap};
use crate::tracked::Tracked;
use crate::units::{Latency, Rate, Ticket};
use loom::thread;
use std::sync::Arc;

#[test]
fn every_frame_before_a_stop_is_recorded_in_its_place_or_counted_as_lost() {
    explore(three_frames_through_one_place);
}

#[test]
fn a_wrong_ordering_of_a_tap_is_noticed() {
    notices_wrong_orderings(three_frames_through_one_place);
}

const FRAMES: usize = 3;

/// Sample `n` is device frame `n`. The writer writes cell `n` before it sends the sample; the reader reads
/// the cell after it has received the sample.
fn three_frames_through_one_place() {
    let (mut writer, mut reader) = tap(1, Rate::new(48_000), 1, 8).expect("there is memory");
    let cells: Arc<[Tracked; FRAMES]> = Arc::new(std::array::from_fn(|_| Tracked::new(0)));
    let told = cells.clone();
    let writer = thread::spawn(move || {
        let samples: [f32; FRAMES] = std::array::from_fn(|n| n as f32);
        for (n, cell) in told.iter().enumerate() {
            cell.write(1);
            writer.write(&[&samples], n, stamp(n as u64), false);
        }
        writer
    });
    let mut got = Got::default();
    // The length of the file if the recording were stopped here.
    let length = got.look(&mut reader, &cells);
    let read_then = got.next;
    let writer = writer.join().expect("the writer has not panicked");
    let whole = got.look(&mut reader, &cells);
    assert_eq!(whole, FRAMES as u64);
    // That file would have silence at its end. Those frames were really lost: no later read returned them.
    let mut read_later = got.read.iter().filter(|n| **n >= read_then);
    assert!(read_later.all(|n| *n >= length));
    drop(writer);
}

/// Reads in the same way as the recorder's thread.
#[derive(Default)]
struct Got {
    /// Device frames that were read.
    read: Vec<u64>,
    /// The next device frame, if none is lost.
    next: u64,
    lost_seen: u64,
}

impl Got {
    /// Reads all frames that are there. Returns the length of the file if nothing follows, with silence
    /// for frames that were lost at its end.
    fn look(&mut self, reader: &mut TapReader, cells: &[Tracked; FRAMES]) -> u64 {
        let lost = reader.lost();
        for _ in 0..reader.chunks() {
            let mut sample = [f32::NAN];
            let (chunk, whole) = reader.read(&mut sample).expect("it was counted");
            assert!(whole);
            assert_eq!(chunk.device_frame, self.next + chunk.lost_before);
            assert_eq!(sample[0], chunk.device_frame as f32);
            assert_eq!(cells[chunk.device_frame as usize].read(), 1);
            self.lost_seen += chunk.lost_before;
            self.read.push(chunk.device_frame);
            self.next = chunk.device_frame + 1;
        }
        self.next + lost.saturating_sub(self.lost_seen)
    }
}

fn stamp(device_frame: u64) -> Chunk {
    Chunk {
        frames: 1,
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
