//! Clips: immutable audio data, here from memory.

use super::callback;
use super::fault::{Checked, Fault};
use super::guard::{Caller, check_memory, guard};
use super::handles::{self, Handle, ReservedHandle};
use super::sized::Versioned;
use super::status::amio_status;
use crate::units::{MAX_CHANNELS, MAX_LENGTH_FRAMES};
use crate::{Clip, ClipInfo, Layout, SampleFormat};
use std::ffi::c_void;
use std::mem::offset_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// A shared, immutable piece of audio. Handles are counted: functions that make a clip return a handle with one
/// owner, amio_clip_retain() adds one, amio_clip_free() takes one away. A playspec that uses a
/// clip keeps its data, not its handle.
pub struct amio_clip {
    _opaque: [u8; 0],
}

impl Handle for amio_clip {
    type Target = Clip;
    const NAME: &'static str = "a clip";
}

/// 32-bit float, nominal range -1.0 to 1.0. The default.
pub const AMIO_SAMPLE_F32: u32 = 0;
/// 16-bit signed integer; -32768 is -1.0.
pub const AMIO_SAMPLE_I16: u32 = 1;
/// 24-bit signed integer, packed in three bytes; -2^23 is -1.0.
pub const AMIO_SAMPLE_I24: u32 = 2;
/// 32-bit signed integer; -2^31 is -1.0. Rounded to the nearest float.
pub const AMIO_SAMPLE_I32: u32 = 3;
/// 64-bit float, nominal range -1.0 to 1.0. Rounded to the nearest 32-bit float.
pub const AMIO_SAMPLE_F64: u32 = 4;

/// Frame after frame, each with all its channels. The default.
pub const AMIO_LAYOUT_INTERLEAVED: u32 = 0;
/// Channel after channel, each with all its frames.
pub const AMIO_LAYOUT_PLANAR: u32 = 1;

/// How the samples of a clip lie in memory. Set struct_size to sizeof(amio_clip_format) and
/// everything else to 0, then the fields that you know.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_clip_format {
    /// sizeof(amio_clip_format).
    pub struct_size: u32,
    /// Frames per second, 1000 to 768000. It must be given: there is no default.
    pub frame_rate_hz: u32,
    /// 1 to 64. It must be given: there is no default.
    pub channels: u32,
    /// One of AMIO_SAMPLE_*, in the machine's byte order. 0: 32-bit float.
    pub sample_format: u32,
    /// One of AMIO_LAYOUT_*. 0: interleaved.
    pub layout: u32,
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_clip_format {
    const NAME: &'static str = "amio_clip_format";
    const SMALLEST: usize = offset_of!(amio_clip_format, sample_format);
}

/// What a clip is, apart from its samples. Set struct_size to sizeof(amio_clip_properties) before the
/// call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_clip_properties {
    /// sizeof(amio_clip_properties).
    pub struct_size: u32,
    /// Frames per second.
    pub frame_rate_hz: u32,
    /// 1 to 64.
    pub channels: u32,
    /// 1 if it is played from a file, of which only a part is in memory; otherwise 0.
    pub streamed: u32,
    /// Length.
    pub frames: u64,
    /// A number that no other clip of this process has, or will have: `clip_id` in events.
    pub id: u64,
    /// Samples of the file it comes from that were NaN, infinite or beyond -1e6 to 1e6, and are 0.
    /// Of a streamed clip, in what was read so far; 0 of a clip from memory.
    pub bad_samples: u64,
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_clip_properties {
    const NAME: &'static str = "amio_clip_properties";
    const SMALLEST: usize = offset_of!(amio_clip_properties, id);
}

/// Copies samples of any format and layout into a new clip.
///
/// Thread: any but the audio thread; allocates and reads all samples.
/// Units: `frames` frames of `format->channels` samples each, 0 to 2^60 frames.
/// Ownership: `format` and `samples` are borrowed for the call; `samples` needs no alignment, and may be NULL
/// without frames. Release the clip with amio_clip_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a field of the format or the
/// length is out of range, a sample is NaN, infinite or beyond 1e6); AMIO_ERROR_UNSUPPORTED (the
/// struct is newer than the library); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_new(
    format: *const amio_clip_format,
    samples: *const c_void,
    frames: u64,
    out_clip: *mut *mut amio_clip,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let format = MemoryFormat::read(&caller, "format", format)?;
        new_copied(&caller, format, samples, frames, out_clip)
    })
}

/// Copies interleaved floats into a new clip: amio_clip_new() for the most common format.
///
/// Thread: any but the audio thread; allocates and reads all samples.
/// Units: `frames` frames of `channels` samples each, 0 to 2^60 frames, 1 to 64 channels;
/// `frame_rate_hz` 1000 to 768000; nominal range of a sample -1.0 to 1.0.
/// Ownership: `samples` is borrowed for the call, and may be NULL without frames. Release the clip with
/// amio_clip_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a number is out of range, a
/// sample is NaN, infinite or beyond 1e6); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_new_f32(
    frame_rate_hz: u32,
    channels: u32,
    samples: *const f32,
    frames: u64,
    out_clip: *mut *mut amio_clip,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let format = MemoryFormat::interleaved(frame_rate_hz, channels, SampleFormat::F32)?;
        new_copied(&caller, format, samples.cast(), frames, out_clip)
    })
}

/// Copies interleaved 16-bit integers into a new clip: amio_clip_new() for the format of most
/// WAV files.
///
/// Thread: any but the audio thread; allocates.
/// Units: `frames` frames of `channels` samples each, 0 to 2^60 frames, 1 to 64 channels;
/// `frame_rate_hz` 1000 to 768000; -32768 is -1.0.
/// Ownership: `samples` is borrowed for the call, and may be NULL without frames. Release the clip with
/// amio_clip_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a number is out of range);
/// AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_new_i16(
    frame_rate_hz: u32,
    channels: u32,
    samples: *const i16,
    frames: u64,
    out_clip: *mut *mut amio_clip,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let format = MemoryFormat::interleaved(frame_rate_hz, channels, SampleFormat::I16)?;
        new_copied(&caller, format, samples.cast(), frames, out_clip)
    })
}

/// Makes a clip that plays from the caller's memory, without a copy. The audio thread reads the
/// memory and converts what it reads, so lock it, or at least keep it from being swapped out. It must not
/// change until `release` is called.
///
/// `release(user_data)` is called exactly once, when neither a handle nor a playspec uses the clip any more. It
/// runs on the thread that uses it last, which may be the one that calls amio_clip_free(), amio_playspec_free()
/// or amio_interface_free(), or one of the library's own, but never on the audio thread. It must not call the
/// library, and must return: see "Functions of the program" at the head of this file. If this function fails,
/// `release` is not called and the memory stays the caller's.
///
/// Thread: any but the audio thread; reads all samples.
/// Units: as amio_clip_new().
/// Ownership: `format` is borrowed for the call, the samples until `release`; `user_data` is
/// handed to `release` as it is and may be NULL. Release the clip with amio_clip_free().
/// Errors: as amio_clip_new(); `release` NULL is AMIO_ERROR_NULL_POINTER (for memory that lives
/// for ever, give a function that does nothing).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_new_borrowed(
    format: *const amio_clip_format,
    samples: *const c_void,
    frames: u64,
    release: Option<unsafe extern "C-unwind" fn(user_data: *mut c_void)>,
    user_data: *mut c_void,
    out_clip: *mut *mut amio_clip,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let format = MemoryFormat::read(&caller, "format", format)?;
        let bytes = format.byte_length(samples, frames)?;
        let release = release.ok_or_else(|| Fault::null("release"))?;
        let out = caller.out("out_clip", out_clip)?;
        let place = ReservedHandle::take()?;
        let accepted = Arc::new(AtomicBool::new(false));
        let memory = Borrowed {
            samples: samples.cast(),
            bytes,
            release,
            user_data,
            accepted: accepted.clone(),
        };
        let clip = Clip::from_shared(format.info(frames), format.sample, format.layout, memory)?;
        accepted.store(true, Ordering::Relaxed);
        out.set(place.fill(clip));
        Ok(())
    })
}

/// A `release` for amio_clip_new_borrowed(), for programs whose own code must not run on other
/// threads, such as those in languages with a garbage collector. It stores 1 in the uint32_t that
/// `flag` points to, which is passed as `user_data`. The program reads the flag when it likes, by an atomic load
/// with acquire ordering; once it reads 1, the library no longer uses the samples or the flag.
/// NULL does nothing.
///
/// Thread: any.
/// Ownership: `flag` is an aligned uint32_t, which begins as 0 and lives until it is 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn amio_release_flag(flag: *mut c_void) {
    let flag = flag.cast::<u32>();
    if !flag.is_null() {
        // SAFETY: the caller promises an aligned u32 that lives until this store, and that it is
        // read by atomic loads alone.
        unsafe { AtomicU32::from_ptr(flag) }.store(1, Ordering::Release);
    }
}

/// Returns a clip's rate, channels and length.
///
/// Thread: any. Ownership: `out_properties` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_info(
    clip: *mut amio_clip,
    out_properties: *mut amio_clip_properties,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let clip = handles::get("clip", clip)?;
        let info = clip.info();
        caller
            .out_struct("out_properties", out_properties)?
            .set(&amio_clip_properties {
                struct_size: 0,
                frame_rate_hz: info.frame_rate_hz,
                channels: info.channels.into(),
                streamed: clip.is_streamed().into(),
                frames: info.frames,
                id: clip.id(),
                bad_samples: clip.bad_samples(),
            });
        Ok(())
    })
}

/// Copies frames of one channel, converted to float.
///
/// Thread: any.
/// Units: `channel` from 0; frames `start_frame` to `start_frame + frames - 1` must lie in the
/// clip, at least one of them unless the clip has none.
/// Ownership: `out_samples` is the caller's and has room for `frames` floats.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a
/// channel or frame that the clip has not, no frames); AMIO_ERROR_IO (the file of a streamed clip
/// cannot be read; the message names it and the frame, and what could be read is in `out_samples`);
/// AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_clip_read(
    clip: *mut amio_clip,
    channel: u32,
    start_frame: u64,
    frames: u64,
    out_samples: *mut f32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let clip = handles::get("clip", clip)?;
        let info = clip.info();
        if channel >= info.channels.into() {
            return Err(Fault::argument(format!(
                "channel is {channel}; the clip has channels 0 to {}",
                info.channels - 1
            )));
        }
        if frames == 0 && info.frames > 0
            || start_frame
                .checked_add(frames)
                .is_none_or(|end| end > info.frames)
        {
            return Err(Fault::argument(format!(
                "start_frame is {start_frame} and frames is {frames}; they must name at least one \
                 of the clip's {} frames and none beyond",
                info.frames
            )));
        }
        if frames == 0 {
            return Ok(());
        }
        let out = caller.slice_mut("out_samples", out_samples, frames, 1)?;
        Ok(clip.try_read(channel as u16, start_frame, out)?)
    })
}

/// Adds an owner to a clip's handle; each owner calls amio_clip_free() once.
///
/// Thread: any.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_clip_retain(clip: *mut amio_clip) -> amio_status {
    guard(|| handles::retain("clip", clip))
}

/// Takes an owner from a clip's handle. With the last owner the handle becomes invalid. The samples
/// are freed when no playspec uses them any more. NULL does nothing.
///
/// Thread: any but the audio thread; may call the release callback of a borrowed clip.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_clip_free(clip: *mut amio_clip) -> amio_status {
    guard(|| {
        drop(handles::release("clip", clip)?);
        Ok(())
    })
}

/// A checked `amio_clip_format`.
struct MemoryFormat {
    frame_rate_hz: u32,
    channels: u16,
    sample: SampleFormat,
    layout: Layout,
}

impl MemoryFormat {
    fn read(caller: &Caller, what: &str, format: *const amio_clip_format) -> Checked<MemoryFormat> {
        let format = caller.read(what, format)?;
        let sample = match format.sample_format {
            AMIO_SAMPLE_F32 => SampleFormat::F32,
            AMIO_SAMPLE_I16 => SampleFormat::I16,
            AMIO_SAMPLE_I24 => SampleFormat::I24,
            AMIO_SAMPLE_I32 => SampleFormat::I32,
            AMIO_SAMPLE_F64 => SampleFormat::F64,
            other => {
                return Err(Fault::argument(format!(
                    "{what}->sample_format is {other}; it must be one of AMIO_SAMPLE_*, 0 to 4"
                )));
            }
        };
        let layout = match format.layout {
            AMIO_LAYOUT_INTERLEAVED => Layout::Interleaved,
            AMIO_LAYOUT_PLANAR => Layout::Planar,
            other => {
                return Err(Fault::argument(format!(
                    "{what}->layout is {other}; it must be one of AMIO_LAYOUT_*, 0 or 1"
                )));
            }
        };
        Ok(MemoryFormat {
            layout,
            ..MemoryFormat::interleaved(format.frame_rate_hz, format.channels, sample)?
        })
    }

    fn interleaved(
        frame_rate_hz: u32,
        channels: u32,
        sample: SampleFormat,
    ) -> Checked<MemoryFormat> {
        if !(1..=MAX_CHANNELS.into()).contains(&channels) {
            return Err(Fault::argument(format!(
                "channels is {channels}; it must be 1 to 64"
            )));
        }
        Ok(MemoryFormat {
            frame_rate_hz,
            channels: channels as u16,
            sample,
            layout: Layout::Interleaved,
        })
    }

    fn info(&self, frames: u64) -> ClipInfo {
        ClipInfo {
            frame_rate_hz: self.frame_rate_hz,
            channels: self.channels,
            frames,
        }
    }

    /// The size of `frames` frames. Refuses sizes that no memory can hold. Without frames, the
    /// pointer does not matter.
    fn byte_length(&self, samples: *const c_void, frames: u64) -> Checked<usize> {
        if frames == 0 {
            return Ok(0);
        }
        if frames > MAX_LENGTH_FRAMES {
            return Err(Fault::argument(format!(
                "frames is {frames}; it must be 0 to 2^60"
            )));
        }
        let bytes_per_frame = usize::from(self.channels) * self.sample.bytes_per_sample();
        check_memory("samples", samples.cast::<u8>(), frames, bytes_per_frame)
    }
}

fn new_copied(
    caller: &Caller,
    format: MemoryFormat,
    samples: *const c_void,
    frames: u64,
    out_clip: *mut *mut amio_clip,
) -> Checked {
    let bytes = format.byte_length(samples, frames)?;
    let bytes = match bytes {
        0 => &[],
        bytes => caller.slice("samples", samples.cast::<u8>(), bytes as u64, 1)?,
    };
    let out = caller.out("out_clip", out_clip)?;
    let place = ReservedHandle::take()?;
    let clip = Clip::from_bytes(format.info(frames), format.sample, format.layout, bytes)?;
    out.set(place.fill(clip));
    Ok(())
}

/// The caller's memory, given back when it is dropped.
struct Borrowed {
    samples: *const u8,
    bytes: usize,
    release: unsafe extern "C-unwind" fn(*mut c_void),
    user_data: *mut c_void,
    /// Whether the clip was made: before that, the memory stays the caller's.
    accepted: Arc<AtomicBool>,
}

// SAFETY: the caller promised that the memory does not change until `release`, which may be
// called on any thread but the audio thread.
unsafe impl Send for Borrowed {}
// SAFETY: shared access only reads memory that does not change.
unsafe impl Sync for Borrowed {}

impl AsRef<[u8]> for Borrowed {
    fn as_ref(&self) -> &[u8] {
        if self.bytes == 0 {
            return &[]; // the pointer may be NULL
        }
        // SAFETY: checked when it was made; the caller keeps the memory until `release`.
        unsafe { std::slice::from_raw_parts(self.samples, self.bytes) }
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if self.accepted.load(Ordering::Relaxed) {
            callback::call("release", || {
                // SAFETY: the caller's function, with the caller's argument, once.
                unsafe { (self.release)(self.user_data) }
            });
        }
    }
}
