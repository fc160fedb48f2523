//! AAC in ADTS and MP4, and ALAC, by ffmpeg; HE-AAC, which it does not write, by syom.

use crate::case::{Case, NotMade, Workshop};
use crate::references::Reference::Ffmpeg;
use crate::sound::{Sound, Width};
use crate::writers::{mp4, mpeg, tags};
use std::path::PathBuf;

const RATES_HZ: [u32; 9] = [
    8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000,
];

/// More than two channels are rare, since they take long.
const CHANNELS: [u16; 10] = [1, 1, 2, 2, 2, 2, 3, 5, 6, 8];

const HE_RATES_HZ: [u32; 6] = [16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

pub fn adts(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(&RATES_HZ, &CHANNELS, &[Width::Bits16]);
    let options = options(&mut shop);
    let line = format!("ffmpeg -v error -y -i in.wav -c:a aac {options} encoded.aac");
    shop.encode(&line, "encoded.aac")?;
    let encoded = shop.read("encoded.aac");
    let mut file = Vec::new();
    if shop.chance(20, "ID3v2 before") {
        file.extend(tags::id3v2(&mut shop.rng));
    }
    let between = shop.rng.chance(30);
    let mpeg2 = shop.chance(20, "called MPEG-2");
    let other_bits = shop.chance(30, "private, copyright and original bits");
    let mut without_tags = Vec::new();
    for (n, mut frame) in mpeg::frames(&encoded, mpeg::adts_frame_bytes)
        .into_iter()
        .enumerate()
    {
        if n > 0 && between && shop.rng.chance(10) {
            shop.mode("ID3v2 between");
            file.extend(tags::id3v2(&mut shop.rng));
        }
        frame[1] |= u8::from(mpeg2) << 3;
        if other_bits {
            frame[2] ^= shop.rng.count(0, 1) as u8 * 2;
            frame[3] ^= shop.rng.count(0, 3) as u8 * 16;
        }
        without_tags.extend(&frame);
        file.extend(frame);
    }
    if shop.rng.chance(40) {
        let (mode, tag) = tags::behind(&mut shop.rng);
        shop.mode(mode);
        file.extend(tag);
    }
    let path = shop.write("out.aac", &file);
    let without_tags = shop.write("without-tags.aac", &without_tags);
    let mut case = lossy(shop, path, &sound);
    case.parts = vec![without_tags]; // ffmpeg looks for frames in tags
    case.frames = None;
    Ok(case)
}

pub fn mp4(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(&RATES_HZ, &CHANNELS, &[Width::Bits16]);
    let options = options(&mut shop);
    let path = contained(&mut shop, &format!("-i in.wav -c:a aac {options}"))?;
    let mut case = lossy(shop, path, &sound);
    // ffmpeg writes the head of such a file before the encoder has reported its priming.
    if case.has("fragments") && sound.frames > 0 {
        case.frames = Some(sound.frames as u64 + 1_024);
    }
    Ok(case)
}

/// HE-AAC is decoded to two channels, also if the file has one.
pub fn he(mut shop: Workshop) -> Result<Case, NotMade> {
    let mut sound = shop.sound(&HE_RATES_HZ, &[1, 2, 2], &[Width::Bits16]);
    let parametric = sound.channels == 2 && shop.chance(40, "parametric stereo");
    let kilobits = shop.rng.count(24, 96);
    shop.note(format!(
        "syom: HE-AAC, parametric: {parametric}, {kilobits} kbit/s"
    ));
    let options = syom::EncodeOptions::adts().with_bitrate_bps(1_000 * kilobits as u32);
    let options = match parametric {
        true => options.with_he_v2(true),
        false => options.with_he(true),
    };
    let encoded = syom::encode_with(&sound.planes(), sound.frame_rate_hz, &options)
        .map_err(|error| NotMade(error.to_string()))?;
    sound.channels = 2;
    let mut path = shop.write("encoded.aac", &encoded);
    if shop.chance(60, "in MP4") {
        path = contained(&mut shop, "-i encoded.aac -c copy -bsf:a aac_adtstoasc")?;
        if shop.modes.contains(&"fragments") {
            let why = "ffmpeg wrote the beginning before it knew the setup";
            return Err(NotMade(why.into()));
        }
    }
    let mut case = lossy(shop, path, &sound);
    // ADTS does not store the length.
    case.frames = None;
    // On streams of the Fraunhofer encoder syom and ffmpeg agree within 1e-6 (tests/formats/mp4), on
    // syom's own within this.
    case.tolerance = 1e-2;
    Ok(case)
}

pub fn alac(mut shop: Workshop) -> Result<Case, NotMade> {
    let widths = [Width::Bits16, Width::Bits24];
    let sound = shop.sound(&RATES_HZ, &[1, 2, 2, 3, 5, 6], &widths);
    let rng = &mut shop.rng;
    let mut options = String::from("-c:a alac");
    if rng.chance(50) {
        options += " -sample_fmt s16p";
    }
    if rng.chance(40) {
        options += &format!(" -compression_level {}", rng.count(0, 2));
    }
    if rng.chance(30) {
        options += &format!(" -min_prediction_order {}", rng.count(1, 4));
    }
    let path = if shop.chance(25, "CAF") {
        let line = format!("ffmpeg -v error -y -i in.wav {options} encoded.caf");
        shop.encode(&line, "encoded.caf")?;
        shop.path("encoded.caf")
    } else {
        contained(&mut shop, &format!("-i in.wav {options}"))?
    };
    let mut case = shop.case(path, &sound);
    case.references = &[Ffmpeg];
    Ok(case)
}

/// Options of ffmpeg's encoder, without noise substitution (PNS), which each decoder fills with other noise.
fn options(shop: &mut Workshop) -> String {
    let rng = &mut shop.rng;
    let mut options = String::from("-aac_pns 0");
    options += &match rng.count(0, 2) {
        0 => format!(" -q:a {}", *rng.pick(&["0.2", "1", "2"])),
        _ => format!(" -b:a {}k", rng.count(16, 256)),
    };
    options += &format!(" -aac_coder {}", *rng.pick(&["twoloop", "fast"]));
    options += &format!(" -aac_tns {} -aac_ms {}", rng.count(0, 1), rng.count(0, 1));
    let intensity = u8::from(shop.chance(50, "intensity stereo"));
    options + &format!(" -aac_is {intensity}")
}

/// Encodes with `options` of ffmpeg into MP4 of any kind, and changes boxes that do not affect the sound.
fn contained(shop: &mut Workshop, options: &str) -> Result<PathBuf, NotMade> {
    let name = *shop
        .rng
        .pick(&["encoded.m4a", "encoded.mp4", "encoded.mov"]);
    let (mode, flags) = *shop.rng.pick(&[
        ("moov behind", ""),
        ("moov behind", ""),
        ("moov before", "-movflags +faststart"),
        ("fragments", "-movflags +frag_keyframe+empty_moov"),
        (
            "fragments",
            "-movflags +empty_moov+default_base_moof -frag_duration 100000",
        ),
        (
            "fragments, edited",
            "-movflags +delay_moov+frag_custom+dash -frag_size 2000",
        ),
    ]);
    shop.mode(mode);
    let line = format!("ffmpeg -v error -y {options} {flags} {name}");
    shop.encode(&line, name)?;
    let mut file = shop.read(name);
    if !mode.starts_with("fragments") && shop.chance(20, "mdat of 64 bits") {
        mp4::widen_mdat(&mut file);
    }
    if mode == "moov before" && shop.chance(30, "mdat up to the end") {
        mp4::open_mdat(&mut file);
    } else if shop.chance(30, "a box behind") {
        let name = *shop.rng.pick(&[b"free", b"skip", b"uuid"]);
        let body = vec![7; shop.rng.count(16, 200) as usize];
        file.extend((body.len() as u32 + 8).to_be_bytes());
        file.extend(name);
        file.extend(body);
    }
    Ok(shop.write(name, &file))
}

fn lossy(shop: Workshop, path: PathBuf, sound: &Sound) -> Case {
    let mut case = shop.case(path, sound);
    case.tolerance = 1e-5;
    case.references = &[Ffmpeg];
    case
}
