//! MP3: encoded by LAME and ffmpeg, written bit by bit, and joined.

use crate::case::{Case, NotMade, Workshop};
use crate::references::Reference::{self, Ffmpeg, Mpg123};
use crate::sound::{Sound, Width};
use crate::writers::mp3::Style;
use crate::writers::{mpeg, tags};
use std::path::PathBuf;

const REFERENCES: &[Reference] = &[Mpg123, Ffmpeg];
const TOLERANCE: f32 = 2e-5;
const RATES_HZ: [u32; 9] = [
    8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
];

pub fn encoded(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(&RATES_HZ, &[1, 2, 2], &[Width::Bits16, Width::Bits24]);
    let encoded = encode(&mut shop, sound, Rate::Free)?;
    let file = shop.read("encoded.mp3");
    let mut frames = mpeg::frames(&file, mpeg::mp3_frame_bytes);
    let free = frames.is_empty();
    let file = if free {
        file
    } else {
        change_headers(&mut shop, &mut frames);
        with_tags(&mut shop, &frames)
    };
    let mut case = finish(shop, &file, &encoded.sound);
    if !(encoded.tagged && encoded.exact) {
        case.frames = None;
    }
    Ok(case)
}

pub fn written(mut shop: Workshop) -> Result<Case, NotMade> {
    let rng = &mut shop.rng;
    let version = *rng.pick(&[3, 3, 3, 2, 2, 0]);
    let rate = rng.count(0, 2) as u8;
    let mode = *rng.pick(&[0, 1, 1, 1, 1, 2, 3]);
    let count = rng.count(1, 60) as usize;
    let joint = mode == 1;
    let intensity = joint && shop.chance(30, "intensity stereo");
    let mid_side = joint && shop.chance(60, "M/S");
    let style = Style {
        version,
        rate,
        mode,
        // Channels with different block types have different bands. Intensity stereo needs the same bands.
        // M/S in MPEG-2 needs them too: otherwise, all decoders differ.
        same_blocks: intensity
            || (mid_side && version != 3)
            || shop.chance(50, "channels switch windows together"),
        // Decoders also differ in the bands of mixed blocks with intensity stereo.
        mixed: !intensity && shop.chance(40, "mixed blocks"),
        mid_side,
        intensity,
        checksum: shop.chance(30, "checksums"),
        reservoir: shop.chance(60, "reservoir"),
    };
    shop.mode(match version {
        3 => "MPEG-1",
        2 => "MPEG-2",
        _ => "MPEG-2.5",
    });
    let file = style.write(count, &mut shop.rng);
    shop.note(format!(
        "{count} frames written by tests/compare/writers/mp3.rs"
    ));
    let frames = mpeg::frames(&file, mpeg::mp3_frame_bytes);
    let file = with_tags(&mut shop, &frames);
    let divider = [4, 1, 2, 1][usize::from(version)];
    let sound = Sound::of_length(
        mpeg::RATES_HZ[usize::from(rate)] / divider,
        if mode == 3 { 1 } else { 2 },
        count * if version == 3 { 1_152 } else { 576 },
    );
    let mut case = finish(shop, &file, &sound);
    if intensity {
        case.tolerance = 5e-5; // decoders round the gains of intensity positions
    }
    Ok(case)
}

/// Two files of the same rate and channels, one after the other.
pub fn joined(mut shop: Workshop) -> Result<Case, NotMade> {
    let rate = *shop.rng.pick(&RATES_HZ);
    let channels = *shop.rng.pick(&[1, 2]);
    let (mut file, mut parts) = (Vec::new(), Vec::new());
    let mut made = Vec::new();
    for name in ["first.mp3", "second.mp3"] {
        let sound = shop.sound(&[rate], &[channels], &[Width::Bits16]);
        if sound.frames == 0 {
            // LAME leaves the frame of the tag empty then, so it would count as sound.
            return Err(NotMade("a part without sound".into()));
        }
        made.push(encode(&mut shop, sound, Rate::Kept)?);
        let mut part = shop.read("encoded.mp3");
        if shop.chance(30, "ID3v1 behind each") {
            part.extend(tags::id3v1(&mut shop.rng));
        }
        file.extend(&part);
        parts.push(shop.write(name, &part));
    }
    let frames = made.iter().map(|one| one.sound.frames).sum();
    let mut case = finish(shop, &file, &Sound::of_length(rate, channels, frames));
    if !made.iter().all(|one| one.tagged && one.exact) {
        case.frames = None;
    }
    if made.iter().any(|one| one.tagged) {
        // A part with a tag begins as if it were alone, and ends where the tag says. The references decode
        // a tag in the middle as sound.
        case.parts = parts;
    }
    // ffmpeg may give more frames after the first part, and loses a frame if its bit reservoir is missing.
    case.references = &[Mpg123];
    Ok(case)
}

/// Whether an encoder may choose another frame rate than that of the sound.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rate {
    Kept,
    Free,
}

/// The result of an encoder.
struct Encoded {
    /// With the rate that the encoder chose.
    sound: Sound,
    /// It begins with an Info tag.
    tagged: bool,
    /// The tag states the length of the sound.
    exact: bool,
}

/// Encodes `in.wav` into `encoded.mp3`.
fn encode(shop: &mut Workshop, mut sound: Sound, rate: Rate) -> Result<Encoded, NotMade> {
    let of_ffmpeg = shop.chance(25, "ffmpeg");
    let line = if of_ffmpeg {
        by_ffmpeg(shop, &sound)
    } else {
        by_lame(shop, &sound, rate)
    };
    shop.encode(&line, "encoded.mp3")?;
    let file = shop.read("encoded.mp3");
    if of_ffmpeg && mpeg::mp3_rate_hz(&file).is_none() {
        return Err(NotMade("ffmpeg wrote a tag alone".into()));
    }
    // At low bit rates, LAME chooses another frame rate itself.
    let hz = mpeg::mp3_rate_hz(&file).unwrap_or(sound.frame_rate_hz);
    let resampled = hz != sound.frame_rate_hz;
    if resampled {
        shop.mode("rate changed by LAME");
        sound.frame_rate_hz = hz;
    }
    sound.channels = mpeg::mp3_channels(&file).unwrap_or(sound.channels);
    Ok(Encoded {
        sound,
        tagged: mpeg::has_info_tag(&file),
        // If there is little padding, ffmpeg's tag states too little.
        exact: !resampled && !of_ffmpeg,
    })
}

fn by_ffmpeg(shop: &mut Workshop, sound: &Sound) -> String {
    let rng = &mut shop.rng;
    let low = sound.frame_rate_hz < 32_000;
    let kbits = if low { [16, 64, 128] } else { [48, 128, 320] };
    let bits = match rng.count(0, 2) {
        0 => format!("-q:a {}", rng.count(0, 9)),
        1 => format!("-b:a {}k -abr 1", rng.count(32, 128)),
        _ => format!("-b:a {}k", rng.pick(&kbits)),
    };
    let [joint, reservoir] = [(); 2].map(|()| rng.count(0, 1));
    let tag = u8::from(!shop.chance(30, "no Info tag"));
    format!(
        "ffmpeg -v error -y -i in.wav -c:a libmp3lame {bits} -joint_stereo {joint} \
         -reservoir {reservoir} -write_xing {tag} encoded.mp3"
    )
}

fn by_lame(shop: &mut Workshop, sound: &Sound, rate: Rate) -> String {
    let low = sound.frame_rate_hz < 32_000;
    let kbits = if low {
        [8, 24, 64, 160]
    } else {
        [32, 96, 128, 320]
    };
    let free = !low && rate == Rate::Free && shop.chance(5, "free format");
    let mut options = vec![match shop.rng.count(0, 3) {
        _ if free => format!("--freeformat -b {}", shop.rng.count(64, 320)),
        0 => format!("-V {}", shop.rng.count(0, 9)),
        1 => format!("--abr {}", shop.rng.count(16, 160)),
        _ => format!("-b {}", shop.rng.pick(&kbits)),
    }];
    if options[0] == "-b 8" {
        shop.mode("8 kbit/s");
    }
    if sound.channels == 2 {
        let mode = shop.rng.pick(&["-m j", "-m j", "-m s", "-m f", "-m d", ""]);
        options.push((*mode).into());
    }
    let windows = shop.rng.pick(&["", "", "", "--noshort", "--allshort"]);
    options.push((*windows).into());
    if free || shop.chance(25, "no Info tag") {
        options.push("-t".into());
    }
    if shop.chance(25, "checksums") {
        options.push("-p".into());
    }
    if shop.chance(15, "no reservoir") {
        options.push("--nores".into());
    }
    if shop.chance(15, "ID3v2 of LAME") {
        options.push("--tt title --add-id3v2 --pad-id3v2-size 500".into());
    }
    let resampled = match rate {
        Rate::Kept => Some(sound.frame_rate_hz),
        Rate::Free if shop.chance(10, "resampled by LAME") => Some(*shop.rng.pick(&RATES_HZ)),
        Rate::Free => None,
    };
    if let Some(hz) = resampled {
        options.push(format!("--resample {}", f64::from(hz) / 1_000.0));
    }
    format!("lame --quiet {} in.wav encoded.mp3", options.join(" "))
}

/// Changes bits of headers that do not affect the sound.
fn change_headers(shop: &mut Workshop, frames: &mut [Vec<u8>]) {
    if !shop.chance(40, "private, copyright and original bits") {
        return;
    }
    let rights = shop.rng.count(0, 3) as u8 * 4;
    for frame in frames {
        frame[2] ^= shop.rng.count(0, 1) as u8;
        frame[3] ^= rights;
        mpeg::set_mp3_crc(frame);
    }
}

/// Frames with tags before, between and after them.
fn with_tags(shop: &mut Workshop, frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    if shop.chance(25, "ID3v2 before") {
        file.extend(tags::id3v2(&mut shop.rng));
        if shop.chance(20, "two ID3v2 before") {
            file.extend(tags::id3v2(&mut shop.rng));
        }
    }
    let between = shop.rng.chance(20);
    for (n, frame) in frames.iter().enumerate() {
        if n > 0 && between && shop.rng.chance(10) {
            shop.mode("tags between");
            file.extend(tags::between(&mut shop.rng));
        }
        file.extend(frame);
    }
    if shop.rng.chance(40) {
        let (mode, tag) = tags::behind(&mut shop.rng);
        shop.mode(mode);
        file.extend(tag);
    }
    shop.write(WITHOUT_TAGS, &frames.concat());
    file
}

/// The file with only the frames, for the references, since they search tags for frames. (A tag has no
/// duration.)
const WITHOUT_TAGS: &str = "without-tags.mp3";

fn finish(shop: Workshop, file: &[u8], sound: &Sound) -> Case {
    let without_tags = shop.path(WITHOUT_TAGS);
    let path: PathBuf = shop.write("out.mp3", file);
    let mut case = shop.case(path, sound);
    case.tolerance = TOLERANCE;
    case.references = REFERENCES;
    if without_tags.exists() {
        case.parts = vec![without_tags];
    }
    case
}
