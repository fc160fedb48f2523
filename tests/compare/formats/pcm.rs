//! Plain PCM, by ffmpeg, sox and libsndfile, with chunks in other orders and odd sizes.

use crate::case::{Case, NotMade, Workshop};
use crate::references::Reference::{Ffmpeg, Libsndfile};
use crate::sound::{Sound, Width};
use crate::writers::pcm::{AIFF, CAF, Chunk, Family, RIFF};
use crate::writers::tags;

const RATES_HZ: [u32; 10] = [
    1_000, 8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000, 384_000,
];
const CHANNELS: [u16; 9] = [1, 1, 2, 2, 3, 4, 5, 6, 8];
const WIDTHS: [Width; 4] = [Width::Bits16, Width::Bits24, Width::Bits32, Width::Float];

pub fn wav(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(&RATES_HZ, &CHANNELS, &WIDTHS);
    let (kind, line) = *shop.rng.pick(&[
        ("ffmpeg", "ffmpeg -v error -y -i in.wav -c:a pcm_u8 out.wav"),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s16le out.wav",
        ),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s24le out.wav",
        ),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s32le out.wav",
        ),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_f32le out.wav",
        ),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_f64le out.wav",
        ),
        (
            "A-law",
            "ffmpeg -v error -y -i in.wav -c:a pcm_alaw out.wav",
        ),
        (
            "mu-law",
            "ffmpeg -v error -y -i in.wav -c:a pcm_mulaw out.wav",
        ),
        (
            "RF64",
            "ffmpeg -v error -y -i in.wav -rf64 always -c:a pcm_s24le out.wav",
        ),
        ("RF64", "sndfile-convert -pcm24 in.wav out.rf64"),
        (
            "bext",
            "ffmpeg -v error -y -i in.wav -write_bext 1 -c:a pcm_s16le out.wav",
        ),
        ("sox", "sox -V1 in.wav -b 8 -e unsigned out.wav"),
        ("sox", "sox -V1 in.wav -b 24 out.wav"),
        ("sox", "sox -V1 in.wav -b 32 -e float out.wav"),
        ("libsndfile", "sndfile-convert -pcmu8 in.wav out.wav"),
        ("libsndfile", "sndfile-convert -pcm16 in.wav out.wav"),
        ("libsndfile", "sndfile-convert -float32 in.wav out.wav"),
        ("libsndfile", "sndfile-convert -ulaw in.wav out.wav"),
        ("RIFX", "sndfile-convert -endian=big -pcm16 in.wav out.wav"),
        ("RIFX", "sndfile-convert -endian=big -pcm24 in.wav out.wav"),
        (
            "RIFX",
            "sndfile-convert -endian=big -float64 in.wav out.wav",
        ),
    ]);
    shop.mode(kind);
    let out = if line.ends_with(".rf64") {
        "out.rf64"
    } else {
        "out.wav"
    };
    shop.encode(line, out)?;
    let mut file = shop.read(out);
    match kind {
        "RF64" | "RIFX" => {}
        _ => file = change(&mut shop, RIFF, &file, *b"data"),
    }
    if kind != "RF64" && shop.chance(5, "ID3v2 before") {
        file = [tags::id3v2(&mut shop.rng), file].concat();
    }
    Ok(finish(shop, "changed.wav", &file, &sound))
}

pub fn aiff(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(&RATES_HZ, &CHANNELS, &WIDTHS);
    let (kind, line) = *shop.rng.pick(&[
        ("AIFF", "sox -V1 in.wav -b 8 out.aiff"),
        ("AIFF", "sox -V1 in.wav -b 24 out.aiff"),
        (
            "AIFF",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s16be out.aiff",
        ),
        (
            "AIFF",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s32be out.aiff",
        ),
        (
            "AIFC",
            "ffmpeg -v error -y -i in.wav -c:a pcm_f32be -f aiff out.aiff",
        ),
        (
            "AIFC",
            "ffmpeg -v error -y -i in.wav -c:a pcm_f64be -f aiff out.aiff",
        ),
        (
            "AIFC",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s16le -f aiff out.aiff",
        ),
        (
            "AIFC",
            "ffmpeg -v error -y -i in.wav -c:a pcm_alaw -f aiff out.aiff",
        ),
        (
            "AIFC",
            "ffmpeg -v error -y -i in.wav -c:a pcm_mulaw -f aiff out.aiff",
        ),
        ("AIFF", "sndfile-convert -pcms8 in.wav out.aiff"),
        (
            "AIFC, little-endian",
            "sndfile-convert -endian=little -pcm24 in.wav out.aiff",
        ),
        (
            "AIFC, little-endian",
            "sndfile-convert -endian=little -pcm32 in.wav out.aiff",
        ),
        ("AIFC", "sndfile-convert -float64 in.wav out.aiff"),
        ("AIFC", "sndfile-convert -ulaw in.wav out.aiff"),
    ]);
    shop.mode(kind);
    shop.encode(line, "out.aiff")?;
    let file = shop.read("out.aiff");
    let file = change(&mut shop, AIFF, &file, *b"SSND");
    Ok(finish(shop, "changed.aiff", &file, &sound))
}

pub fn au(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(&RATES_HZ, &CHANNELS, &WIDTHS);
    let (kind, line) = *shop.rng.pick(&[
        ("big-endian", "sox -V1 in.wav -b 8 -e signed out.au"),
        (
            "big-endian",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s16be out.au",
        ),
        (
            "big-endian",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s24be out.au",
        ),
        (
            "big-endian",
            "ffmpeg -v error -y -i in.wav -c:a pcm_f64be out.au",
        ),
        ("big-endian", "sndfile-convert -pcm32 in.wav out.au"),
        ("big-endian", "sndfile-convert -float32 in.wav out.au"),
        ("A-law", "ffmpeg -v error -y -i in.wav -c:a pcm_alaw out.au"),
        ("mu-law", "sox -V1 in.wav -e mu-law out.au"),
        (
            "little-endian",
            "sndfile-convert -endian=little -pcm16 in.wav out.au",
        ),
        (
            "little-endian",
            "sndfile-convert -endian=little -pcm24 in.wav out.au",
        ),
        (
            "little-endian",
            "sndfile-convert -endian=little -float64 in.wav out.au",
        ),
        (
            "little-endian",
            "sndfile-convert -endian=little -alaw in.wav out.au",
        ),
    ]);
    shop.mode(kind);
    shop.encode(line, "out.au")?;
    let mut file = shop.read("out.au");
    if kind != "little-endian" {
        if shop.chance(20, "an annotation") {
            let more = 4 * shop.rng.count(1, 20) as usize;
            let offset = u32::from_be_bytes(*file[4..].first_chunk().expect("a header"));
            let at = offset as usize;
            file[4..8].copy_from_slice(&(offset + more as u32).to_be_bytes());
            file.splice(at..at, vec![b' '; more]);
        }
        if shop.chance(20, "size not known") {
            file[8..12].fill(0xFF);
        }
    }
    Ok(finish(shop, "changed.au", &file, &sound))
}

pub fn caf(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(&RATES_HZ, &CHANNELS, &WIDTHS);
    let (kind, line) = *shop.rng.pick(&[
        ("ffmpeg", "ffmpeg -v error -y -i in.wav -c:a pcm_s8 out.caf"),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s16le out.caf",
        ),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s24be out.caf",
        ),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s32le out.caf",
        ),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_f32le out.caf",
        ),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_alaw out.caf",
        ),
        ("libsndfile", "sndfile-convert -pcm16 in.wav out.caf"),
        (
            "libsndfile",
            "sndfile-convert -endian=little -pcm24 in.wav out.caf",
        ),
        ("libsndfile", "sndfile-convert -float64 in.wav out.caf"),
        ("libsndfile", "sndfile-convert -ulaw in.wav out.caf"),
    ]);
    shop.mode(kind);
    shop.encode(line, "out.caf")?;
    let file = shop.read("out.caf");
    let file = change(&mut shop, CAF, &file, *b"data");
    Ok(finish(shop, "changed.caf", &file, &sound))
}

pub fn wave64(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(&RATES_HZ, &CHANNELS, &WIDTHS);
    let (kind, line) = *shop.rng.pick(&[
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s16le out.w64",
        ),
        (
            "ffmpeg",
            "ffmpeg -v error -y -i in.wav -c:a pcm_s24le out.w64",
        ),
        (
            "ffmpeg, float",
            "ffmpeg -v error -y -i in.wav -c:a pcm_f32le out.w64",
        ),
        ("libsndfile", "sndfile-convert -pcmu8 in.wav out.w64"),
        ("libsndfile", "sndfile-convert -pcm32 in.wav out.w64"),
        ("libsndfile", "sndfile-convert -float64 in.wav out.w64"),
        ("libsndfile", "sndfile-convert -alaw in.wav out.w64"),
    ]);
    shop.mode(kind);
    shop.encode(line, "out.w64")?;
    let file = shop.read("out.w64");
    let mut case = finish(shop, "changed.w64", &file, &sound);
    if kind != "libsndfile" {
        case.frames = None; // this program counts the padding after the samples as samples
    }
    Ok(case)
}

/// Adds chunks, and changes the stated size of the chunk with the samples.
fn change(shop: &mut Workshop, family: Family, file: &[u8], samples: [u8; 4]) -> Vec<u8> {
    let mut chunks = family.read(file);
    let wav = !family.big_endian;
    let data = |chunks: &[Chunk]| chunks.iter().position(|chunk| chunk.name == samples);
    let Some(mut at) = data(&chunks) else {
        return file.to_vec();
    };
    if shop.chance(30, "chunks before the samples") {
        let text = vec![b'x'; shop.rng.count(0, 41) as usize];
        chunks.insert(at, Chunk::new(b"junk", text));
        at += 1;
    }
    if wav && shop.chance(20, "wrong block align") {
        let format = chunks.iter_mut().find(|chunk| chunk.name == *b"fmt ");
        // No value that 24 bits in words of 32 would have.
        let align = *shop.rng.pick(&[0u16, 1, 2, 13]);
        format.expect("a WAV file has one").data[12..14].copy_from_slice(&align.to_le_bytes());
    }
    let last = at + 1 == chunks.len();
    if last && wav && !chunks[at].data.is_empty() && shop.chance(20, "size not known") {
        // As left by a program that could not seek back to the header.
        chunks[at].claimed = Some(u32::MAX.into());
        chunks[at].evened = false;
        if shop.chance(30, "size of 0") {
            chunks[at].claimed = Some(0);
        }
    } else if last && family.long && shop.chance(20, "size not known") {
        chunks[at].claimed = Some(u64::MAX);
    } else if shop.chance(30, "chunks behind the samples") {
        let text = vec![b'y'; 2 * shop.rng.count(2, 40) as usize];
        let name = if family.long {
            b"info"
        } else if wav {
            b"LIST"
        } else {
            b"ANNO"
        };
        chunks.push(Chunk::new(name, text));
    } else if last && chunks[at].data.len() % 2 == 1 && shop.chance(50, "no padding at the end") {
        chunks[at].evened = false;
    }
    family.write(file, &chunks)
}

fn finish(shop: Workshop, name: &str, file: &[u8], sound: &Sound) -> Case {
    let path = shop.write(name, file);
    let mut case = shop.case(path, sound);
    case.references = &[Libsndfile, Ffmpeg];
    case
}
