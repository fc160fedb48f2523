//! Random arrangements: the same seed gives the same arrangement.
//!
//! The random numbers are chosen so that special cases are frequent: swaps are close to the position where
//! the timeline will be, playspecs are shifted copies of each other (so that sound continues across a
//! swap), and commands come in bursts and during the fades of earlier cuts.

use super::arrangement::{
    Arrangement, Command, Format, Interval, Late, Material, Name, Setup, Sound, Step,
};
use super::rng::Rng;
use amio::Swap;

/// The arrangement of a seed.
pub fn arrangement(seed: u64) -> Arrangement {
    let mut rng = Rng::new(seed);
    let mut setup = setup(&mut rng);
    // Now and then, more cuts than can fade at once.
    let hasty = rng.chance(5);
    if hasty {
        setup.declick_frames = 1_000;
    }
    let frames = rng.count(600, if setup.outputs > 8 { 1_500 } else { 6_000 });
    let clips: Vec<Material> = (0..rng.count(1, 5))
        .map(|_| clip(&mut rng, setup.outputs))
        .collect();
    let (playspecs, shifts) = playspecs(&mut rng, &clips, &setup, frames);
    let script = Script::new(&mut rng, &playspecs, &shifts, frames).write(hasty);
    let mut arrangement = Arrangement {
        setup,
        clips,
        playspecs,
        script,
        frames,
    };
    keep_below_full_scale(&mut arrangement);
    arrangement
}

fn setup(rng: &mut Rng) -> Setup {
    let outputs = match rng.count(0, 99) {
        0..=14 => 1,
        15..=59 => 2,
        60..=97 => rng.count(3, 8) as u16,
        _ => 64,
    };
    Setup {
        frame_rate_hz: *rng.pick(&[8_000, 44_100, 48_000, 192_000]),
        outputs,
        inputs: rng.count(0, 2) as u16,
        declick_frames: *rng.pick(&[0, 0, 0, 1, 2, 17, 100, 240, 1_000]),
        skips_catch_up: rng.chance(50),
        clamp: rng.chance(10),
        capture_latency: latency(rng),
        playback_latency: latency(rng),
        capture_buffer_frames: 0,
    }
}

fn latency(rng: &mut Rng) -> u32 {
    let longest = *rng.pick(&[0, 300, 2_000]);
    rng.count(0, longest) as u32
}

fn clip(rng: &mut Rng, outputs: u16) -> Material {
    let widest = outputs.into();
    let channels = match rng.count(0, 9) {
        0..=4 => 1,
        5..=7 => 2.min(widest),
        _ => rng.count(1, widest),
    };
    let longest = match rng.count(0, 9) {
        0 => 3,
        1..=5 => 300,
        _ => 2_500,
    };
    let frames = rng.count(1, longest);
    let values: Vec<f64> = (0..channels * frames).map(|_| rng.sample()).collect();
    let format = *rng.pick(&[
        Format::F32,
        Format::F32,
        Format::I16,
        Format::I24,
        Format::I32,
        Format::F64,
    ]);
    Material::new(
        channels as u16,
        format,
        rng.chance(50),
        rng.chance(50),
        &values,
    )
}

/// The playspecs, and for each how far its timeline is shifted against that of number 0.
fn playspecs(
    rng: &mut Rng,
    clips: &[Material],
    setup: &Setup,
    frames: u64,
) -> (Vec<Vec<Sound>>, Vec<i64>) {
    let mut all: Vec<Vec<Sound>> = Vec::new();
    let mut shifts = Vec::new();
    for number in 0..rng.count(1, 4) {
        if number > 0 && rng.chance(50) {
            let source = rng.range(0, number as i64 - 1) as usize;
            let shift = if rng.chance(30) {
                0
            } else {
                rng.range(-700, 700)
            };
            let varied = varied(rng, &all[source], shift);
            all.push(varied);
            shifts.push(shifts[source] + shift);
        } else {
            let sounds = if number > 0 && rng.chance(5) {
                0
            } else {
                rng.count(1, 9)
            };
            all.push(
                (0..sounds)
                    .map(|_| sound(rng, clips, setup, frames))
                    .collect(),
            );
            shifts.push(0);
        }
    }
    (all, shifts)
}

/// The same sounds, shifted, some of them changed, left out or doubled.
fn varied(rng: &mut Rng, source: &[Sound], shift: i64) -> Vec<Sound> {
    let mut sounds = Vec::new();
    for sound in source {
        let mut sound = sound.clone();
        sound.play_at += shift;
        match rng.count(0, 19) {
            0 => continue,
            1 => sound.gain[1] /= 2.0,
            2 => sound.play_at += 1,
            3 => sound.repeat = None,
            4 => sounds.push(sound.clone()),
            5 => sound.fade_out = 0,
            6 => {
                sound.end = rng.count(sound.begin + 1, sound.end);
                (sound.fade_in, sound.fade_out) = (0, 0);
            }
            7 => sound.first_output = 0,
            8 | 9 if sound.frames() > 1 => {
                // Only its end, at the same place.
                let head = rng.count(1, sound.frames() - 1);
                sound.begin += head;
                sound.play_at += head as i64;
                (sound.fade_in, sound.fade_out, sound.repeat) = (0, 0, None);
            }
            _ => {}
        }
        sounds.push(sound);
    }
    sounds
}

fn sound(rng: &mut Rng, clips: &[Material], setup: &Setup, frames: u64) -> Sound {
    let clip = rng.range(0, clips.len() as i64 - 1) as usize;
    let material = &clips[clip];
    let mut sound = Sound::new(clip, material.frames, rng.range(-500, frames as i64 / 2));
    if rng.chance(50) {
        sound.begin = rng.count(0, material.frames - 1);
        sound.end = rng.count(sound.begin + 1, material.frames);
    }
    if rng.chance(30) {
        sound.play_at = rng.range(-3_000, 300);
    }
    if rng.chance(60) {
        sound.repeat = Some(interval(rng, sound.frames()));
    }
    sound.gain = [rng.sample() as f32, rng.sample() as f32];
    if rng.chance(20) {
        sound.gain[1] = sound.gain[0];
    }
    if rng.chance(5) {
        sound.gain = [0.0, 1.0];
    }
    sound.first_output = rng.count(0, u64::from(setup.outputs - material.channels)) as u16;
    if rng.chance(40) {
        sound.fade_in = rng.count(0, sound.frames());
    }
    if rng.chance(40) {
        sound.fade_out = rng.count(0, sound.frames());
    }
    sound
}

/// An interval such that at most about a dozen repeats sound at once; often a fraction, often shorter than
/// the sound.
fn interval(rng: &mut Rng, frames: u64) -> Interval {
    let denominator = *rng.pick(&[1, 1, 2, 3, 7, 10, 1_000, 48_001, u32::MAX]);
    let shortest = (frames / 12).max(1) * u64::from(denominator);
    let longest = shortest.max(2 * frames * u64::from(denominator));
    Interval {
        numerator: rng.count(shortest, longest),
        denominator,
        count: rng.chance(40).then(|| rng.count(1, 12)),
    }
}

/// Scales all gains so that the loudest possible sum is about 1.
fn keep_below_full_scale(arrangement: &mut Arrangement) {
    let copies = |sound: &Sound| match sound.repeat {
        None => 1,
        Some(repeat) => {
            let at_once = sound.frames() * u64::from(repeat.denominator) / repeat.numerator + 1;
            repeat.count.map_or(at_once, |count| count.min(at_once))
        }
    };
    let loudest = arrangement
        .playspecs
        .iter()
        .map(|sounds| sounds.iter().map(copies).sum::<u64>())
        .max()
        .unwrap_or(1)
        .max(1);
    // Random signs cancel each other, so the sum is about the square root of this, and seldom above 1.
    let scale = (1.0 / (loudest as f32).sqrt()).min(0.7);
    for gain in arrangement
        .playspecs
        .iter_mut()
        .flatten()
        .map(|sound| &mut sound.gain)
    {
        *gain = gain.map(|side| side * scale);
    }
    for step in &mut arrangement.script {
        scale_gains(&mut step.command, scale);
    }
}

fn scale_gains(command: &mut Command, scale: f32) {
    match command {
        Command::SetGain { gain, .. } => *gain = gain.map(|side| side * scale),
        Command::Group(commands) => commands.iter_mut().for_each(|c| scale_gains(c, scale)),
        _ => {}
    }
}

/// Writes a script. It estimates the position of the timeline, so that the commands have an effect.
struct Script<'a> {
    rng: &'a mut Rng,
    playspecs: &'a [Vec<Sound>],
    shifts: &'a [i64],
    frames: u64,
    frame: u64,
    /// The estimated position at `frame`.
    position: i64,
    rolling: bool,
    /// The estimated playspec, and the last `insert_at` and `start_from` of the chain.
    playspec: usize,
    chain: Option<(i64, i64, usize)>,
    names: Name,
    steps: Vec<Step>,
}

impl<'a> Script<'a> {
    fn new(rng: &'a mut Rng, playspecs: &'a [Vec<Sound>], shifts: &'a [i64], frames: u64) -> Self {
        Script {
            rng,
            playspecs,
            shifts,
            frames,
            frame: 0,
            position: 0,
            rolling: false,
            playspec: 0,
            chain: None,
            names: 0,
            steps: Vec::new(),
        }
    }

    fn write(mut self, hasty: bool) -> Vec<Step> {
        if self.rng.chance(90) {
            let command = self.schedule_now();
            self.push(command);
            self.rolling = true;
            self.push(Command::SetRolling(true));
        }
        let most = *self.rng.pick(&[3, 3, 3, 10, 10, 10, 10, 30, 30, 30]);
        let most = if hasty { 200 } else { most };
        for _ in 0..self.rng.count(1, most) {
            self.wait(most, hasty);
            if self.frame >= self.frames {
                break;
            }
            let command = if self.rng.chance(12) {
                self.group()
            } else if self.rng.chance(6) {
                Command::Skip(self.skip())
            } else {
                self.command()
            };
            self.push(command);
        }
        self.steps
    }

    fn push(&mut self, command: Command) {
        self.steps.push(Step {
            frame: self.frame,
            command,
        });
    }

    /// Lets some time pass, or none.
    fn wait(&mut self, steps: u64, hasty: bool) {
        let wait = match self.rng.count(0, 9) {
            _ if hasty => self.rng.count(0, 9),
            0..=2 => 0,
            3 => 1,
            4..=5 => self.rng.count(1, 150),
            _ => self.rng.count(1, 2 * self.frames / (steps + 1)),
        };
        // A stopped transport is silent, so not for long.
        let wait = if self.rolling { wait } else { wait.min(200) };
        self.frame += wait;
        if self.rolling {
            self.position += wait as i64;
        }
        if let Some((insert_at, start_from, playspec)) = self.chain
            && self.position >= insert_at
        {
            self.position = start_from + (self.position - insert_at);
            self.playspec = playspec;
            self.chain = None;
        }
    }

    fn skip(&mut self) -> u64 {
        let longest = *self.rng.pick(&[10, 400]);
        self.rng.count(1, longest)
    }

    fn group(&mut self) -> Command {
        let commands = self.rng.count(1, 5);
        Command::Group((0..commands).map(|_| self.command()).collect())
    }

    fn command(&mut self) -> Command {
        if !self.rolling && self.rng.chance(50) {
            self.rolling = true;
            return Command::SetRolling(true);
        }
        match self.rng.count(0, 99) {
            0..=14 => {
                self.position = self.near(self.position, 800);
                Command::SetPosition(self.position)
            }
            15..=29 => {
                // Less often stopped than rolling; sometimes the same state as before.
                self.rolling = if self.rolling {
                    self.rng.chance(40)
                } else {
                    self.rng.chance(85)
                };
                Command::SetRolling(self.rolling)
            }
            30..=64 => self.schedule(),
            65..=74 if self.names > 0 => {
                let back = self.rng.count(1, 4.min(self.names as u64)) as usize;
                Command::Cancel(self.names - back)
            }
            75..=99 => self
                .set_gain()
                .unwrap_or(Command::SetPosition(self.position)),
            _ => self.schedule(),
        }
    }

    /// Often exactly `position`, mostly close, sometimes far away.
    fn near(&mut self, position: i64, reach: i64) -> i64 {
        match self.rng.count(0, 9) {
            0..=1 => position,
            2..=3 => position + self.rng.range(-5, 5),
            4..=8 => position + self.rng.range(-reach, reach),
            _ => self.rng.range(-3_000, self.frames as i64 + 500),
        }
    }

    fn late(&mut self) -> Late {
        *self
            .rng
            .pick(&[Late::CatchUp, Late::CatchUp, Late::Slip, Late::Refuse])
    }

    fn schedule_now(&mut self) -> Command {
        let start_from = self.near(0, 500);
        self.position = start_from;
        self.names += 1;
        Command::Schedule {
            name: self.names - 1,
            playspec: 0,
            insert_at: 0,
            start_from,
            late: self.late(),
        }
    }

    fn schedule(&mut self) -> Command {
        let playspec = self.rng.range(0, self.playspecs.len() as i64 - 1) as usize;
        // After the last swap of the chain, on its timeline; without a chain, from the estimated position.
        let (here, current) = match self.chain {
            Some((_, start_from, playspec)) if self.rng.chance(70) => (start_from, playspec),
            _ => (self.position, self.playspec),
        };
        let ahead = if self.rng.chance(70) {
            self.rng.range(0, 900)
        } else {
            0
        };
        let insert_at = self.near(here + ahead, 300);
        let start_from = if self.rng.chance(60) {
            // The sounds that both playspecs have continue.
            insert_at + self.shifts[playspec] - self.shifts[current]
        } else {
            self.near(insert_at, 1_000)
        };
        let (insert_at, start_from) = self
            .beginning_of_an_entry(here, playspec, current)
            .unwrap_or((insert_at, start_from));
        let goes_on = self.rng.chance(10);
        let start_from = if goes_on { insert_at } else { start_from };
        self.chain = Some((insert_at, start_from, playspec));
        self.names += 1;
        Command::Schedule {
            name: self.names - 1,
            playspec,
            insert_at: match self.rng.chance(6) {
                true => Swap::AT_ONCE,
                false => insert_at,
            },
            start_from: if goes_on { Swap::CONTINUE } else { start_from },
            late: self.late(),
        }
    }

    /// Sometimes returns the beginning of an entry soon after `here`, as `insert_at` and `start_from`.
    fn beginning_of_an_entry(
        &mut self,
        here: i64,
        playspec: usize,
        current: usize,
    ) -> Option<(i64, i64)> {
        let shift = self.shifts[playspec] - self.shifts[current];
        let soon = |sound: &&Sound| (here..here + 1_000).contains(&(sound.play_at - shift));
        let begins: Vec<&Sound> = self.playspecs[playspec].iter().filter(soon).collect();
        if begins.is_empty() || self.rng.chance(30) {
            return None;
        }
        let start_from = self.rng.pick(&begins).play_at;
        Some((start_from - shift, start_from))
    }

    fn set_gain(&mut self) -> Option<Command> {
        let playspec = match (self.rng.count(0, 9), self.chain) {
            (0..=3, Some((_, _, next))) => next,
            (0..=7, _) => self.playspec,
            _ => self.rng.range(0, self.playspecs.len() as i64 - 1) as usize,
        };
        let entries = self.playspecs[playspec].len() as i64;
        if entries == 0 {
            return None;
        }
        let longest = *self.rng.pick(&[0, 1, 50, 2_000]);
        Some(Command::SetGain {
            playspec,
            entry: self.rng.range(0, entries - 1) as usize,
            gain: [self.rng.sample() as f32, self.rng.sample() as f32],
            ramp: self.rng.count(0, longest),
        })
    }
}
