//! A test case as plain data: clips, playspecs, and a script of commands.

/// A whole test case.
#[derive(Clone, Debug)]
pub struct Arrangement {
    pub setup: Setup,
    pub clips: Vec<Material>,
    pub playspecs: Vec<Vec<Sound>>,
    /// In ascending order of `frame`.
    pub script: Vec<Step>,
    /// How many frames are rendered in all.
    pub frames: u64,
}

/// How the interface is configured.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub frame_rate_hz: u32,
    pub outputs: u16,
    pub inputs: u16,
    pub declick_frames: u32,
    /// What happens to the timeline when frames are skipped: it catches up, or it slips.
    pub skips_catch_up: bool,
    pub clamp: bool,
    pub capture_latency: u32,
    pub playback_latency: u32,
    /// How many captured frames can wait to be read; 0: the default.
    pub capture_buffer_frames: u64,
}

impl Setup {
    /// The round-trip latency in frames: how long before its capture a frame was played.
    pub fn round_trip_frames(&self) -> u64 {
        u64::from(self.capture_latency) + u64::from(self.playback_latency)
    }

    /// Hard cuts, no input, no latency.
    pub fn plain(outputs: u16) -> Setup {
        Setup {
            frame_rate_hz: 48_000,
            outputs,
            inputs: 0,
            declick_frames: 0,
            skips_catch_up: false,
            clamp: false,
            capture_latency: 0,
            playback_latency: 0,
            capture_buffer_frames: 0,
        }
    }
}

/// How a clip's samples are handed to the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    F32,
    I16,
    I24,
    I32,
    F64,
}

/// A clip: its values, and the bytes that encode exactly these values.
#[derive(Clone)]
pub struct Material {
    pub channels: u16,
    pub frames: u64,
    pub format: Format,
    pub planar: bool,
    /// Whether the library plays from `bytes` in place, or copies them.
    pub shared: bool,
    pub bytes: Vec<u8>,
    /// Channel after channel.
    pub values: Vec<f64>,
}

impl Material {
    /// Encodes `values` (channel after channel, -1.0 to 1.0), rounded to the precision of `format`.
    pub fn new(
        channels: u16,
        format: Format,
        planar: bool,
        shared: bool,
        values: &[f64],
    ) -> Material {
        let count = usize::from(channels);
        let frames = values.len() / count;
        let rounded: Vec<f64> = values.iter().map(|v| round_to(format, *v)).collect();
        let mut bytes = Vec::new();
        for n in 0..values.len() {
            let (channel, frame) = if planar {
                (n / frames, n % frames)
            } else {
                (n % count, n / count)
            };
            encode(format, rounded[channel * frames + frame], &mut bytes);
        }
        Material {
            channels,
            frames: frames as u64,
            format,
            planar,
            shared,
            bytes,
            values: rounded,
        }
    }

    /// One channel of `f32` values that are copied.
    pub fn mono(values: &[f64]) -> Material {
        Material::new(1, Format::F32, true, false, values)
    }

    /// The value at a frame of a channel.
    pub fn value(&self, channel: u16, frame: u64) -> f64 {
        self.values[usize::from(channel) * self.frames as usize + frame as usize]
    }
}

impl std::fmt::Debug for Material {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Material({} frames, {} channels, {:?}, planar {}, shared {})",
            self.frames, self.channels, self.format, self.planar, self.shared
        )
    }
}

/// The integer that stands for 1.0; it is one more than the largest value of the format.
fn full_scale(format: Format) -> f64 {
    match format {
        Format::I16 => 32_768.0,
        Format::I24 => 8_388_608.0,
        Format::I32 => 2_147_483_648.0,
        Format::F32 | Format::F64 => 1.0,
    }
}

fn round_to(format: Format, value: f64) -> f64 {
    let scale = full_scale(format);
    match format {
        Format::F64 => value,
        Format::F32 => f64::from(value as f32),
        Format::I16 | Format::I24 | Format::I32 => {
            (value * scale).round().clamp(-scale, scale - 1.0) / scale
        }
    }
}

fn encode(format: Format, value: f64, bytes: &mut Vec<u8>) {
    let integer = (value * full_scale(format)) as i64;
    match format {
        Format::F32 => bytes.extend((value as f32).to_ne_bytes()),
        Format::F64 => bytes.extend(value.to_ne_bytes()),
        Format::I16 => bytes.extend((integer as i16).to_ne_bytes()),
        Format::I32 => bytes.extend((integer as i32).to_ne_bytes()),
        Format::I24 => {
            let wide = (integer as i32).to_ne_bytes();
            let low = usize::from(cfg!(target_endian = "big"));
            bytes.extend(&wide[low..low + 3]);
        }
    }
}

/// One entry of a playspec.
#[derive(Clone, Debug)]
pub struct Sound {
    /// Index into [`Arrangement::clips`].
    pub clip: usize,
    pub begin: u64,
    pub end: u64,
    pub play_at: i64,
    pub repeat: Option<Interval>,
    /// Left, right.
    pub gain: [f32; 2],
    pub first_output: u16,
    pub fade_in: u64,
    pub fade_out: u64,
}

impl Sound {
    /// The whole clip, once, unchanged.
    pub fn new(clip: usize, frames: u64, play_at: i64) -> Sound {
        Sound {
            clip,
            begin: 0,
            end: frames,
            play_at,
            repeat: None,
            gain: [1.0, 1.0],
            first_output: 0,
            fade_in: 0,
            fade_out: 0,
        }
    }

    /// How many frames each repeat sounds.
    pub fn frames(&self) -> u64 {
        self.end - self.begin
    }
}

/// A repeat interval of `numerator / denominator` frames.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    pub numerator: u64,
    pub denominator: u32,
    pub count: Option<u64>,
}

/// A command, and when it is given.
#[derive(Clone, Debug)]
pub struct Step {
    /// How many frames have been rendered before it is given; skipped frames do not count here.
    pub frame: u64,
    pub command: Command,
}

/// Names a scheduled swap within an arrangement.
pub type Name = usize;

/// A call of the application, or a skip of the device.
#[derive(Clone, Debug)]
pub enum Command {
    SetPosition(i64),
    SetRolling(bool),
    Schedule {
        name: Name,
        playspec: usize,
        insert_at: i64,
        start_from: i64,
        late: Late,
    },
    Cancel(Name),
    SetGain {
        playspec: usize,
        entry: usize,
        gain: [f32; 2],
        ramp: u64,
    },
    /// Commands that are committed together; not nested, and without skips.
    Group(Vec<Command>),
    /// The device skips frames before it renders the next one.
    Skip(u64),
}

/// What happens to a swap that comes too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    CatchUp,
    Slip,
    Refuse,
}
