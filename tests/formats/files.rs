//! Makes audio files with common tools, from sounds that are generated here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder for the files of a test; it is removed when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("amio-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder for temporary files is writable");
        Folder(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A sound from which files are made.
#[derive(Clone, Copy, Debug)]
pub struct Sound {
    pub frame_rate_hz: u32,
    pub channels: u16,
    pub frames: u32,
}

impl Sound {
    /// Writes it as 24-bit WAV: each channel has another tone, and noise.
    pub fn write(self, path: &Path) {
        let mut data = Vec::new();
        let mut random = 1u32;
        for frame in 0..self.frames {
            for channel in 0..self.channels {
                let hertz = 200.0 + 170.0 * f64::from(channel);
                let phase = f64::from(frame) / f64::from(self.frame_rate_hz) * hertz;
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = f64::from(random >> 8) / f64::from(1 << 24) - 0.5;
                let sample = 0.4 * (phase * std::f64::consts::TAU).sin() + 0.2 * noise;
                data.extend_from_slice(&((sample * 8_388_607.0) as i32).to_le_bytes()[..3]);
            }
        }
        let frame_bytes = 3 * u32::from(self.channels);
        // For more than two channels, the tools need a channel mask.
        let speakers: u32 = match self.channels {
            7 => 0x70F,
            8 => 0x63F,
            channels => (1 << channels) - 1,
        };
        let extension = [
            b"\x16\0\x18\0",
            &speakers.to_le_bytes()[..],
            b"\x01\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71",
        ]
        .concat();
        let extension = match self.channels {
            1 | 2 => &[][..],
            _ => &extension,
        };
        let codec: u16 = if extension.is_empty() { 1 } else { 0xFFFE };
        let format_bytes = 16 + extension.len() as u32;
        let mut file = b"RIFF".to_vec();
        file.extend((20 + format_bytes + data.len() as u32).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend(format_bytes.to_le_bytes());
        file.extend(codec.to_le_bytes());
        file.extend(self.channels.to_le_bytes());
        file.extend(self.frame_rate_hz.to_le_bytes());
        file.extend((self.frame_rate_hz * frame_bytes).to_le_bytes());
        file.extend((frame_bytes as u16).to_le_bytes());
        file.extend(b"\x18\0");
        file.extend(extension);
        file.extend(b"data");
        file.extend((data.len() as u32).to_le_bytes());
        file.extend(data);
        fs::write(path, file).expect("the folder is writable");
    }
}

/// Runs a line of shell with `$in` and `$out`; it must succeed.
pub fn make(line: &str, input: &Path, output: &Path) {
    let done = Command::new("bash")
        .args(["-euc", line])
        .env("in", input)
        .env("out", output)
        .output()
        .expect("there is a shell");
    assert!(
        done.status.success() && output.exists(),
        "{line}: {}\n{}",
        done.status,
        String::from_utf8_lossy(&done.stderr)
    );
}

/// The lines of a table: the name of a file, and the command that makes it.
pub fn recipes(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table.lines().filter_map(|line| {
        let (name, command) = line.trim().split_once(' ')?;
        Some((name, command.trim()))
    })
}

/// Lossless formats.
pub const LOSSLESS: &str = "
    u8.wav          sox $in -b 8 -e unsigned $out
    s16.wav         sox -D $in -b 16 $out
    s24.wav         ffmpeg -v error -i $in -c:a pcm_s24le $out
    s32.wav         sox $in -b 32 $out
    f32.wav         ffmpeg -v error -i $in -c:a pcm_f32le $out
    f64.wav         ffmpeg -v error -i $in -c:a pcm_f64le $out
    alaw.wav        ffmpeg -v error -i $in -c:a pcm_alaw $out
    mulaw.wav       sox $in -e mu-law $out
    16.rf64.wav     ffmpeg -v error -i $in -rf64 always $out
    24.rf64.wav     sndfile-convert -pcm24 $in $out.rf64 && mv $out.rf64 $out
    x24.wav         ffmpeg -v error -i $in -write_bext 1 -c:a pcm_s24le $out
    16.rifx.wav     sndfile-convert -endian=big -pcm16 $in $out
    24.rifx.wav     sndfile-convert -endian=big -pcm24 $in $out
    f64.rifx.wav    sndfile-convert -endian=big -float64 $in $out
    u8.w64          sndfile-convert -pcmu8 $in $out
    16.w64          sndfile-convert -pcm16 $in $out
    24.w64          sndfile-convert -pcm24 $in $out
    s32.w64         sndfile-convert -pcm32 $in $out
    f32.w64         sndfile-convert -float32 $in $out
    f64.w64         sndfile-convert -float64 $in $out
    alaw.w64        sndfile-convert -alaw $in $out
    mulaw.w64       sndfile-convert -ulaw $in $out
    s8.aiff         sox $in -b 8 $out
    s16.aiff        sox -D $in -b 16 $out
    s24.aiff        ffmpeg -v error -i $in -c:a pcm_s24be $out
    s32.aiff        sndfile-convert -pcm32 $in $out
    f32.aifc        ffmpeg -v error -i $in -c:a pcm_f32be -f aiff $out
    f64.aifc        sndfile-convert -float64 $in $out
    u8.aifc         ffmpeg -v error -i $in -c:a pcm_u8 -f aiff $out
    s24le.aifc      sndfile-convert -endian=little -pcm24 $in $out
    s32le.aifc      sndfile-convert -endian=little -pcm32 $in $out
    sowt.aifc       ffmpeg -v error -i $in -c:a pcm_s16le -f aiff $out
    alaw.aifc       ffmpeg -v error -i $in -c:a pcm_alaw -f aiff $out
    mulaw.aifc      ffmpeg -v error -i $in -c:a pcm_mulaw -f aiff $out
    s8.au           sox $in -b 8 -e signed $out
    s16.au          sndfile-convert -pcm16 $in $out
    s24.au          ffmpeg -v error -i $in -c:a pcm_s24be $out
    s32.au          sndfile-convert -pcm32 $in $out
    f32.au          ffmpeg -v error -i $in -c:a pcm_f32be $out
    f64.au          ffmpeg -v error -i $in -c:a pcm_f64be $out
    alaw.au         sox $in -e a-law $out
    mulaw.au        sox $in -e mu-law $out
    s16.dns.au      sndfile-convert -endian=little -pcm16 $in $out
    s24.dns.au      sndfile-convert -endian=little -pcm24 $in $out
    s8.dns.au       sndfile-convert -endian=little -pcms8 $in $out
    s32.dns.au      sndfile-convert -endian=little -pcm32 $in $out
    alaw.dns.au     sndfile-convert -endian=little -alaw $in $out
    mulaw.dns.au    sndfile-convert -endian=little -ulaw $in $out
    f32.dns.au      sndfile-convert -endian=little -float32 $in $out
    f64.dns.au      sndfile-convert -endian=little -float64 $in $out
    s8.caf          ffmpeg -v error -i $in -c:a pcm_s8 $out
    s16.caf         sndfile-convert -pcm16 $in $out
    s16le.caf       ffmpeg -v error -i $in -c:a pcm_s16le $out
    s24.caf         ffmpeg -v error -i $in -c:a pcm_s24be $out
    s32.caf         ffmpeg -v error -i $in -c:a pcm_s32le $out
    f32.caf         ffmpeg -v error -i $in -c:a pcm_f32le $out
    f64.caf         sndfile-convert -float64 $in $out
    alaw.caf        ffmpeg -v error -i $in -c:a pcm_alaw $out
    mulaw.caf       ffmpeg -v error -i $in -c:a pcm_mulaw $out
    16.flac         sox -D $in -b 16 $out
    24.flac         flac -s $in -o $out
    8.flac          flac -s -8 --blocksize=1152 $in -o $out
    0.flac          flac -s -0 --no-seektable --no-padding $in -o $out
    sf.flac         sndfile-convert -pcm24 $in $out
    pipe.flac       flac -s -c $in | cat >$out
";

/// Lossless formats that, of the tools, only ffmpeg can read.
pub const LOSSLESS_OF_FFMPEG: &str = "
    flac.ogg        ffmpeg -v error -i $in -c:a flac $out
    alac24.m4a      ffmpeg -v error -i $in -c:a alac $out
    alac16.m4a      ffmpeg -v error -i $in -c:a alac -sample_fmt s16p $out
    alac.caf        ffmpeg -v error -i $in -c:a alac $out
    alac.mov        ffmpeg -v error -i $in -c:a alac $out
";

/// Lossy formats that store the length of the sound, with one or two channels.
pub const LOSSY: &str = "
    cbr.mp3         lame --quiet -b 128 $in $out
    vbr.mp3         lame --quiet -V 4 $in $out
    low.mp3         lame --quiet -b 64 --resample 24 $in $out
    ffmpeg.mp3      ffmpeg -v error -i $in -c:a libmp3lame -b:a 320k $out
    tagged.mp3      lame --quiet -b 128 --tt title --add-id3v2 $in $out
    checksums.mp3   lame --quiet -p -b 128 $in $out
    oggenc.ogg      oggenc -Q -q 3 $in -o $out
    ffmpeg.ogg      ffmpeg -v error -i $in -c:a libvorbis -q 8 $out
    sf.ogg          sndfile-convert -vorbis $in $out
";

/// Vorbis of any number of channels.
pub const VORBIS: &str = "
    surround.ogg    oggenc -Q -q 3 $in -o $out
    best.ogg        ffmpeg -v error -i $in -c:a libvorbis -q 9 $out
";

/// Opus: always 48,000 Hz.
pub const OPUS: &str = "
    opusenc.opus    opusenc --quiet --bitrate 96 $in $out
    speech.opus     opusenc --quiet --speech --bitrate 24 $in $out
    short.opus      opusenc --quiet --framesize 2.5 $in $out
    ffmpeg.opus     ffmpeg -v error -i $in -c:a libopus -b:a 128k $out
";

/// AAC without noise substitution (PNS), which each decoder fills with other noise.
pub const AAC: &str = "
    faststart.m4a   ffmpeg -v error -i $in -c:a aac -aac_pns 0 -movflags +faststart $out
    low.m4a         ffmpeg -v error -i $in -c:a aac -aac_pns 0 -b:a 48k $out
    aac.mov         ffmpeg -v error -i $in -c:a aac -aac_pns 0 $out
";

/// Formats that do not store the length of the sound.
pub const FORGETFUL: &str = "
    adts.aac        ffmpeg -v error -i $in -c:a aac -aac_pns 0 $out
    untagged.mp3    lame --quiet -t -b 128 $in $out
    tiny.mp3        lame --quiet -b 48 --resample 44.1 $in $out
";
