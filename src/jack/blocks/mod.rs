//! Audio in blocks, to and from a thread of the program.
//!
//! Flow: input -> `cutter` -> [`Blocks::read`]; [`Blocks::write`] -> `player` -> output. Blocks go round (`block`): those that
//! are free go to the side that fills them, and come back empty. `stream` runs in the cycles.
#![forbid(unsafe_code)]

mod block;
mod cutter;
mod options;
mod player;
mod stream;

pub use options::BlockOptions;

use super::client::Client;
use super::mail::{Mail, Patience};
use super::process_port::{AudioInput, AudioOutput};
use super::stream_handle::StreamHandle;
use crate::error::{Error, Result};
use crate::spsc::{Consumer, Producer};
use block::{Block, End, blocks};
use cutter::Cutter;
use options::Sizes;
use player::Player;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};
use stream::{BlockStream, Played};

/// How often a thread looks that waits for room for output. It seldom waits: there is room for all answers.
const PAUSE: Duration = Duration::from_micros(500);

/// Audio in blocks of one length, to and from one thread of the program, from [`Client::exchange_blocks`] on.
///
/// # Input
/// The library cuts what comes in by the inputs into blocks that follow each other without a gap. Each has the frame of the
/// server's clock at which it begins (as of [`Cycle::first_frame`](super::Cycle::first_frame)). Where the program does not
/// read, and no more blocks find room, whole blocks are lost. If the server skips frames (an xrun), the block that was begun is
/// lost, and the next one begins with the next cycle. All frames that are lost are counted, those that the server has skipped
/// too. So the frame of a block is that of the first block, plus the frames that were read, plus those that were lost. (If the
/// server turns its clock back, that many frames count as lost no longer.)
///
/// # Output
/// A block that is written answers the block that was read last: it sounds [`Blocks::latency_frames`] after the frame of that
/// block, also if blocks were lost between. So output never drifts against input. Frames that are written too late
/// are dropped and counted as late, as are those that the server has skipped. Where nothing was written there is silence; from
/// the first frame that sounds on, it is counted as missed. The server is told of the latency, when it computes latencies anew.
///
/// # Freewheeling
/// While the server freewheels, the audio thread waits for the program, so that nothing is lost or missed however fast
/// cycles follow each other: for room for input, and for output from where the first block that was read is to be answered. If the program does nothing for
/// two seconds, it waits no longer, until the program goes on. The program can register and unregister ports meanwhile, and begin and
/// end streams; requests that the server answers only in a later cycle, such as closing a client, may take these two seconds.
///
/// # MIDI
/// [`Client::receive_midi`] and [`Client::send_midi`] use the same clock. The events of a block are those whose frame, less the
/// block's, wrapping, is less than its length; they are there when the block is. An event sent at
/// [`BlockInfo::output_frame`] sounds with the first frame of the output.
///
/// When this is dropped, the ports fall silent; they stay registered.
pub struct Blocks {
    handle: StreamHandle,
    mail: Arc<Mail>,
    played: Arc<Played>,
    sizes: Sizes,
    /// The latency that the server knows.
    told_latency: u32,
    input_ports: usize,
    output_ports: usize,
    input: End,
    output: End,
    /// Where the next block sounds.
    next_output: Option<u32>,
    /// What an exchange has written before its time was over.
    written: Option<u32>,
    total: BlockCounts,
}

/// Frames and xruns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockCounts {
    /// Frames of input that were lost.
    pub lost: u64,
    /// Frames of output that were dropped, since their time had passed.
    pub late: u64,
    /// Frames of silence, since nothing was written for them.
    pub missed: u64,
    /// How often the server has skipped frames.
    pub xruns: u64,
}

/// A block that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// The frame of the server's clock at which its input began. It wraps.
    pub input_frame: u32,
    /// The frame at which the output sounds that this call has written; of [`Blocks::read`], that which answers the block.
    pub output_frame: u32,
    /// What happened since the call before: lost frames and xruns directly before this block, late and missed frames up to
    /// now.
    pub new: BlockCounts,
    /// The same since the beginning.
    pub total: BlockCounts,
}

impl Client {
    /// Has audio exchanged in blocks with a thread of the program from the next cycle on, beside or without a process
    /// handler.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, or in a handler. [`Error::OutOfRange`]: an option, or the memory
    /// of all blocks.
    /// [`Error::InvalidArgument`]: a port of another client.
    /// [`Error::OutOfMemory`], [`Error::System`]. [`Error::Driver`]: the server does not compute latencies anew.
    pub fn exchange_blocks(
        &self,
        inputs: Vec<AudioInput>,
        outputs: Vec<AudioOutput>,
        options: BlockOptions,
    ) -> Result<Blocks> {
        let (period, rate_hz) = (self.period_frames()?, self.frame_rate_hz()?);
        let sizes = options.sizes(period, rate_hz)?;
        let (input_ports, output_ports) = (inputs.len(), outputs.len());
        sizes.check_memory(input_ports, output_ports)?;
        let (filled, input) = blocks(sizes.inputs, input_ports, sizes.block_frames)?;
        let (output, written) = blocks(sizes.outputs, output_ports, sizes.block_frames)?;
        let (mail, played) = (Arc::new(Mail::new()?), Arc::<Played>::default());
        played
            .latency
            .store(sizes.latency_frames, Ordering::Relaxed);
        let of_inputs = inputs.iter().map(|input| input.0.clone());
        let of_outputs = outputs.iter().map(|output| output.0.clone());
        let ports: Vec<_> = of_inputs.chain(of_outputs).collect();
        for port in &ports {
            self.check_own(port)?;
        }
        let stream = BlockStream {
            block_frames: sizes.block_frames,
            rises: sizes.latency_rises.then_some((period, rate_hz)),
            inputs,
            outputs,
            cutter: Cutter::new(filled, sizes.block_frames),
            player: Player::new(written, sizes.block_frames, sizes.latency_frames),
            input_patience: Patience::default(),
            output_patience: Patience::default(),
            mail: mail.clone(),
            played: played.clone(),
        };
        let mut handle = StreamHandle::new(self, stream, Some(&mail))?;
        handle.add_latency(&ports, sizes.latency_frames);
        if self.enter()?.active.load(Ordering::Relaxed) {
            self.recompute_latencies()?;
        }
        Ok(Blocks {
            handle,
            mail,
            played,
            told_latency: sizes.latency_frames,
            sizes,
            input_ports,
            output_ports,
            input,
            output,
            next_output: None,
            written: None,
            total: BlockCounts::default(),
        })
    }
}

/// `input` and `output` have a slice for each port, in the order in which the ports were given, of the length of a block.
///
/// # Errors
/// Of all of these. [`Error::InvalidArgument`]: another number of slices, or another length.
/// [`Error::Timeout`]: the time is over. [`Error::InvalidState`]: the client is closed, the server is gone, or in a child of
/// `fork()`.
impl Blocks {
    /// Writes the answer to the block that was read last, and reads the next one; waits for both, for at most `timeout`.
    ///
    /// The first call reads first, and its output answers a block before the first one. After a timeout, the output is
    /// written; the next call only waits for input, and `output` has no effect.
    pub fn exchange(
        &mut self,
        output: &[&[f32]],
        input: &mut [&mut [f32]],
        timeout: Duration,
    ) -> Result<BlockInfo> {
        self.check_output(output)?;
        let until = Deadline::after(timeout);
        if self.written.is_none() && self.next_output.is_some() {
            self.written = Some(self.write_until(output, until)?);
        }
        let mut info = self.read_until(input, until)?;
        info.output_frame = match self.written.take() {
            Some(frame) => frame,
            None => {
                let frame = info
                    .output_frame
                    .wrapping_sub(self.sizes.block_frames as u32);
                self.put(frame, output, until)?;
                frame
            }
        };
        Ok(info)
    }

    /// Reads the next block of input; waits for it, for at most `timeout`.
    pub fn read(&mut self, input: &mut [&mut [f32]], timeout: Duration) -> Result<BlockInfo> {
        self.written = None;
        self.read_until(input, Deadline::after(timeout))
    }

    /// Writes the answer to the block that was read last; where that is answered already, the block after the answer.
    /// Before anything was read, the block sounds [`Blocks::latency_frames`] after the cycle that runs now. If the queue is full,
    /// this waits, for at most `timeout`. Returns the frame at which the block sounds.
    pub fn write(&mut self, output: &[&[f32]], timeout: Duration) -> Result<u32> {
        self.check_output(output)?;
        self.write_until(output, Deadline::after(timeout))
    }

    /// Writes a block that sounds at a frame of the server's clock, not before the end of the one that was written last: what
    /// overlaps is late. The next [`Blocks::write`] goes on after it.
    pub fn write_at(&mut self, frame: u32, output: &[&[f32]], timeout: Duration) -> Result<()> {
        self.check_output(output)?;
        self.put(frame, output, Deadline::after(timeout))?;
        self.next_output = Some(self.after(frame));
        Ok(())
    }
}

impl Blocks {
    /// How many inputs and outputs there are.
    pub fn ports(&self) -> (usize, usize) {
        (self.input_ports, self.output_ports)
    }

    /// The length of a block in frames.
    pub fn block_frames(&self) -> usize {
        self.sizes.block_frames
    }

    /// How many frames after the beginning of a block of input its answer sounds. It stays the same, unless it was left to the
    /// library and the server's period becomes longer: then it rises once, output is silent meanwhile, and the server is
    /// told of it when the next block is read.
    pub fn latency_frames(&self) -> u32 {
        self.played.latency.load(Ordering::Relaxed)
    }

    fn tell_latency(&mut self) {
        let latency = self.latency_frames();
        if latency != self.told_latency {
            self.told_latency = latency;
            self.handle.change_latency(latency);
        }
    }

    /// What was counted so far: lost frames and xruns before the block that was read last, late and missed frames up to
    /// now.
    pub fn counts(&self) -> BlockCounts {
        let missed = self.played.missed.load(Ordering::Acquire);
        BlockCounts {
            missed,
            late: self.played.late.load(Ordering::Relaxed),
            ..self.total
        }
    }

    fn check_output(&self, output: &[&[f32]]) -> Result<()> {
        let lengths = output.iter().map(|samples| samples.len());
        self.check_slices("output", self.output_ports, lengths)
    }

    fn check_slices(
        &self,
        what: &str,
        ports: usize,
        lengths: impl ExactSizeIterator<Item = usize>,
    ) -> Result<()> {
        if lengths.len() != ports {
            return Err(Error::InvalidArgument(format!(
                "{what} has {} slices; there are {ports} ports",
                lengths.len()
            )));
        }
        let frames = self.sizes.block_frames;
        match lengths.into_iter().find(|length| *length != frames) {
            None => Ok(()),
            Some(length) => Err(Error::InvalidArgument(format!(
                "{what} has a slice of {length} frames; a block has {frames}"
            ))),
        }
    }

    fn check_open(&self) -> Result<()> {
        match self.mail.is_over() {
            true => Err(self.handle.end_of_stream()),
            false => self.handle.check(),
        }
    }

    fn read_until(&mut self, input: &mut [&mut [f32]], until: Deadline) -> Result<BlockInfo> {
        let lengths = input.iter().map(|samples| samples.len());
        self.check_slices("input", self.input_ports, lengths)?;
        let block = loop {
            if !self.handle.is_here() {
                return Err(self.handle.end_of_stream());
            }
            let from = &mut self.input.from;
            if let Some(block) = self.mail.take(|| from.try_pop()) {
                break block;
            }
            self.check_open()?;
            if !self.mail.wait_until(until.time) {
                return Err(until.error("a block of input"));
            }
        };
        let ports = block.samples.chunks_exact(self.sizes.block_frames);
        for (input, samples) in input.iter_mut().zip(ports) {
            input.copy_from_slice(samples);
        }
        let before = self.total;
        self.total.lost = block.lost;
        self.total.xruns = block.xruns;
        let frame = block.frame;
        give_back(&mut self.input, block);
        let total = self.counts();
        self.total = total;
        self.tell_latency();
        let output_frame = frame.wrapping_add(self.told_latency);
        self.next_output = Some(output_frame);
        Ok(BlockInfo {
            input_frame: frame,
            output_frame,
            new: BlockCounts {
                // It is less where the server turned its clock back.
                lost: total.lost.saturating_sub(before.lost),
                late: total.late - before.late,
                missed: total.missed - before.missed,
                xruns: total.xruns - before.xruns,
            },
            total,
        })
    }

    fn write_until(&mut self, output: &[&[f32]], until: Deadline) -> Result<u32> {
        let frame = match self.next_output {
            Some(frame) => frame,
            None => self
                .handle
                .last_frame()?
                .wrapping_add(self.latency_frames()),
        };
        self.put(frame, output, until)?;
        self.next_output = Some(self.after(frame));
        Ok(frame)
    }

    fn after(&self, frame: u32) -> u32 {
        frame.wrapping_add(self.sizes.block_frames as u32)
    }

    fn put(&mut self, frame: u32, output: &[&[f32]], until: Deadline) -> Result<()> {
        let mut block = loop {
            self.check_open()?;
            if self.output_ports == 0 {
                return Ok(()); // Nothing plays the blocks, so none would come back.
            }
            if let Some(block) = self.output.from.try_pop() {
                break block;
            }
            if until.has_passed() {
                return Err(until.error("room for a block of output"));
            }
            thread::sleep(PAUSE);
        };
        block.frame = frame;
        let ports = block.samples.chunks_exact_mut(self.sizes.block_frames);
        for (samples, output) in ports.zip(output) {
            samples.copy_from_slice(output);
        }
        give_back(&mut self.output, block);
        Ok(())
    }
}

fn give_back(end: &mut End, block: Block) {
    let has_room = end.to.try_push(block).is_ok();
    debug_assert!(has_room, "there is room for all");
}

/// Readable while a block of input waits, and once no more come. It may stay readable until [`Blocks::read`] has found none.
impl AsFd for Blocks {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.mail.as_fd()
    }
}

impl fmt::Debug for Blocks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Blocks").finish_non_exhaustive()
    }
}

/// Until when a call waits.
#[derive(Clone, Copy)]
struct Deadline {
    /// `None`: for ever.
    time: Option<Instant>,
    timeout: Duration,
}

impl Deadline {
    fn after(timeout: Duration) -> Deadline {
        Deadline {
            time: Instant::now().checked_add(timeout),
            timeout,
        }
    }

    fn has_passed(&self) -> bool {
        self.time.is_some_and(|time| Instant::now() >= time)
    }

    fn error(&self, what: &'static str) -> Error {
        Error::Timeout {
            what,
            timeout_ms: u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
