//! Plays an arrangement through the library's public interface, on the offline driver.

use super::arrangement::{Arrangement, Command, Format, Late, Material, Name, Setup, Sound};
use super::renderer::Ending;
use super::rng::Rng;
use amio::{
    CancelReason, Chunk, Clip, ClipInfo, Config, DriverKind, Entry, Error, Event, EventKind, Gain,
    Interface, LatePolicy, Latency, Layout, Playspec, Repeat, SampleFormat, SkipPolicy, Swap,
    Ticket,
};
use std::collections::{BTreeMap, HashMap};
use std::num::{NonZeroU32, NonZeroU64};

/// How long the driver's periods are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Periods {
    /// Always this many frames; shorter if a command is due earlier.
    Fixed(u32),
    /// A different length each time, determined by the seed.
    Changing(u64),
}

/// What the library did with an arrangement.
#[derive(Debug, Default)]
pub struct Run {
    /// Interleaved.
    pub output: Vec<f32>,
    pub endings: BTreeMap<Name, Ending>,
    /// For each cancel, whether the library accepted it.
    pub cancels: Vec<bool>,
    /// For each skip, the device frame after it, and how many frames were skipped.
    pub skips: Vec<(u64, u64)>,
    /// Device frame, position and rolling flag that the interface reported before each step of the script.
    pub positions: Vec<(u64, i64, bool)>,
    /// What was captured of [`numbered_input`].
    pub captured: Vec<Captured>,
    /// The ticket that each swap got.
    pub tickets: HashMap<Name, Ticket>,
}

/// A chunk, and its samples, interleaved.
#[derive(Debug)]
pub struct Captured {
    pub chunk: Chunk,
    pub samples: Vec<f32>,
}

/// Input whose samples show where they come from: on channel 0 the number of the device frame plus one, on
/// channel 1 twice that, and so on. Exact up to frame 2^24, for few channels.
pub fn numbered_input(channels: u16, first_device_frame: u64, frames: u64) -> Vec<f32> {
    (first_device_frame..first_device_frame + frames)
        .flat_map(|frame| {
            (1..=channels).map(move |channel| (frame + 1) as f32 * f32::from(channel))
        })
        .collect()
}

/// Plays the whole arrangement; the error describes a call that failed.
pub fn play(arrangement: &Arrangement, periods: Periods) -> Result<Run, String> {
    let mut player = Player::new(arrangement, periods).map_err(|e| format!("set-up: {e}"))?;
    player.play().map_err(|e| format!("while playing: {e}"))?;
    player.finish()
}

/// Opens and starts an offline interface.
pub fn interface(setup: &Setup, period_frames: u32) -> amio::Result<Interface> {
    let interface = Interface::new(Config {
        frame_rate_hz: Some(setup.frame_rate_hz),
        period_frames: Some(period_frames),
        input_channels: setup.inputs,
        output_channels: setup.outputs,
        clamp: Some(setup.clamp),
        declick_frames: Some(setup.declick_frames),
        skip_policy: if setup.skips_catch_up {
            SkipPolicy::CatchUp
        } else {
            SkipPolicy::Slip
        },
        latency: Latency {
            capture_frames: setup.capture_latency,
            playback_frames: setup.playback_latency,
        },
        capture_buffer_frames: setup.capture_buffer_frames,
        ..Config::new(DriverKind::Offline)
    })?;
    interface.start()?;
    Ok(interface)
}

/// Makes the clip of a material.
pub fn clip(material: &Material, frame_rate_hz: u32) -> amio::Result<Clip> {
    let info = ClipInfo {
        frame_rate_hz,
        channels: material.channels,
        frames: material.frames,
    };
    let format = match material.format {
        Format::F32 => SampleFormat::F32,
        Format::I16 => SampleFormat::I16,
        Format::I24 => SampleFormat::I24,
        Format::I32 => SampleFormat::I32,
        Format::F64 => SampleFormat::F64,
    };
    let layout = if material.planar {
        Layout::Planar
    } else {
        Layout::Interleaved
    };
    if material.shared {
        Clip::from_shared(info, format, layout, material.bytes.clone())
    } else {
        Clip::from_bytes(info, format, layout, &material.bytes)
    }
}

/// Makes the playspec of some sounds.
pub fn playspec(sounds: &[Sound], clips: &[Clip]) -> amio::Result<Playspec> {
    let entry = |sound: &Sound| Entry {
        clip: clips[sound.clip].clone(),
        begin: sound.begin,
        end: sound.end,
        play_at: sound.play_at,
        repeat: sound.repeat.map(|interval| Repeat {
            numerator: NonZeroU64::new(interval.numerator).expect("an interval above 0"),
            denominator: NonZeroU32::new(interval.denominator).expect("a denominator above 0"),
            count: interval
                .count
                .map(|count| NonZeroU64::new(count).expect("a count above 0")),
        }),
        gain: gain(sound.gain),
        first_output: sound.first_output,
        fade_in: sound.fade_in,
        fade_out: sound.fade_out,
    };
    Playspec::new(sounds.iter().map(entry).collect())
}

fn gain([left, right]: [f32; 2]) -> Gain {
    Gain { left, right }
}

/// The library's value for a policy.
pub fn late(policy: Late) -> LatePolicy {
    match policy {
        Late::CatchUp => LatePolicy::CatchUp,
        Late::Slip => LatePolicy::Slip,
        Late::Refuse => LatePolicy::Refuse,
    }
}

struct Player<'a> {
    arrangement: &'a Arrangement,
    interface: Interface,
    playspecs: Vec<Playspec>,
    /// Chooses the periods, if they change.
    changing: Option<Rng>,
    /// How many frames were rendered.
    frame: u64,
    /// How many the device skipped.
    skipped: u64,
    run: Run,
}

impl<'a> Player<'a> {
    fn new(arrangement: &'a Arrangement, periods: Periods) -> amio::Result<Player<'a>> {
        let rate = arrangement.setup.frame_rate_hz;
        let clips = arrangement
            .clips
            .iter()
            .map(|material| clip(material, rate))
            .collect::<amio::Result<Vec<Clip>>>()?;
        let playspecs = arrangement
            .playspecs
            .iter()
            .map(|sounds| playspec(sounds, &clips))
            .collect::<amio::Result<Vec<Playspec>>>()?;
        let (first, changing) = match periods {
            Periods::Fixed(frames) => (frames, None),
            Periods::Changing(seed) => (256, Some(Rng::new(seed))),
        };
        Ok(Player {
            arrangement,
            interface: interface(&arrangement.setup, first)?,
            playspecs,
            changing,
            frame: 0,
            skipped: 0,
            run: Run::default(),
        })
    }

    fn play(&mut self) -> amio::Result<()> {
        let arrangement = self.arrangement;
        for step in &arrangement.script {
            if self.frame < step.frame || self.run.positions.is_empty() {
                self.advance_to(step.frame)?;
            }
            self.give(&step.command)?;
        }
        self.advance_to(arrangement.frames)
    }

    fn advance_to(&mut self, frame: u64) -> amio::Result<()> {
        let outputs = u64::from(self.arrangement.setup.outputs);
        while self.frame < frame {
            let mut frames = frame - self.frame;
            if let Some(rng) = &mut self.changing {
                frames = frames.min(rng.count(1, 1_000));
                let longest = *rng.pick(&[3, 70, 300, 5_000]);
                self.interface
                    .set_period_frames(rng.count(1, longest) as u32)?;
            }
            let mut block = vec![f32::NAN; (frames * outputs) as usize];
            let inputs = self.arrangement.setup.inputs;
            let input = numbered_input(inputs, self.frame + self.skipped, frames);
            let input = (inputs > 0).then_some(&input[..]);
            self.interface.advance(frames, input, Some(&mut block))?;
            self.run.output.extend(block);
            self.frame += frames;
            self.collect_events();
            self.collect_input()?;
        }
        let transport = self.interface.transport();
        self.run.positions.push((
            transport.device_frame,
            transport.position,
            transport.rolling,
        ));
        Ok(())
    }

    fn give(&mut self, command: &Command) -> amio::Result<()> {
        match command {
            Command::SetPosition(position) => self.interface.set_position(*position),
            Command::SetRolling(rolling) => self.interface.set_rolling(*rolling),
            Command::Schedule { name, .. } => {
                let (playspec, swap) = self.swap(command);
                let ticket = self.interface.schedule(&self.playspecs[playspec], swap)?;
                self.remember(*name, ticket);
                Ok(())
            }
            Command::Cancel(name) => {
                let cancelled = self
                    .run
                    .tickets
                    .get(name)
                    .map(|ticket| self.interface.cancel(*ticket));
                self.note_cancel(cancelled)
            }
            Command::SetGain {
                playspec,
                entry,
                gain: to,
                ramp,
            } => self
                .interface
                .set_gain(&self.playspecs[*playspec], *entry, gain(*to), *ramp),
            Command::Group(commands) => self.give_group(commands),
            Command::Skip(frames) => {
                self.skipped += frames;
                self.interface.skip(*frames)
            }
        }
    }

    fn give_group(&mut self, commands: &[Command]) -> amio::Result<()> {
        let mut group = self.interface.group();
        for command in commands {
            match command {
                Command::SetPosition(position) => group.set_position(*position)?,
                Command::SetRolling(rolling) => group.set_rolling(*rolling)?,
                Command::Schedule { name, .. } => {
                    let (playspec, swap) = self.swap(command);
                    let ticket = group.schedule(&self.playspecs[playspec], swap)?;
                    self.remember(*name, ticket);
                }
                Command::Cancel(name) => {
                    let cancelled = self
                        .run
                        .tickets
                        .get(name)
                        .map(|ticket| group.cancel(*ticket));
                    self.note_cancel(cancelled)?;
                }
                Command::SetGain {
                    playspec,
                    entry,
                    gain: to,
                    ramp,
                } => group.set_gain(&self.playspecs[*playspec], *entry, gain(*to), *ramp)?,
                Command::Group(_) | Command::Skip(_) => panic!("not in a group: {command:?}"),
            }
        }
        group.commit()
    }

    fn swap(&self, command: &Command) -> (usize, Swap) {
        let Command::Schedule {
            name,
            playspec,
            insert_at,
            start_from,
            late: policy,
            ..
        } = command
        else {
            panic!("not a swap: {command:?}");
        };
        let swap = Swap {
            insert_at: *insert_at,
            start_from: *start_from,
            late: late(*policy),
            user_data: *name as u64,
        };
        (*playspec, swap)
    }

    fn remember(&mut self, name: Name, ticket: Ticket) {
        self.run.tickets.insert(name, ticket);
    }

    fn note_cancel(&mut self, cancelled: Option<amio::Result<()>>) -> amio::Result<()> {
        let taken = match cancelled {
            Some(Ok(())) => true,
            None | Some(Err(Error::NoSuchTicket(_))) => false,
            Some(Err(other)) => return Err(other),
        };
        self.run.cancels.push(taken);
        Ok(())
    }

    fn collect_events(&mut self) {
        while let Some(event) = self.interface.next_event() {
            self.collect(&event);
        }
    }

    fn collect(&mut self, event: &Event) {
        let device_frame = event.device_frame;
        let (ticket, user_data, ending) = match &event.kind {
            EventKind::Applied {
                ticket,
                user_data,
                late_frames,
            } => {
                let applied = Ending::Applied {
                    position: event.position,
                    device_frame,
                    late_frames: *late_frames,
                };
                (*ticket, *user_data, applied)
            }
            EventKind::Superseded { ticket, user_data } => {
                (*ticket, *user_data, Ending::Superseded { device_frame })
            }
            EventKind::Cancelled {
                ticket,
                user_data,
                reason,
            } => {
                let ending = match reason {
                    CancelReason::Asked => Ending::Cancelled { device_frame },
                    CancelReason::Late => Ending::Refused { device_frame },
                    CancelReason::Closed => Ending::Closed,
                };
                (*ticket, *user_data, ending)
            }
            EventKind::Skipped { frames, .. } => {
                self.run.skips.push((device_frame, *frames));
                return;
            }
            EventKind::Failed { reason } => panic!("the engine failed: {reason}"),
            _ => return,
        };
        let name = user_data as Name;
        assert_eq!(self.run.tickets.get(&name), Some(&ticket), "{event:?}");
        let earlier = self.run.endings.insert(name, ending);
        assert_eq!(earlier, None, "swap {name} ended twice");
    }

    /// Reads all captured input, in pieces of varying lengths.
    fn collect_input(&mut self) -> amio::Result<()> {
        let channels = usize::from(self.arrangement.setup.inputs);
        if channels == 0 {
            return Ok(());
        }
        loop {
            let room = self
                .changing
                .as_mut()
                .map_or(500, |rng| rng.count(1, 500) as usize);
            let mut samples = vec![f32::NAN; room * channels];
            let Some(chunk) = self.interface.read_input(&mut samples)? else {
                return Ok(());
            };
            samples.truncate(chunk.frames as usize * channels);
            self.run.captured.push(Captured { chunk, samples });
        }
    }

    fn finish(mut self) -> Result<Run, String> {
        self.interface.close();
        self.collect_events();
        Ok(self.run)
    }
}
