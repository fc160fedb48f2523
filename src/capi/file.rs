//! Files: clips from files, loaded or streamed; conversion; what a file holds.

use super::clip::amio_clip;
use super::fault::{Checked, Fault, not_one_of};
use super::guard::{Caller, guard};
use super::handles::{self, ReservedHandle};
use super::progress::amio_progress;
use super::sized::{Versioned, text_field};
use super::status::amio_status;
use crate::{Clip, FileFormat, OpenOptions, Quality};
use std::ffi::{c_char, c_void};
use std::mem::offset_of;

/// Good for all uses but measurement, and fast: errors below -134 dB. The default.
pub const AMIO_QUALITY_GOOD: u32 = 0;
/// For previews: as fast as AMIO_QUALITY_GOOD between usual rates, faster between others.
pub const AMIO_QUALITY_DRAFT: u32 = 1;
/// Errors at the limits of 32-bit floats.
pub const AMIO_QUALITY_BEST: u32 = 2;

/// The default kind of file: AMIO_FILE_WAV_F32.
pub const AMIO_FILE_DEFAULT: u32 = 0;
/// WAV, 16-bit integers; RF64 once it passes 4 GiB.
pub const AMIO_FILE_WAV_16: u32 = 1;
/// WAV, 24-bit integers; RF64 once it passes 4 GiB.
pub const AMIO_FILE_WAV_24: u32 = 2;
/// WAV, 32-bit floats; RF64 once it passes 4 GiB.
pub const AMIO_FILE_WAV_F32: u32 = 3;
/// FLAC, 16-bit integers; 1 to 8 channels.
pub const AMIO_FILE_FLAC_16: u32 = 4;
/// FLAC, 24-bit integers; 1 to 8 channels.
pub const AMIO_FILE_FLAC_24: u32 = 5;
/// Wave64, 16-bit integers.
pub const AMIO_FILE_WAVE64_16: u32 = 6;
/// Wave64, 24-bit integers.
pub const AMIO_FILE_WAVE64_24: u32 = 7;
/// Wave64, 32-bit floats.
pub const AMIO_FILE_WAVE64_F32: u32 = 8;

/// How a file becomes a clip. Set struct_size to sizeof(amio_open_options) and everything else to 0,
/// then what differs from the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_open_options {
    /// sizeof(amio_open_options).
    pub struct_size: u32,
    /// The frame rate that the clip is to have, 1000 to 768000; usually what
    /// amio_interface_frame_rate_hz() returns. A file of another rate is converted. 0: the file's.
    pub frame_rate_hz: u32,
    /// One of AMIO_QUALITY_*: how it is converted.
    pub quality: u32,
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_open_options {
    const NAME: &'static str = "amio_open_options";
    const SMALLEST: usize = offset_of!(amio_open_options, quality);
}

/// How many bytes the names in an amio_file_info take, with the NUL that ends them.
pub const AMIO_FORMAT_NAME_BYTES: usize = 64;

/// What a file holds. Set struct_size to sizeof(amio_file_info) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_file_info {
    /// sizeof(amio_file_info).
    pub struct_size: u32,
    /// Frames per second.
    pub frame_rate_hz: u32,
    /// 1 to 64.
    pub channels: u32,
    /// Bits of a sample; 0 where the encoding has no such number.
    pub bits_per_sample: u32,
    /// Length.
    pub frames: u64,
    /// The kind of file, such as "WAV" or "Ogg".
    pub container: [c_char; AMIO_FORMAT_NAME_BYTES],
    /// How samples are written in it, such as "24-bit PCM" or "Vorbis".
    pub encoding: [c_char; AMIO_FORMAT_NAME_BYTES],
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_file_info {
    const NAME: &'static str = "amio_file_info";
    const SMALLEST: usize = size_of::<amio_file_info>();
}

/// Loads a file whole, at the frame rate it has: amio_clip_open_with() without options.
///
/// Thread: any but the audio thread; reads the file.
/// Units: `path` in the bytes of the file system, UTF-8 on most.
/// Ownership: `path` is borrowed for the call. Release the clip with amio_clip_free().
/// Errors: as amio_clip_open_with().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_open(
    path: *const c_char,
    out_clip: *mut *mut amio_clip,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let path = caller.path("path", path)?;
        let out = caller.out("out_clip", out_clip)?;
        let place = ReservedHandle::take()?;
        out.set(place.fill(Clip::open(path)?));
        Ok(())
    })
}

/// Loads a file whole: WAV, RF64, Wave64, AIFF, AU and CAF with PCM or float samples, FLAC, ALAC, MP3,
/// AAC, Vorbis and Opus. Of a damaged file, all intact frames are loaded in their places. Frames between them that
/// cannot be read are an error, or silence if the encoding is lossy. Samples that are NaN,
/// infinite or beyond 1e6 become 0; amio_clip_info() returns how many there were.
///
/// Thread: any but the audio thread; reads the file, and calls `progress`.
/// Units: `path` in the bytes of the file system, UTF-8 on most.
/// Ownership: `path` and `options` are borrowed for the call; `options` NULL: the defaults;
/// `user_data` is handed to `progress`. Release the clip with amio_clip_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_IO; AMIO_ERROR_FORMAT (the message says what was
/// found, and what is supported); AMIO_ERROR_INVALID_ARGUMENT (an empty path or one of 4096 bytes
/// or more; an option out of range); AMIO_ERROR_UNSUPPORTED (the struct is newer than the library);
/// AMIO_ERROR_CANCELLED; AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_open_with(
    path: *const c_char,
    options: *const amio_open_options,
    progress: amio_progress,
    user_data: *mut c_void,
    out_clip: *mut *mut amio_clip,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let path = caller.path("path", path)?;
        let options = read_options(&caller, options)?;
        let out = caller.out("out_clip", out_clip)?;
        let place = ReservedHandle::take()?;
        let clip = Clip::open_with(path, &options, &mut caller.monitor(progress, user_data))
            .map_err(|e| Fault::renamed(e, &OPTION_FIELDS))?;
        out.set(place.fill(clip));
        Ok(())
    })
}

/// Makes a clip that plays a file without loading it, however long it is. An interface on which it is
/// scheduled reads ahead of what plays, and converts what it reads. It sounds bit for bit like the
/// loaded file. If the disk is too slow, missing frames are silent, counted in
/// amio_stats and reported by AMIO_EVENT_UNDERRUN. Frames that cannot be read are silent and reported by
/// AMIO_EVENT_STREAM_FAILED. Functions that read the clip, such as amio_clip_read(), read the file.
///
/// The file stays open as long as the clip lives, and must not change. While it plays the clip takes
/// about 2 MiB of memory for two channels; more if it is played at many places at once or read
/// ahead further than by default.
///
/// Thread: any but the audio thread; reads the beginning of the file; of MP3, ADTS and Ogg, all of it,
/// since their frames have to be counted.
/// Units, ownership: as amio_clip_open_with().
/// Errors: as amio_clip_open_with().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_open_stream(
    path: *const c_char,
    options: *const amio_open_options,
    out_clip: *mut *mut amio_clip,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let path = caller.path("path", path)?;
        let options = read_options(&caller, options)?;
        let out = caller.out("out_clip", out_clip)?;
        let place = ReservedHandle::take()?;
        let clip =
            Clip::open_stream(path, &options).map_err(|e| Fault::renamed(e, &OPTION_FIELDS))?;
        out.set(place.fill(clip));
        Ok(())
    })
}

/// Makes a clip of the same sound at another frame rate. It is round(frames * new rate / old rate) frames
/// long, begins with the same sound, and is as loud.
///
/// Thread: any but the audio thread; calls `progress`.
/// Units: `frame_rate_hz` 1000 to 768000; `quality` one of AMIO_QUALITY_*.
/// Ownership: `clip` stays as it is; `user_data` is handed to `progress`. Release the new clip with
/// amio_clip_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
/// AMIO_ERROR_CANCELLED; AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_convert(
    clip: *mut amio_clip,
    frame_rate_hz: u32,
    quality: u32,
    progress: amio_progress,
    user_data: *mut c_void,
    out_clip: *mut *mut amio_clip,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let clip = handles::get("clip", clip)?;
        let quality = read_quality("quality", quality)?;
        let out = caller.out("out_clip", out_clip)?;
        let monitor = &mut caller.monitor(progress, user_data);
        let place = ReservedHandle::take()?;
        out.set(place.fill(clip.convert(frame_rate_hz, quality, monitor)?));
        Ok(())
    })
}

/// Writes the clip as a 32-bit float WAV file. An existing file is replaced. Beyond 4 GiB it is
/// RF64. amio_clip_save() writes other formats.
///
/// Thread: any but the audio thread; writes the file.
/// Ownership: `path` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_IO;
/// AMIO_ERROR_INVALID_STATE (the file is being written already); AMIO_ERROR_INVALID_ARGUMENT (an
/// empty path or one of 4096 bytes or more); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_save_wav(
    clip: *mut amio_clip,
    path: *const c_char,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let clip = handles::get("clip", clip)?;
        Ok(clip.save(caller.path("path", path)?, FileFormat::WavF32)?)
    })
}

/// Writes the clip to a file in one of AMIO_FILE_*. An existing file is replaced. Integers are
/// rounded to the nearest, without dither, and clipped beyond -1.0 to 1.0.
///
/// Thread: any but the audio thread; writes the file, and calls `progress` meanwhile.
/// Ownership: `path` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_IO (what could be written
/// can be played); AMIO_ERROR_CANCELLED; AMIO_ERROR_INVALID_STATE (the file is being written
/// already); AMIO_ERROR_INVALID_ARGUMENT (file_format; more than 8 channels, or a rate of 65535 Hz
/// or more that is not a multiple of 10 up to 655340, in FLAC; an empty path or one of 4096 bytes
/// or more); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_save(
    clip: *mut amio_clip,
    path: *const c_char,
    file_format: u32,
    progress: amio_progress,
    user_data: *mut c_void,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let clip = handles::get("clip", clip)?;
        let path = caller.path("path", path)?;
        let format = self::file_format("file_format", file_format)?;
        let mut monitor = caller.monitor(progress, user_data);
        Ok(clip.save_with(path, format, &mut monitor)?)
    })
}

/// Returns what a file holds, without loading it.
///
/// Thread: any but the audio thread; reads the beginning of the file; of MP3, ADTS and Ogg, all of it,
/// since their frames have to be counted.
/// Ownership: `path` is borrowed for the call; `out_info` is the caller's, its struct_size must be
/// set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_IO; AMIO_ERROR_FORMAT; AMIO_ERROR_INVALID_ARGUMENT
/// (an empty path or one of 4096 bytes or more; struct_size); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_file_probe(
    path: *const c_char,
    out_info: *mut amio_file_info,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let path = caller.path("path", path)?;
        let out = caller.out_struct("out_info", out_info)?;
        let info = crate::probe(path)?;
        out.set(&amio_file_info {
            struct_size: 0,
            frame_rate_hz: info.frame_rate_hz,
            channels: info.channels.into(),
            bits_per_sample: info.bits_per_sample.unwrap_or(0).into(),
            frames: info.frames,
            container: text_field(info.container),
            encoding: text_field(info.encoding),
        });
        Ok(())
    })
}

fn read_options(caller: &Caller, options: *const amio_open_options) -> Checked<OpenOptions> {
    if options.is_null() {
        return Ok(OpenOptions::default());
    }
    let given = caller.read("options", options)?;
    Ok(OpenOptions {
        frame_rate_hz: Some(given.frame_rate_hz).filter(|hz| *hz != 0),
        quality: read_quality("options->quality", given.quality)?,
    })
}

/// A checked AMIO_FILE_*.
pub(super) fn file_format(what: &str, given: u32) -> Checked<FileFormat> {
    match given {
        AMIO_FILE_DEFAULT | AMIO_FILE_WAV_F32 => Ok(FileFormat::WavF32),
        AMIO_FILE_WAV_16 => Ok(FileFormat::Wav16),
        AMIO_FILE_WAV_24 => Ok(FileFormat::Wav24),
        AMIO_FILE_FLAC_16 => Ok(FileFormat::Flac16),
        AMIO_FILE_FLAC_24 => Ok(FileFormat::Flac24),
        AMIO_FILE_WAVE64_16 => Ok(FileFormat::Wave64_16),
        AMIO_FILE_WAVE64_24 => Ok(FileFormat::Wave64_24),
        AMIO_FILE_WAVE64_F32 => Ok(FileFormat::Wave64F32),
        other => Err(not_one_of(what, other, "AMIO_FILE_*, 0 to 8")),
    }
}

/// The names of options in Rust's messages, and in C.
const OPTION_FIELDS: [(&str, &str); 1] = [("frame_rate_hz", "options->frame_rate_hz")];

fn read_quality(what: &str, quality: u32) -> Checked<Quality> {
    match quality {
        AMIO_QUALITY_GOOD => Ok(Quality::Good),
        AMIO_QUALITY_DRAFT => Ok(Quality::Draft),
        AMIO_QUALITY_BEST => Ok(Quality::Best),
        other => Err(not_one_of(what, other, "AMIO_QUALITY_*, 0 to 2")),
    }
}
