//! Headers that contradict themselves, were never finished, or are of rarer kinds. What is right is
//! what ffmpeg and libsndfile decode, or what the samples were that the test wrote.

use crate::clip::decode::files::{Folder, make};
use crate::clip::decode::{open, probe};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a header of WAV says of a sample.
#[derive(Clone, Copy, Debug)]
struct Format {
    codec: u16,
    channels: u16,
    bits: u16,
    block_align: u16,
    /// What comes after the first 16 bytes.
    extension: &'static [u8],
}

const MONO_16: Format = Format {
    codec: 1,
    channels: 1,
    bits: 16,
    block_align: 2,
    extension: b"",
};

fn iff_chunk(name: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend((contents.len() as u32).to_le_bytes());
    chunk.extend(contents);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

fn format_chunk(format: Format) -> Vec<u8> {
    let mut contents = format.codec.to_le_bytes().to_vec();
    contents.extend(format.channels.to_le_bytes());
    contents.extend(8_000u32.to_le_bytes());
    contents.extend((8_000 * u32::from(format.block_align)).to_le_bytes());
    contents.extend(format.block_align.to_le_bytes());
    contents.extend(format.bits.to_le_bytes());
    contents.extend(format.extension);
    contents
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    iff_chunk(b"RIFF", &[b"WAVE".to_vec(), chunks.concat()].concat())
}

fn wav(format: Format, data: &[u8]) -> Vec<u8> {
    let chunks = [("fmt ", format_chunk(format)), ("data", data.to_vec())];
    riff(&chunks.map(|(name, contents)| iff_chunk(&name_of(name), &contents)))
}

fn name_of(name: &str) -> [u8; 4] {
    name.as_bytes().try_into().expect("four characters")
}

/// A chunk of Wave64.
fn guid_chunk(name: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let end: &[u8] = match name {
        b"riff" => b"\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\0\0",
        b"list" => b"\x2F\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\0\0",
        _ => b"\xF3\xAC\xD3\x11\x8C\xD1\0\xC0\x4F\x8E\xDB\x8A",
    };
    let mut chunk = [name, end].concat();
    chunk.extend((24 + contents.len() as u64).to_le_bytes());
    chunk.extend(contents);
    chunk.resize(chunk.len().next_multiple_of(8), 0);
    chunk
}

fn wave64(chunks: &[Vec<u8>]) -> Vec<u8> {
    let wave = guid_chunk(b"wave", b"");
    guid_chunk(b"riff", &[&wave[..16], &chunks.concat()].concat())
}

/// A chunk of AIFF.
fn aiff_chunk(name: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut chunk = iff_chunk(name, contents);
    chunk[4..8].copy_from_slice(&(contents.len() as u32).to_be_bytes());
    chunk
}

/// `COMM` of 16 bits in one channel at 8,000 Hz.
fn common(frames: u32) -> Vec<u8> {
    let mut contents = b"\0\x01".to_vec();
    contents.extend(frames.to_be_bytes());
    contents.extend(b"\0\x10\x40\x0B\xFA\0\0\0\0\0\0\0");
    aiff_chunk(b"COMM", &contents)
}

fn aiff(chunks: &[Vec<u8>]) -> Vec<u8> {
    aiff_chunk(b"FORM", &[b"AIFF".to_vec(), chunks.concat()].concat())
}

/// A chunk of CAF.
fn caf_chunk(name: &[u8; 4], size: i64, contents: &[u8]) -> Vec<u8> {
    [name, &size.to_be_bytes()[..], contents].concat()
}

/// `desc` of 16 bits, big-endian, in one channel.
fn description(rate: f64, packet_bytes: u32) -> Vec<u8> {
    let mut contents = rate.to_be_bytes().to_vec();
    contents.extend(b"lpcm\0\0\0\0");
    contents.extend(packet_bytes.to_be_bytes());
    contents.extend(b"\0\0\0\x01\0\0\0\x01\0\0\0\x10");
    caf_chunk(b"desc", 32, &contents)
}

fn caf(chunks: &[Vec<u8>]) -> Vec<u8> {
    [b"caff\0\x01\0\0".to_vec(), chunks.concat()].concat()
}

/// All samples of a file, interleaved.
fn decoded(path: &Path) -> Vec<f32> {
    let mut source = open(path).unwrap_or_else(|error| panic!("{error}")).source;
    let info = source.info();
    let mut channels = vec![vec![9.0; info.frames as usize + 1]; info.channels.into()];
    let mut slices: Vec<&mut [f32]> = channels.iter_mut().map(|c| &mut c[..]).collect();
    let frames = source.read(&mut slices).expect("the file is there");
    assert_eq!(frames as u64, info.frames);
    (0..frames)
        .flat_map(|frame| channels.iter().map(move |channel| channel[frame]))
        .collect()
}

fn decoded_bytes(folder: &Folder, bytes: &[u8]) -> Vec<f32> {
    let path = folder.path().join("file");
    fs::write(&path, bytes).expect("the folder is writable");
    decoded(&path)
}

fn raw(bytes: &[u8]) -> Vec<f32> {
    let (samples, _) = bytes.as_chunks::<4>();
    samples.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

fn by_ffmpeg(path: &Path) -> Vec<f32> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(path);
    let done = ffmpeg.args(["-f", "f32le", "-"]).output();
    raw(&done.expect("ffmpeg is installed").stdout)
}

fn by_libsndfile(path: &Path) -> Vec<f32> {
    let out = path.with_extension("raw");
    // As floats, it would scale them by their peak.
    make("sndfile-convert -pcm32 $in $out", path, &out);
    let bytes = fs::read(&out).expect("it was made");
    let (samples, _) = bytes.as_chunks::<4>();
    let sample = |bytes: &[u8; 4]| i32::from_le_bytes(*bytes) as f32 / 2_147_483_648.0;
    samples.iter().map(sample).collect()
}

const EXTENSIBLE: u16 = 0xFFFE;

#[test]
fn integers_are_as_long_as_their_bits_whatever_the_block_align_says() {
    let folder = Folder::new("align");
    let path = folder.path().join("file.wav");
    // Small values in the upper bytes, so that no reading of them is silence or full scale.
    let data: Vec<u8> = (0..240u32).map(|n| (n * 7 % 251) as u8).collect();
    for (codec, bits) in [(1, 8), (1, 12), (1, 16), (1, 20), (1, 32), (6, 8), (7, 16)] {
        for (channels, bytes) in [
            (1, 0),
            (1, 1),
            (1, 2),
            (1, 5),
            (1, 16),
            (2, 0),
            (2, 1),
            (2, 2),
        ] {
            let format = Format {
                codec,
                channels,
                bits,
                block_align: channels * bytes,
                extension: b"",
            };
            fs::write(&path, wav(format, &data)).expect("the folder is writable");
            assert_eq!(decoded(&path), by_ffmpeg(&path), "{format:?}");
        }
    }
    for bits in [32, 64] {
        let data = match bits {
            32 => [0.5f32, -0.25].map(f32::to_le_bytes).concat(),
            _ => [0.5f64, -0.25].map(f64::to_le_bytes).concat(),
        };
        for block_align in [0, 2, 4, 8, 16] {
            let format = Format {
                codec: 3,
                bits,
                block_align,
                ..MONO_16
            };
            let found = decoded_bytes(&folder, &wav(format, &data));
            assert_eq!(found, [0.5, -0.25], "{format:?}");
        }
    }
    // What libsndfile says of those that public reports are about.
    for (channels, block_align) in [(1, 0), (1, 1), (1, 16), (2, 2)] {
        let format = Format {
            channels,
            block_align,
            ..MONO_16
        };
        fs::write(&path, wav(format, &data)).expect("the folder is writable");
        assert_eq!(decoded(&path), by_libsndfile(&path), "{format:?}");
    }
}

#[test]
fn integers_of_24_bits_may_lie_at_the_top_of_words() {
    let folder = Folder::new("words");
    let data: Vec<u8> = [0.5f32, -0.25, 0.125]
        .iter()
        .flat_map(|x| ((x * 2f32.powi(31)) as i32).to_le_bytes())
        .collect();
    for (codec, bits, extension) in [
        (1, 24, &b""[..]),
        (1, 20, b""),
        (
            EXTENSIBLE,
            24,
            b"\x16\0\x18\0\0\0\0\0\x01\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71",
        ),
        (
            EXTENSIBLE,
            32,
            b"\x16\0\x18\0\0\0\0\0\x01\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71",
        ),
    ] {
        let format = Format {
            codec,
            channels: 1,
            bits,
            block_align: 4,
            extension,
        };
        assert_eq!(
            decoded_bytes(&folder, &wav(format, &data)),
            [0.5, -0.25, 0.125],
            "{format:?}"
        );
    }
}

/// Two samples, 0.5 and -0.5, in the order of bytes of WAV.
const LITTLE: &[u8] = b"\0\x40\0\xC0";
/// In that of AIFF and CAF.
const BIG: &[u8] = b"\x40\0\xC0\0";

#[test]
fn a_chunk_behind_no_samples_is_not_played() {
    let folder = Folder::new("empty");
    let info = b"INFOISFT\x06\0\0\0sox 14";
    let format = iff_chunk(b"fmt ", &format_chunk(MONO_16));
    let list = iff_chunk(b"LIST", info);
    let tags = [iff_chunk(b"id3 ", b"ID3"), list.clone()].concat();
    for (size, behind) in [(0u32, &list), (u32::MAX, &list), (0, &tags)] {
        let mut data = iff_chunk(b"data", b"");
        data[4..8].copy_from_slice(&size.to_le_bytes());
        let file = riff(&[format.clone(), data, behind.clone()]);
        assert_eq!(decoded_bytes(&folder, &file), [0.0; 0]);
        // Also where something else comes behind the form.
        assert_eq!(
            decoded_bytes(&folder, &[&file, &b"junk"[..]].concat()),
            [0.0; 0]
        );
    }
    let rf64 = |bytes: u64| {
        let sizes = [0u64.to_le_bytes(), bytes.to_le_bytes(), [0; 8]].concat();
        let ds64 = iff_chunk(b"ds64", &[&sizes[..], b"\0\0\0\0"].concat());
        let mut data = iff_chunk(b"data", b"");
        data[4..].fill(0xFF);
        let mut file = riff(&[ds64, format.clone(), data, list.clone()]);
        file[..8].copy_from_slice(b"RF64\xFF\xFF\xFF\xFF");
        file
    };
    assert_eq!(decoded_bytes(&folder, &rf64(0)), [0.0; 0]);

    let list = guid_chunk(b"list", info);
    let format = guid_chunk(b"fmt ", &format_chunk(MONO_16));
    for size in [0, 24, u64::MAX] {
        let mut data = guid_chunk(b"data", b"");
        data[16..24].copy_from_slice(&u64::to_le_bytes(size));
        let file = wave64(&[format.clone(), data, list.clone()]);
        assert_eq!(decoded_bytes(&folder, &file), [0.0; 0], "{size}");
    }

    let name = aiff_chunk(b"NAME", b"nothing ");
    for ssnd in [
        aiff_chunk(b"SSND", b""),
        aiff_chunk(b"SSND", &[0; 8]),
        Vec::new(),
    ] {
        let file = aiff(&[common(0), ssnd, name.clone()]);
        assert_eq!(decoded_bytes(&folder, &file), [0.0; 0]);
    }

    let info = caf_chunk(b"info", 8, b"\0\0\0\0\0\0\0\0");
    for data in [
        caf_chunk(b"data", 0, b""),
        caf_chunk(b"data", 4, b"\0\0\0\0"),
        caf_chunk(b"data", -1, b""),
    ] {
        let file = caf(&[description(8_000.0, 2), data, info.clone()]);
        assert_eq!(decoded_bytes(&folder, &file), [0.0; 0]);
    }
}

#[test]
fn what_follows_a_size_that_was_never_written_is_samples() {
    let folder = Folder::new("unwritten");
    let format = iff_chunk(b"fmt ", &format_chunk(MONO_16));
    for size in [0u32, u32::MAX] {
        let mut data = iff_chunk(b"data", b"");
        data[4..8].copy_from_slice(&size.to_le_bytes());
        let file = [riff(&[format.clone(), data]), LITTLE.to_vec()].concat();
        assert_eq!(decoded_bytes(&folder, &file), [0.5, -0.5]);
    }
    for size in [0, 24, u64::MAX] {
        let mut data = guid_chunk(b"data", LITTLE);
        data[16..24].copy_from_slice(&u64::to_le_bytes(size));
        data.truncate(28);
        let format = guid_chunk(b"fmt ", &format_chunk(MONO_16));
        let file = wave64(&[format, data]);
        assert_eq!(&decoded_bytes(&folder, &file)[..2], [0.5, -0.5], "{size}");
    }
    let mut samples = aiff_chunk(b"SSND", &[&[0; 8], BIG].concat());
    samples[4..8].fill(0);
    assert_eq!(
        decoded_bytes(&folder, &aiff(&[common(0), samples])),
        [0.5, -0.5]
    );
    for size in [0, -1] {
        let data = caf_chunk(b"data", size, &[&[0; 4], BIG].concat());
        let file = caf(&[description(8_000.0, 2), data]);
        assert_eq!(decoded_bytes(&folder, &file), [0.5, -0.5], "{size}");
    }
}

#[test]
fn a_pad_byte_may_be_missing_and_junk_may_follow() {
    let folder = Folder::new("pad");
    let format = iff_chunk(b"fmt ", &format_chunk(MONO_16));
    let data = iff_chunk(b"data", LITTLE);
    let mut odd = iff_chunk(b"note", b"odd");
    for pad in [true, false] {
        if !pad {
            odd.pop();
        }
        let file = riff(&[odd.clone(), format.clone(), data.clone()]);
        assert_eq!(decoded_bytes(&folder, &file), [0.5, -0.5], "{pad}");
    }
    for junk in [&b"\0"[..], b"TAG and more", &[0; 1000]] {
        let file = [&riff(&[format.clone(), data.clone()]), junk].concat();
        assert_eq!(decoded_bytes(&folder, &file), [0.5, -0.5]);
    }
    let mut odd = aiff_chunk(b"SSND", &[&[0; 8], &BIG[..3]].concat());
    odd.pop();
    let file = aiff(&[odd, common(1)]);
    assert_eq!(decoded_bytes(&folder, &file), [0.5]);
    // A size beyond the end of the file.
    let mut long = data.clone();
    long[4..8].copy_from_slice(&1_000u32.to_le_bytes());
    assert_eq!(decoded_bytes(&folder, &riff(&[format, long])), [0.5, -0.5]);
}

#[test]
fn rf64_has_a_table_for_all_sizes_beyond_32_bits() {
    let folder = Folder::new("table");
    let mut ds64 = [
        [0u64, 4, 2].map(u64::to_le_bytes).concat(),
        vec![1, 0, 0, 0],
    ]
    .concat();
    ds64.extend(b"bext");
    ds64.extend(6u64.to_le_bytes());
    let mut long = iff_chunk(b"bext", b"aaaaaa");
    long[4..8].fill(0xFF);
    let mut data = iff_chunk(b"data", LITTLE);
    data[4..8].fill(0xFF);
    let mut file = riff(&[
        iff_chunk(b"ds64", &ds64),
        long,
        iff_chunk(b"fmt ", &format_chunk(MONO_16)),
        data,
        iff_chunk(b"LIST", b"INFO"),
    ]);
    for magic in [b"RF64", b"BW64"] {
        file[..4].copy_from_slice(magic);
        assert_eq!(decoded_bytes(&folder, &file), [0.5, -0.5]);
    }
}

#[test]
fn a_size_beyond_all_numbers_ends_the_chunks() {
    let folder = Folder::new("huge");
    let mut ds64 = [
        [0u64, 4, 2].map(u64::to_le_bytes).concat(),
        b"\x01\0\0\0bext".to_vec(),
    ]
    .concat();
    ds64.extend(u64::MAX.to_le_bytes());
    let mut huge = iff_chunk(b"bext", b"aaaaaa");
    huge[4..8].fill(0xFF);
    let mut file = riff(&[
        iff_chunk(b"ds64", &ds64),
        iff_chunk(b"fmt ", &format_chunk(MONO_16)),
        huge,
        iff_chunk(b"data", LITTLE),
    ]);
    file[..4].copy_from_slice(b"RF64");
    let path = folder.path().join("file");
    fs::write(&path, file).expect("the folder is writable");
    let error = open(&path)
        .map(|_| ())
        .expect_err("its data is out of reach");
    assert!(error.to_string().contains("RF64 without data"), "{error}");
}

#[test]
fn ambisonic_files_have_guids_of_their_own() {
    let folder = Folder::new("amb");
    for (codec, bits, data) in [
        ("\x01", 16, LITTLE.to_vec()),
        ("\x03", 32, [0.5f32, -0.5].map(f32::to_le_bytes).concat()),
    ] {
        let mut contents = format_chunk(Format {
            codec: EXTENSIBLE,
            channels: 2,
            bits,
            block_align: bits / 4,
            extension: b"\x16\0",
        });
        contents.extend([bits as u8, 0, 0, 0, 0, 0]);
        contents.extend(codec.bytes());
        contents.extend(b"\0\0\0\x21\x07\xD3\x11\x86\x44\xC8\xC1\xCA\0\0\0");
        let file = riff(&[iff_chunk(b"fmt ", &contents), iff_chunk(b"data", &data)]);
        assert_eq!(decoded_bytes(&folder, &file), [0.5, -0.5], "{bits}");
    }
}

#[test]
fn a_rate_that_is_no_whole_number_is_the_nearest() {
    let folder = Folder::new("rate");
    let path = folder.path().join("file");
    let data = caf_chunk(b"data", 8, &[&[0; 4], BIG].concat());
    for (rate, hz) in [(47_999.999, 48_000), (44_100.4, 44_100), (44_099.5, 44_100)] {
        let file = caf(&[description(rate, 2), data.clone()]);
        fs::write(&path, file).expect("the folder is writable");
        assert_eq!(probe(&path).expect("it is CAF").frame_rate_hz, hz, "{rate}");
    }
    // 44,099.75 Hz as AIFF has it: 2^15 times a mantissa of 63 bits behind the point.
    let mut file = aiff(&[common(2), aiff_chunk(b"SSND", &[&[0; 8], BIG].concat())]);
    let at = 12 + 8 + 8;
    file[at..at + 10].copy_from_slice(b"\x40\x0E\xAC\x43\xC0\0\0\0\0\0");
    fs::write(&path, file).expect("the folder is writable");
    assert_eq!(probe(&path).expect("it is AIFF").frame_rate_hz, 44_100);
}

#[test]
fn sizes_of_caf_and_au_that_contradict_themselves_give_way_to_the_bits() {
    let folder = Folder::new("sizes");
    let data = caf_chunk(b"data", 8, &[&[0; 4], BIG].concat());
    for packet_bytes in [0, 1, 2, 5, 16] {
        let file = caf(&[description(8_000.0, packet_bytes), data.clone()]);
        assert_eq!(decoded_bytes(&folder, &file), [0.5, -0.5], "{packet_bytes}");
    }
    for offset in [0, 24] {
        let mut file = b".snd\0\0\0".to_vec();
        file.push(offset);
        file.extend(b"\0\0\0\x04\0\0\0\x03\0\0\x1F\x40\0\0\0\x01");
        file.extend(BIG);
        assert_eq!(decoded_bytes(&folder, &file), [0.5, -0.5], "{offset}");
    }
}

#[test]
fn wave64_is_read_with_every_encoding_of_wav() {
    let folder = Folder::new("wave64");
    let chunk = |contents: Vec<u8>| guid_chunk(b"fmt ", &contents);
    for format in [
        MONO_16,
        Format {
            block_align: 1,
            ..MONO_16
        },
        Format {
            codec: EXTENSIBLE,
            extension: b"\x16\0\x10\0\0\0\0\0\x01\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71",
            ..MONO_16
        },
    ] {
        let file = wave64(&[
            guid_chunk(b"junk", b"odd"),
            chunk(format_chunk(format)),
            guid_chunk(b"fact", &2u64.to_le_bytes()),
            guid_chunk(b"data", LITTLE),
            guid_chunk(b"list", b"INFO"),
        ]);
        assert_eq!(decoded_bytes(&folder, &file), [0.5, -0.5], "{format:?}");
    }
    let path = folder.path().join("file");
    let info = probe(&path).expect("it is Wave64");
    assert_eq!((info.container, info.encoding), ("Wave64", "16-bit PCM"));
}
