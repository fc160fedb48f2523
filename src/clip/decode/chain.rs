//! Sources that play one after another as one source: the links of a chained Ogg file, MP3 files
//! that were joined.
//!
//! A part is opened when it is reached, and only one is open at a time, so a file of many parts
//! needs no more memory than a file of one.

use super::info::Opened;
use super::input::Input;
use crate::clip::ClipInfo;
use crate::clip::source::Source;
use crate::error::Result;
use crate::memory;

/// Opens a part, each time from its beginning.
pub type OpenPart = Box<dyn Fn() -> Result<Box<dyn Source>> + Send>;

/// One of the sources.
struct ChainPart {
    /// What `open` returns has this rate, these channels and this length.
    info: ClipInfo,
    open: OpenPart,
}

/// The parts of a file, as they are found.
#[derive(Default)]
pub struct Parts {
    first: Option<Opened>,
    parts: Vec<ChainPart>,
}

impl Parts {
    /// Adds a part, which `open` opens again. One without sound is left out, unless it is the first.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory).
    pub fn push(&mut self, opened: Opened, open: OpenPart) -> Result<()> {
        if opened.info.frames == 0 && self.first.is_some() {
            return Ok(());
        }
        let info = opened.source.info();
        memory::push(&mut self.parts, ChainPart { info, open }, super::info::WHAT)?;
        self.first.get_or_insert(opened);
        Ok(())
    }

    /// All parts as one source; the first itself, if it is the only one. The channels of later parts
    /// are mapped to those of the first by [`map_channels`].
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) where a part has another frame rate, and where there
    /// is no part.
    pub fn join(self, input: &Input) -> Result<Opened> {
        let Some(mut opened) = self.first else {
            return Err(input.bad("a file without sound"));
        };
        if self.parts.len() > 1 {
            opened.source = Chain::open(input, opened.source.info(), self.parts)?;
            opened.info.frames = opened.source.info().frames;
        }
        Ok(opened)
    }
}

/// All parts as one source, with the rate and the channels of the first one.
struct Chain {
    info: ClipInfo,
    parts: Vec<ChainPart>,
    /// The first frame of each part.
    starts: Vec<u64>,
    /// The part that is open.
    current: Option<(usize, Box<dyn Source>)>,
    /// The next frame to hand out.
    next: u64,
    /// Frames of a part whose channels differ from those of the first, a vector for each channel.
    staged: Vec<Vec<f32>>,
}

impl Chain {
    fn open(input: &Input, first: ClipInfo, parts: Vec<ChainPart>) -> Result<Box<dyn Source>> {
        let mut info = first;
        info.frames = 0;
        let mut starts = memory::room(parts.len(), super::info::WHAT)?;
        for part in &parts {
            if part.info.frame_rate_hz != first.frame_rate_hz {
                return Err(input.bad(format!(
                    "a file that changes its rate from {} to {} Hz at frame {}; one file must \
                     have one rate",
                    first.frame_rate_hz, part.info.frame_rate_hz, info.frames
                )));
            }
            starts.push(info.frames);
            info.frames = info.frames.saturating_add(part.info.frames);
        }
        Ok(Box::new(Chain {
            info,
            parts,
            starts,
            current: None,
            next: 0,
            staged: Vec::new(),
        }))
    }

    /// The part that the next frame belongs to, which is not the end.
    fn part(&self) -> usize {
        self.starts.partition_point(|start| *start <= self.next) - 1
    }

    /// Reads from one part, as far as it goes; `out` is not empty. Returns how many frames it read, and whether the
    /// file is cut short there.
    fn read_part(&mut self, out: &mut [&mut [f32]]) -> Result<(usize, bool)> {
        let number = self.part();
        let part = &self.parts[number];
        let begin = self.next - self.starts[number];
        let wanted = (part.info.frames - begin).min(out[0].len() as u64) as usize;
        let mut slices: Vec<&mut [f32]> = out.iter_mut().map(|out| &mut out[..wanted]).collect();
        let end = begin + wanted as u64;
        let source = match &mut self.current {
            // It lacks frames where it was opened while the file was cut short.
            Some((open, source)) if *open == number && end <= source.info().frames => source,
            current => {
                let mut source = (part.open)()?;
                let found = ClipInfo {
                    frames: part.info.frames,
                    ..source.info()
                };
                if found != part.info {
                    return Ok((0, true)); // its first packets, which say so, are missing
                }
                source.seek(begin)?;
                &mut current.insert((number, source)).1
            }
        };
        let read = if part.info.channels == self.info.channels {
            source.read(&mut slices)?
        } else {
            self.staged.resize(part.info.channels.into(), Vec::new());
            for channel in &mut self.staged {
                memory::resize(channel, wanted, 0.0, super::info::WHAT)?;
            }
            let mut staged: Vec<&mut [f32]> =
                self.staged.iter_mut().map(|c| &mut c[..wanted]).collect();
            let read = source.read(&mut staged)?;
            map_channels(&self.staged, &mut slices);
            read
        };
        Ok((read, read < wanted))
    }
}

impl Source for Chain {
    fn info(&self) -> ClipInfo {
        self.info
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        let wanted = out.first().map_or(0, |channel| channel.len());
        let mut done = 0;
        while done < wanted && self.next < self.info.frames {
            let mut rest: Vec<&mut [f32]> = out.iter_mut().map(|out| &mut out[done..]).collect();
            let (read, is_cut) = self.read_part(&mut rest)?;
            done += read;
            self.next += read as u64;
            if is_cut {
                break;
            }
        }
        Ok(done)
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.next = frame.min(self.info.frames);
        if self.next == self.info.frames {
            self.current = None;
            return Ok(());
        }
        let number = self.part();
        match &mut self.current {
            Some((open, source)) if *open == number => source.seek(self.next - self.starts[number]),
            // The next read opens the part.
            current => {
                *current = None;
                Ok(())
            }
        }
    }
}

/// Maps channels if their number changes. One channel goes to all. Many channels become their mean if
/// one is wanted. Otherwise channel n stays channel n, surplus channels are dropped, and missing ones
/// are silent.
pub fn map_channels<From: AsRef<[f32]>, To: AsMut<[f32]>>(from: &[From], to: &mut [To]) {
    match (from, to) {
        ([one], to) => {
            for to in to {
                let to = to.as_mut();
                to.copy_from_slice(&one.as_ref()[..to.len()]);
            }
        }
        (many, [one]) => {
            let share = 1.0 / many.len() as f32;
            for (frame, to) in one.as_mut().iter_mut().enumerate() {
                *to = many.iter().map(|from| from.as_ref()[frame]).sum::<f32>() * share;
            }
        }
        (from, to) => {
            for (channel, to) in to.iter_mut().enumerate() {
                let to = to.as_mut();
                match from.get(channel) {
                    Some(from) => to.copy_from_slice(&from.as_ref()[..to.len()]),
                    None => to.fill(0.0),
                }
            }
        }
    }
}
