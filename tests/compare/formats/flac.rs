//! FLAC, encoded by `flac`, ffmpeg and libsndfile, or written bit by bit.

use crate::case::{Case, NotMade, Workshop};
use crate::references::Reference::{Ffmpeg, Flac, Libsndfile};
use crate::sound::{Sound, Width};
use crate::writers::flac::{Blocks, Bounds, Style};
use crate::writers::tags;

const RATES_HZ: [u32; 9] = [
    8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000,
];

pub fn encoded(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(
        &RATES_HZ,
        &[1, 2, 2, 3, 6, 8],
        &[Width::Bits16, Width::Bits24],
    );
    match shop.rng.count(0, 4) {
        0 => {
            shop.mode("ffmpeg");
            let options = of_ffmpeg(&mut shop);
            let line = format!("ffmpeg -v error -y -i in.wav -c:a flac {options} encoded.flac");
            shop.encode(&line, "encoded.flac")?;
            // With 24 bits, this encoder sometimes writes a damaged frame.
            shop.encode("flac -s -t encoded.flac", "encoded.flac")?;
        }
        1 => {
            shop.mode("libsndfile");
            let bits = *shop.rng.pick(&["-pcm16", "-pcm24", "-pcms8"]);
            shop.encode(
                &format!("sndfile-convert {bits} in.wav encoded.flac"),
                "encoded.flac",
            )?;
        }
        _ => {
            let options = of_flac(&mut shop, sound.channels);
            shop.encode(
                &format!("flac -s -f {options} in.wav -o encoded.flac"),
                "encoded.flac",
            )?;
        }
    }
    let mut file = shop.read("encoded.flac");
    change_streaminfo(&mut shop, &mut file);
    Ok(finish(shop, &file, &sound, true))
}

pub fn written(mut shop: Workshop) -> Result<Case, NotMade> {
    let rng = &mut shop.rng;
    let style = Style {
        frame_rate_hz: *rng.pick(&RATES_HZ),
        channels: *rng.pick(&[1, 2, 2, 2, 3, 8]),
        bits: *rng.pick(&[4, 8, 12, 16, 16, 17, 20, 24, 24, 31, 32, 32]),
        blocks: *rng.pick(&[Blocks::Fixed, Blocks::Variable, Blocks::OldVariable]),
        total: rng.chance(80),
        bounds: *rng.pick(&[
            Bounds::Right,
            Bounds::Right,
            Bounds::NoMinimum,
            Bounds::LargeMaximum,
        ]),
    };
    let (file, frames) = style.write(rng);
    shop.mode(match style.blocks {
        Blocks::Fixed => "fixed blocks",
        Blocks::Variable => "variable blocks",
        Blocks::OldVariable => "variable blocks, old headers",
    });
    match style.bounds {
        Bounds::Right => {}
        Bounds::NoMinimum => shop.mode("minimum of 0"),
        Bounds::LargeMaximum => shop.mode("maximum too large"),
    }
    if !style.total {
        shop.mode("no total");
    }
    shop.mode(match style.bits {
        32 if style.channels == 2 => "32 bits in two channels",
        32 => "32 bits",
        8 | 16 | 24 => "whole bytes",
        _ => "bits that fill no bytes",
    });
    shop.note(format!(
        "{frames} frames of {} channels and {} bits written by tests/compare/writers/flac.rs",
        style.channels, style.bits
    ));
    let sound = Sound::of_length(style.frame_rate_hz, style.channels, frames);
    Ok(finish(shop, &file, &sound, style.bits.is_multiple_of(8)))
}

fn of_ffmpeg(shop: &mut Workshop) -> String {
    let rng = &mut shop.rng;
    let mut options = format!("-compression_level {}", rng.count(0, 12));
    if rng.chance(40) {
        let kind = *rng.pick(&["none", "fixed", "levinson", "cholesky"]);
        options += &format!(" -lpc_type {kind}");
    }
    if rng.chance(40) {
        let mode = *rng.pick(&["indep", "left_side", "right_side", "mid_side"]);
        options += &format!(" -ch_mode {mode}");
    }
    if rng.chance(30) {
        options += &format!(" -frame_size {}", rng.count(16, 9_000));
    }
    if rng.chance(30) {
        options += " -exact_rice_parameters 1 -multi_dim_quant 1";
    }
    options
}

fn of_flac(shop: &mut Workshop, channels: u16) -> String {
    let mut options = format!("-{}", shop.rng.count(0, 8));
    let mut option = |text: String| options += &format!(" {text}");
    if shop.chance(40, "block lengths") {
        option(format!("--lax -b {}", shop.rng.count(16, 9_000)));
    }
    if shop.chance(20, "orders up to 32") {
        option(format!("--lax -l {}", shop.rng.count(0, 32)));
    }
    if shop.rng.chance(20) {
        option(format!("-r 0,{}", shop.rng.count(0, 8)));
    }
    if channels == 2 && shop.rng.chance(50) {
        option((*shop.rng.pick(&["-m", "-M", "--no-mid-side"])).into());
    }
    if shop.rng.chance(20) {
        option("-e -p".into());
    }
    if shop.rng.chance(30) {
        option("--no-padding --no-seektable".into());
    }
    if shop.rng.chance(20) {
        option("-S 0.1s".into());
    }
    options
}

/// Removes or changes values of STREAMINFO, as streaming encoders and old programs do.
fn change_streaminfo(shop: &mut Workshop, file: &mut [u8]) {
    if shop.chance(15, "no total") {
        file[8 + 13] &= 0xF0;
        file[8 + 14..8 + 18].fill(0);
    }
    if shop.chance(15, "no digest") {
        file[8 + 18..8 + 34].fill(0);
    }
    if shop.chance(15, "no frame sizes") {
        file[8 + 4..8 + 10].fill(0);
    }
    if shop.chance(10, "minimum of 0") {
        file[8..10].fill(0);
    }
}

fn finish(mut shop: Workshop, stream: &[u8], sound: &Sound, whole_bytes: bool) -> Case {
    let mut file = Vec::new();
    if shop.chance(10, "ID3v2 before") {
        file.extend(tags::id3v2(&mut shop.rng));
    }
    file.extend(stream);
    if shop.rng.chance(40) {
        let (mode, bytes) = behind(&mut shop);
        shop.mode(mode);
        file.extend(bytes);
    }
    let path = shop.write("out.flac", &file);
    let mut case = shop.case(path, sound);
    case.references = if whole_bytes {
        &[Flac, Ffmpeg, Libsndfile]
    } else {
        &[Ffmpeg]
    };
    case
}

/// Bytes that may follow the last frame.
fn behind(shop: &mut Workshop) -> (&'static str, Vec<u8>) {
    let rng = &mut shop.rng;
    match rng.count(0, 4) {
        0 => ("a line feed behind", b"\n".to_vec()),
        1 => ("zeros behind", vec![0; rng.count(1, 5_000) as usize]),
        // Headers of frames without their contents.
        2 => (
            "sync codes behind",
            b"\xFF\xF8\xC9\x18".repeat(rng.count(1, 5) as usize),
        ),
        _ => tags::behind(rng),
    }
}
