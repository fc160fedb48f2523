//! Plays an arrangement in the simplest way: frame by frame, entry by entry, in `f64`.
//!
//! The comments quote `docs/SEMANTICS.md`, or say how its words are interpreted here.

use super::arrangement::{Arrangement, Command, Late, Name, Sound};
use amio::Swap;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// "At most 31 cuts fade at once."
const MOST_FADING_CUTS: usize = 31;

/// All that can be observed of an arrangement.
#[derive(Debug, Default)]
pub struct Rendering {
    /// Interleaved.
    pub output: Vec<f64>,
    /// For each sample of `output`, whether no entry sounds there, so that it must be exactly 0.
    pub empty: Vec<bool>,
    /// One for each device frame, skipped ones too, in order from device frame 0.
    pub timeline: Vec<Moment>,
    /// How each scheduled swap ended.
    pub endings: BTreeMap<Name, Ending>,
    /// For each cancel, in the order in which they were given, whether the swap was still pending.
    pub cancels: Vec<bool>,
    /// Device frames that were skipped: where the next frame is, and how many.
    pub skips: Vec<(u64, u64)>,
    /// How often each rule was applied, so that tests can check that they cover it.
    pub coverage: BTreeMap<&'static str, u64>,
}

/// The timeline at one device frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub position: i64,
    pub rolling: bool,
    /// The swap with which the present playspec took over.
    pub playing: Option<Name>,
    /// Whether the device skipped this frame.
    pub skipped: bool,
}

/// How a scheduled swap ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It took over at `device_frame`, and the position became `position`.
    Applied {
        position: i64,
        device_frame: u64,
        late_frames: u64,
    },
    /// It would have taken over at `device_frame`, but a later swap did too.
    Superseded { device_frame: u64 },
    /// It was late and its policy is to refuse.
    Refused { device_frame: u64 },
    /// It was cancelled.
    Cancelled { device_frame: u64 },
    /// It was pending when the interface was closed.
    Closed,
}

/// Renders the whole arrangement.
pub fn render(arrangement: &Arrangement) -> Rendering {
    let mut model = Model::new(arrangement);
    let mut script = arrangement.script.iter().peekable();
    for frame in 0..arrangement.frames {
        let mut now = Vec::new();
        while let Some(step) = script.next_if(|step| step.frame <= frame) {
            now.push(&step.command);
        }
        model.frame(&now);
    }
    assert!(script.next().is_none(), "a command that no period takes");
    model.close()
}

/// The time of a cut, as [`Model::fade_frame`] counts.
type CutTime = u64;

/// A playspec that plays along a timeline, or played until a cut.
#[derive(Clone, Debug)]
struct Run {
    playspec: Option<usize>,
    position: i64,
    rolling: bool,
    entrance: Option<Entrance>,
}

/// The cut with which a run began.
#[derive(Clone, Debug)]
struct Entrance {
    cut: CutTime,
    /// "The position that the cut jumps to."
    position: i64,
}

/// A run that was cut, and fades out if it sounds.
#[derive(Clone, Debug)]
struct Tail {
    run: Run,
    cut: CutTime,
    /// The position at which it was cut: "no further entry or repeat begins on the old timeline".
    position: i64,
    /// The voices that continue in entries of the next run.
    taken_over: Vec<Voice>,
}

/// One repeat of one entry of the run's playspec.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Voice {
    entry: usize,
    /// Where this repeat begins on the timeline.
    begin: i64,
}

/// A change of an entry's gain.
#[derive(Clone, Copy, Debug)]
struct Ramp {
    from: [f64; 2],
    to: [f64; 2],
    device_frame: u64,
    frames: u64,
}

impl Ramp {
    fn at(&self, device_frame: u64) -> [f64; 2] {
        let since = device_frame - self.device_frame;
        if since >= self.frames {
            return self.to;
        }
        let part = since as f64 / self.frames as f64;
        [0, 1].map(|side| self.from[side] + (self.to[side] - self.from[side]) * part)
    }
}

/// A pending swap.
#[derive(Clone, Copy, Debug)]
struct Pending {
    name: Name,
    playspec: usize,
    insert_at: i64,
    start_from: i64,
    late: Late,
}

struct Model<'a> {
    arrangement: &'a Arrangement,
    device_frame: u64,
    /// How many device frames the fades of cuts have not counted, because the timeline slipped.
    slipped: u64,
    run: Run,
    playing: Option<Name>,
    /// One for each cut that fades, the oldest first.
    tails: Vec<Tail>,
    queue: VecDeque<Pending>,
    ramps: HashMap<(usize, usize), Ramp>,
    seen: Rendering,
}

impl<'a> Model<'a> {
    fn new(arrangement: &'a Arrangement) -> Model<'a> {
        Model {
            arrangement,
            device_frame: 0,
            slipped: 0,
            run: Run {
                playspec: None,
                position: 0,
                rolling: false,
                entrance: None,
            },
            playing: None,
            tails: Vec::new(),
            queue: VecDeque::new(),
            ramps: HashMap::new(),
            seen: Rendering::default(),
        }
    }

    /// Renders one frame of output. `commands` were given since the frame before; if there are any, a period
    /// begins here.
    fn frame(&mut self, commands: &[&Command]) {
        // Skips between two periods are one skip.
        let skipped = commands.iter().map(|command| match command {
            Command::Skip(frames) => *frames,
            _ => 0,
        });
        self.skip(skipped.sum());
        // Several cuts at one device frame count as one, since nothing sounded between them.
        let before = self.run.clone();
        let mut cut = false;
        for command in commands {
            cut |= self.take(command);
        }
        cut |= self.swap();
        if cut {
            self.cut(before);
        }
        self.seen.timeline.push(Moment {
            position: self.run.position,
            rolling: self.run.rolling,
            playing: self.playing,
            skipped: false,
        });
        self.sound();
        self.device_frame += 1;
        if self.run.rolling {
            self.run.position += 1;
        }
        for tail in &mut self.tails {
            tail.run.position += 1;
        }
    }

    /// "Device frames count the skipped frames." The timeline slips or catches up.
    fn skip(&mut self, frames: u64) {
        let catch_up = self.arrangement.setup.skips_catch_up;
        for _ in 0..frames {
            self.seen.timeline.push(Moment {
                position: self.run.position,
                rolling: self.run.rolling && catch_up,
                playing: self.playing,
                skipped: true,
            });
            if catch_up && self.run.rolling {
                self.run.position += 1;
            }
        }
        if catch_up {
            for tail in &mut self.tails {
                tail.run.position += frames as i64;
            }
        } else {
            // If the timeline slips, the fades slip too: none of their frames is skipped.
            self.slipped += frames;
        }
        self.device_frame += frames;
        if frames > 0 {
            self.seen.skips.push((self.device_frame, frames));
        }
    }

    /// Carries out a command; returns whether it cuts.
    fn take(&mut self, command: &Command) -> bool {
        match command {
            Command::SetPosition(position) => {
                self.run.position = *position;
                true
            }
            Command::SetRolling(rolling) => {
                let changes = self.run.rolling != *rolling;
                self.run.rolling = *rolling;
                changes
            }
            Command::Schedule {
                name,
                playspec,
                insert_at,
                start_from,
                late,
            } => {
                self.queue.push_back(Pending {
                    name: *name,
                    playspec: *playspec,
                    insert_at: *insert_at,
                    start_from: *start_from,
                    late: *late,
                });
                false
            }
            Command::Cancel(name) => {
                let found = self.queue.iter().position(|swap| swap.name == *name);
                // A swap that was cancelled at this same frame still counts as pending for its owner.
                let cancelled_now = self.seen.endings.get(name)
                    == Some(&Ending::Cancelled {
                        device_frame: self.device_frame,
                    });
                self.seen.cancels.push(found.is_some() || cancelled_now);
                if let Some(found) = found {
                    self.queue.remove(found);
                    self.count("cancelled");
                    let device_frame = self.device_frame;
                    self.end(*name, Ending::Cancelled { device_frame });
                }
                false
            }
            Command::SetGain {
                playspec,
                entry,
                gain,
                ramp,
            } => {
                let from = self.gain(*playspec, *entry);
                let ramp = Ramp {
                    from,
                    to: gain.map(f64::from),
                    device_frame: self.device_frame,
                    frames: *ramp,
                };
                self.ramps.insert((*playspec, *entry), ramp);
                false
            }
            Command::Group(commands) => commands
                .iter()
                .fold(false, |cut, command| self.take(command) | cut),
            Command::Skip(_) => false,
        }
    }

    /// Applies the swaps that are due at this frame; returns whether any took over.
    fn swap(&mut self) -> bool {
        let mut taken_over: Option<(Name, Ending)> = None;
        while let Some(swap) = self.queue.front().copied() {
            let late_frames = match swap.insert_at {
                Swap::AT_ONCE => 0,
                insert_at => self.run.position - insert_at,
            };
            if late_frames < 0 {
                break;
            }
            self.queue.pop_front();
            let device_frame = self.device_frame;
            self.run.position = match swap.late {
                Late::Refuse if late_frames > 0 => {
                    self.count("refused");
                    self.end(swap.name, Ending::Refused { device_frame });
                    continue;
                }
                _ if swap.start_from == Swap::CONTINUE => {
                    self.count("going on");
                    self.run.position
                }
                Late::CatchUp => swap.start_from + late_frames,
                Late::Slip | Late::Refuse => swap.start_from,
            };
            self.count(match (late_frames, swap.late) {
                (0, _) => "in time",
                (_, Late::CatchUp) => "late, catching up",
                _ => "late, slipping",
            });
            self.run.playspec = Some(swap.playspec);
            self.playing = Some(swap.name);
            let applied = Ending::Applied {
                position: self.run.position,
                device_frame,
                late_frames: late_frames as u64,
            };
            if let Some((earlier, _)) = taken_over.replace((swap.name, applied)) {
                self.count("superseded");
                self.end(earlier, Ending::Superseded { device_frame });
            }
        }
        if let Some((name, ending)) = taken_over {
            self.end(name, ending);
            return true;
        }
        false
    }

    /// Begins a new run, and lets the run before it fade out.
    fn cut(&mut self, before: Run) {
        let old = if before.rolling {
            self.begun(&before)
        } else {
            Vec::new()
        };
        if old.iter().any(|voice| self.scale_in(&before, *voice) < 1.0) {
            self.count("cut while coming in");
        }
        if self.run.rolling && !self.begun(&self.run).is_empty() {
            self.count("comes in");
        }
        self.run.entrance = Some(Entrance {
            cut: self.fade_frame(),
            position: self.run.position,
        });
        let taken_over = self.taken_over(&before, &self.run);
        if !taken_over.is_empty() {
            self.count("taken over");
        }
        if old.len() > taken_over.len() {
            self.count("fades away");
        }
        if self.fade_frame() == 0 {
            return; // nothing sounded before
        }
        self.tails.push(Tail {
            cut: self.fade_frame(),
            position: before.position,
            run: before,
            taken_over,
        });
        self.forget_old_cuts();
    }

    /// "At most 31 cuts fade at once. If there are more within `L` frames, the shortest stretch between two
    /// of them (the earliest, if there are several) is silent at once, and the stretch before it fades out from
    /// the second of the two cuts on."
    fn forget_old_cuts(&mut self) {
        let now = self.fade_frame();
        let declick = u64::from(self.arrangement.setup.declick_frames);
        self.tails.retain(|tail| now - tail.cut < declick);
        if self.tails.iter().filter(|tail| tail.run.rolling).count() > 1 {
            self.count("fades away with others");
        }
        if self.tails.len() <= MOST_FADING_CUTS {
            return;
        }
        self.count("ends for lack of room");
        let frames = |tail: &usize| self.tails[*tail].cut - self.tails[tail - 1].cut;
        let shortest = (1..self.tails.len()).min_by_key(frames).expect("many");
        let cut = self.tails.remove(shortest).cut;
        let mut before = self.tails[shortest - 1].run.clone();
        before.position -= (now - cut) as i64;
        let next = self.tails.get(shortest).map_or(&self.run, |tail| &tail.run);
        let taken_over = self.taken_over(&before, next);
        let tail = &mut self.tails[shortest - 1];
        (tail.cut, tail.taken_over) = (cut, taken_over);
    }

    /// The time that the fades of cuts use: device frames, without those that slipped.
    fn fade_frame(&self) -> u64 {
        self.device_frame - self.slipped
    }

    /// The voices that sound at the run's position and began before it.
    fn begun(&self, run: &Run) -> Vec<Voice> {
        let mut voices = self.sounding(run.playspec, run.position);
        voices.retain(|voice| voice.begin < run.position);
        voices
    }

    /// The voices of the run before the cut that continue in the next run.
    fn taken_over(&self, before: &Run, next: &Run) -> Vec<Voice> {
        if !before.rolling || !next.rolling {
            return Vec::new();
        }
        let mut voices = self.begun(before);
        voices.retain(|voice| self.is_taken_over(before, *voice, next));
        voices
    }

    /// "Where an entry begins exactly at the position that the cut jumps to, with the same frame of the same
    /// clip that sounded before on the same first output."
    fn is_taken_over(&self, before: &Run, old: Voice, next: &Run) -> bool {
        let (Some(from), Some(to), Some(entrance)) =
            (before.playspec, next.playspec, &next.entrance)
        else {
            return false;
        };
        let a = &self.arrangement.playspecs[from][old.entry];
        let clip_frame = a.begin + (before.position - old.begin) as u64;
        let mut new = self.sounding(Some(to), entrance.position);
        new.retain(|voice| voice.begin == entrance.position);
        new.iter().any(|voice| {
            let b = &self.arrangement.playspecs[to][voice.entry];
            a.clip == b.clip && clip_frame == b.begin && a.first_output == b.first_output
        })
    }

    /// All repeats of all entries that sound at a position, in the order of the entries.
    fn sounding(&self, playspec: Option<usize>, position: i64) -> Vec<Voice> {
        let Some(playspec) = playspec else {
            return Vec::new();
        };
        let sounds = self.arrangement.playspecs[playspec].iter().enumerate();
        sounds
            .flat_map(|(entry, sound)| {
                begins(sound, position)
                    .into_iter()
                    .map(move |begin| Voice { entry, begin })
            })
            .collect()
    }

    /// Adds up one frame of output.
    fn sound(&mut self) {
        let outputs = usize::from(self.arrangement.setup.outputs);
        let mut frame = vec![0.0; outputs];
        let mut empty = vec![true; outputs];
        let declick = f64::from(self.arrangement.setup.declick_frames);
        for tail in self.tails.iter().filter(|tail| tail.run.rolling) {
            let since = (self.fade_frame() - tail.cut) as f64;
            if since >= declick {
                continue;
            }
            for voice in self.sounding(tail.run.playspec, tail.run.position) {
                if voice.begin < tail.position && !tail.taken_over.contains(&voice) {
                    let scale = self.scale_in(&tail.run, voice) - since / declick;
                    self.add(&tail.run, voice, scale, &mut frame, &mut empty);
                }
            }
        }
        if self.run.rolling {
            for voice in self.sounding(self.run.playspec, self.run.position) {
                let scale = self.scale_in(&self.run, voice);
                self.add(&self.run, voice, scale, &mut frame, &mut empty);
            }
        }
        if self.arrangement.setup.clamp {
            for sample in &mut frame {
                *sample = sample.clamp(-1.0, 1.0);
            }
        }
        self.seen.output.extend(frame);
        self.seen.empty.extend(empty);
    }

    /// The fade-in factor of a voice after the cut with which its run began.
    fn scale_in(&self, run: &Run, voice: Voice) -> f64 {
        let Some(entrance) = &run.entrance else {
            return 1.0;
        };
        let declick = u64::from(self.arrangement.setup.declick_frames);
        let since = self.fade_frame() - entrance.cut;
        if voice.begin < entrance.position && since < declick {
            since as f64 / declick as f64
        } else {
            1.0
        }
    }

    fn add(&self, run: &Run, voice: Voice, scale: f64, frame: &mut [f64], empty: &mut [bool]) {
        let Some(playspec) = run.playspec else {
            return;
        };
        let sound = &self.arrangement.playspecs[playspec][voice.entry];
        let clip = &self.arrangement.clips[sound.clip];
        let n = (run.position - voice.begin) as u64;
        let factors = self.factors(playspec, voice.entry, n);
        let first = usize::from(sound.first_output);
        let mut put = |output: usize, value: f64| {
            if output < frame.len() {
                frame[output] += value * scale;
                empty[output] = false;
            }
        };
        if clip.channels == 1 {
            let value = clip.value(0, sound.begin + n);
            put(first, value * factors[0]);
            put(first + 1, value * factors[1]);
        } else {
            for channel in 0..clip.channels {
                let value = clip.value(channel, sound.begin + n);
                put(
                    first + usize::from(channel),
                    value * factors[usize::from(channel % 2)],
                );
            }
        }
    }

    /// `gain * fade_in * fade_out`, left and right, at a frame of a repeat.
    fn factors(&self, playspec: usize, entry: usize, frame: u64) -> [f64; 2] {
        let sound = &self.arrangement.playspecs[playspec][entry];
        let to_end = sound.frames() - 1 - frame;
        let fade = ramp_up(frame, sound.fade_in) * ramp_up(to_end, sound.fade_out);
        self.gain(playspec, entry).map(|gain| gain * fade)
    }

    /// The gain in force now.
    fn gain(&self, playspec: usize, entry: usize) -> [f64; 2] {
        self.ramps.get(&(playspec, entry)).map_or_else(
            || {
                self.arrangement.playspecs[playspec][entry]
                    .gain
                    .map(f64::from)
            },
            |ramp| ramp.at(self.device_frame),
        )
    }

    fn end(&mut self, name: Name, ending: Ending) {
        let earlier = self.seen.endings.insert(name, ending);
        assert_eq!(earlier, None, "swap {name} ended twice");
    }

    fn count(&mut self, rule: &'static str) {
        *self.seen.coverage.entry(rule).or_default() += 1;
    }

    fn close(mut self) -> Rendering {
        for swap in std::mem::take(&mut self.queue) {
            self.end(swap.name, Ending::Closed);
        }
        self.seen
    }
}

/// The positions at which those repeats of an entry begin that sound at `position`.
pub fn begins(sound: &Sound, position: i64) -> Vec<i64> {
    let frames = sound.frames() as i64;
    let sounds = |begin: i64| begin <= position && position < begin + frames;
    let Some(interval) = sound.repeat else {
        return Some(sound.play_at)
            .filter(|begin| sounds(*begin))
            .into_iter()
            .collect();
    };
    let (numerator, denominator) = (
        i128::from(interval.numerator),
        i128::from(interval.denominator),
    );
    // Repeats before this one have ended at `position`: rounding delays them by at most half a frame.
    let over = i128::from(position) - i128::from(sound.play_at) - i128::from(frames);
    let mut k = ((over - 1) * denominator / numerator - 1).max(0);
    let mut found = Vec::new();
    while interval.count.is_none_or(|count| k < i128::from(count)) {
        // round(k * numerator / denominator), "halves rounded upwards".
        let offset = (2 * k * numerator + denominator) / (2 * denominator);
        let begin = sound.play_at + offset as i64;
        if begin > position {
            break;
        }
        if sounds(begin) {
            found.push(begin);
        }
        k += 1;
    }
    found
}

/// `i / length` for `i < length`, else 1.
fn ramp_up(i: u64, length: u64) -> f64 {
    if i < length {
        i as f64 / length as f64
    } else {
        1.0
    }
}
