//! Analyses: what a clip or a file looks like, and how loud it is.

use super::clip::{amio_clip, amio_clip_properties};
use super::fault::{Checked, Fault};
use super::guard::{Caller, guard};
use super::handles::{self, Handle, ReservedHandle};
use super::progress::amio_progress;
use super::sized::Versioned;
use super::status::{AMIO_ERROR_INVALID_STATE, amio_status};
use crate::{Analysis, ClipInfo, Loudness, Overview};
use std::ffi::{c_char, c_void};
use std::sync::Arc;

/// The result of an analysis of a clip or a file: an overview for drawing it at any zoom, its loudness, or
/// both. It does not change.
pub struct amio_analysis {
    _opaque: [u8; 0],
}

impl Handle for amio_analysis {
    type Target = Arc<Findings>;
    const NAME: &'static str = "an analysis";
}

/// Peaks and RMS for drawing.
pub const AMIO_ANALYSE_OVERVIEW: u32 = 1;
/// Loudness by EBU R128, and the levels of each channel.
pub const AMIO_ANALYSE_LOUDNESS: u32 = 2;

/// What to draw for one range of a channel. Units: linear, 1.0 is full scale; all 0 where there are no
/// frames. This struct never grows, so that arrays of it keep their layout.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_bucket {
    /// The least sample.
    pub min: f32,
    /// The greatest sample.
    pub max: f32,
    /// The root of the mean square.
    pub rms: f32,
}

/// How loud something is as a whole, by EBU R128. Set struct_size to sizeof(amio_loudness) before
/// the call.
///
/// The number of channels decides the loudspeaker of each channel, in the order of WAV files: 1 is
/// counted once, 2 is stereo, 3 left, right, centre, 4 quadraphonic, 5 and 6 a 5.1 without and with
/// its LFE channel, 7 a 6.1, 8 a 7.1. With more channels, and below 4000 Hz, no loudness is measured;
/// peaks are measured all the same.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_loudness {
    /// sizeof(amio_loudness).
    pub struct_size: u32,
    /// Reserved; 0.
    pub reserved: u32,
    /// The loudness of the whole, gated, in LUFS; minus infinity if nothing of 400 ms is louder than
    /// -70 LUFS.
    pub integrated_lufs: f64,
    /// The loudness range (LRA), in LU; 0 if nothing of 3 s is louder than -70 LUFS.
    pub range_lu: f64,
    /// The loudest 400 ms, in LUFS; minus infinity if it is shorter, or silent.
    pub max_momentary_lufs: f64,
    /// The loudest 3 s, in LUFS; minus infinity if it is shorter, or silent.
    pub max_short_term_lufs: f64,
    /// The largest sample peak of all channels; linear, 1.0 is full scale.
    pub sample_peak: f32,
    /// The largest true peak of all channels; linear, 1.0 is full scale.
    pub true_peak: f32,
}

// SAFETY: repr(C), the first field is its size, and it has numbers only.
unsafe impl Versioned for amio_loudness {
    const NAME: &'static str = "amio_loudness";
    const SMALLEST: usize = size_of::<amio_loudness>();
}

/// The levels of one channel. Units: linear, 1.0 is full scale. Set struct_size to
/// sizeof(amio_channel_levels) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_channel_levels {
    /// sizeof(amio_channel_levels).
    pub struct_size: u32,
    /// Reserved; 0.
    pub reserved: u32,
    /// The largest magnitude of a sample.
    pub sample_peak: f32,
    /// The largest magnitude, also between samples: computed from four times as many samples below 96 kHz, twice
    /// as many below 192 kHz; above, the sample peak.
    pub true_peak: f32,
    /// The root of the mean square of all samples.
    pub rms: f64,
    /// The mean of all samples.
    pub dc_offset: f64,
    /// How many samples are at or beyond full scale, which is 32767/32768, the greatest that 16 bits
    /// hold.
    pub clipped: u64,
}

// SAFETY: repr(C), the first field is its size, and it has numbers only.
unsafe impl Versioned for amio_channel_levels {
    const NAME: &'static str = "amio_channel_levels";
    const SMALLEST: usize = size_of::<amio_channel_levels>();
}

/// Analyses a clip in one pass. An overview keeps the clip's data, and is exact at any zoom. The overview of a
/// streamed clip is that of its file: see amio_analysis_open().
///
/// Thread: any but the audio thread; allocates and reads all samples.
/// Units: `parts` is AMIO_ANALYSE_OVERVIEW, AMIO_ANALYSE_LOUDNESS, or both added up, which 0 means
/// too. An overview takes a 64th of the memory of the clip as floats.
/// Ownership: `progress` may be NULL; it is called with `user_data` during the call. Release the
/// analysis with amio_analysis_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (parts
/// that do not exist); AMIO_ERROR_CANCELLED; AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_analysis_new(
    clip: *mut amio_clip,
    parts: u32,
    progress: amio_progress,
    user_data: *mut c_void,
    out_analysis: *mut *mut amio_analysis,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let clip = handles::get("clip", clip)?;
        let parts = Parts::checked(parts)?;
        let out = caller.out("out_analysis", out_analysis)?;
        let place = ReservedHandle::take()?;
        let mut monitor = caller.monitor(progress, user_data);
        let findings: Findings = match parts {
            Parts::Overview => Overview::of_clip(&clip, &mut monitor)?.into(),
            Parts::Loudness => Loudness::of_clip(&clip, &mut monitor)?.into(),
            Parts::Both => Analysis::of_clip(&clip, &mut monitor)?.into(),
        };
        out.set(place.fill(Arc::new(findings)));
        Ok(())
    })
}

/// Analyses a file in one pass, without loading it. Its overview is exact if ranges begin and end at
/// multiples of 256 frames; otherwise it covers up to 255 more frames at each end.
///
/// Thread: any but the audio thread; reads the file.
/// Units: `path` in the bytes of the file system, UTF-8 on most; `parts` as amio_analysis_new().
/// Ownership: `path` is borrowed for the call; `progress` may be NULL; it is called with `user_data`
/// during the call. Release the analysis with amio_analysis_free().
/// Errors: as amio_clip_open(); AMIO_ERROR_INVALID_ARGUMENT (parts that do not exist);
/// AMIO_ERROR_CANCELLED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_analysis_open(
    path: *const c_char,
    parts: u32,
    progress: amio_progress,
    user_data: *mut c_void,
    out_analysis: *mut *mut amio_analysis,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let path = caller.path("path", path)?;
        let parts = Parts::checked(parts)?;
        let out = caller.out("out_analysis", out_analysis)?;
        let place = ReservedHandle::take()?;
        let mut monitor = caller.monitor(progress, user_data);
        let findings: Findings = match parts {
            Parts::Overview => Overview::of_file(path, &mut monitor)?.into(),
            Parts::Loudness => Loudness::of_file(path, &mut monitor)?.into(),
            Parts::Both => Analysis::of_file(path, &mut monitor)?.into(),
        };
        out.set(place.fill(Arc::new(findings)));
        Ok(())
    })
}

/// Returns rate, channels, length and bad samples of the clip or file; `streamed` and `id` are 0.
///
/// Thread: any. Ownership: `out_properties` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_analysis_info(
    analysis: *mut amio_analysis,
    out_properties: *mut amio_clip_properties,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let findings = handles::get("analysis", analysis)?;
        let out = caller.out_struct("out_properties", out_properties)?;
        out.set(&amio_clip_properties {
            struct_size: 0,
            frame_rate_hz: findings.info.frame_rate_hz,
            channels: findings.info.channels.into(),
            streamed: 0,
            frames: findings.info.frames,
            id: 0,
            bad_samples: findings.bad_samples,
        });
        Ok(())
    })
}

/// Divides a range of one channel into `bucket_count` parts, and returns for each of them what to
/// draw. Bucket n covers the frames from start_frame + n * frames / bucket_count, rounded down, up to
/// where the next one begins, and at least one. Frames beyond the end do not count. The time that this takes
/// grows only with the logarithm of the range's length.
///
/// Thread: any; allocates nothing for the buckets.
/// Units: channels count from 0; `frames` and `bucket_count` at least 1, `frames` unless there are
/// none.
/// Ownership: `out_buckets` is the caller's.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such
/// channel, no frames, no buckets, a stretch beyond 2^64 frames, buckets that are not aligned);
/// AMIO_ERROR_INVALID_STATE (the analysis has no overview).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_analysis_read(
    analysis: *mut amio_analysis,
    channel: u32,
    start_frame: u64,
    frames: u64,
    out_buckets: *mut amio_bucket,
    bucket_count: u64,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let findings = handles::get("analysis", analysis)?;
        let overview = found(&findings.overview, "overview", "AMIO_ANALYSE_OVERVIEW")?;
        let channel = channel_of(findings.info, channel)?;
        let needs_frames = findings.info.frames > 0;
        for (what, count, is_needed) in [
            ("frames", frames, needs_frames),
            ("bucket_count", bucket_count, true),
        ] {
            if count == 0 && is_needed {
                return Err(Fault::argument(format!(
                    "{what} is 0; it must be at least 1"
                )));
            }
        }
        let end = start_frame.checked_add(frames).ok_or_else(|| {
            Fault::argument(format!(
                "start_frame is {start_frame} and frames is {frames}; together they must be less \
                 than 2^64"
            ))
        })?;
        let out = caller.slice_mut("out_buckets", out_buckets, bucket_count, 1)?;
        let buckets = overview.buckets(channel, start_frame..end, out.len())?;
        for (place, bucket) in out.iter_mut().zip(buckets) {
            *place = amio_bucket {
                min: bucket.min,
                max: bucket.max,
                rms: bucket.rms,
            };
        }
        Ok(())
    })
}

/// Returns the loudness.
///
/// Thread: any. Ownership: `out_loudness` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (struct_size); AMIO_ERROR_INVALID_STATE (the analysis has no loudness).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_analysis_loudness(
    analysis: *mut amio_analysis,
    out_loudness: *mut amio_loudness,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let findings = handles::get("analysis", analysis)?;
        let out = caller.out_struct("out_loudness", out_loudness)?;
        let loudness = found(&findings.loudness, "loudness", "AMIO_ANALYSE_LOUDNESS")?;
        let lufs = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
        out.set(&amio_loudness {
            struct_size: 0,
            reserved: 0,
            integrated_lufs: lufs(loudness.integrated_lufs),
            range_lu: loudness.range_lu.unwrap_or(0.0),
            max_momentary_lufs: lufs(loudness.max_momentary_lufs),
            max_short_term_lufs: lufs(loudness.max_short_term_lufs),
            sample_peak: loudness.sample_peak(),
            true_peak: loudness.true_peak(),
        });
        Ok(())
    })
}

/// Returns the levels of one channel.
///
/// Thread: any. Units: channels count from 0.
/// Ownership: `out_levels` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such
/// channel, struct_size); AMIO_ERROR_INVALID_STATE (the analysis has no loudness).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_analysis_levels(
    analysis: *mut amio_analysis,
    channel: u32,
    out_levels: *mut amio_channel_levels,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let findings = handles::get("analysis", analysis)?;
        let out = caller.out_struct("out_levels", out_levels)?;
        let loudness = found(&findings.loudness, "loudness", "AMIO_ANALYSE_LOUDNESS")?;
        let channel = channel_of(findings.info, channel)?;
        let levels = loudness.channels[usize::from(channel)];
        out.set(&amio_channel_levels {
            struct_size: 0,
            reserved: 0,
            sample_peak: levels.sample_peak,
            true_peak: levels.true_peak,
            rms: levels.rms,
            dc_offset: levels.dc_offset,
            clipped: levels.clipped,
        });
        Ok(())
    })
}

/// Frees an analysis. NULL does nothing.
///
/// Thread: any but the audio thread; may call the release callback of a borrowed clip.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_analysis_free(analysis: *mut amio_analysis) -> amio_status {
    guard(|| {
        drop(handles::release("analysis", analysis)?);
        Ok(())
    })
}

/// What stands behind an `amio_analysis`.
pub(super) struct Findings {
    info: ClipInfo,
    bad_samples: u64,
    overview: Option<Overview>,
    loudness: Option<Loudness>,
}

impl From<Overview> for Findings {
    fn from(overview: Overview) -> Findings {
        Findings {
            info: overview.info(),
            bad_samples: overview.bad_samples(),
            overview: Some(overview),
            loudness: None,
        }
    }
}

impl From<Loudness> for Findings {
    fn from(loudness: Loudness) -> Findings {
        Findings {
            info: loudness.info,
            bad_samples: loudness.bad_samples,
            overview: None,
            loudness: Some(loudness),
        }
    }
}

impl From<Analysis> for Findings {
    fn from(both: Analysis) -> Findings {
        Findings {
            info: both.loudness.info,
            bad_samples: both.loudness.bad_samples,
            overview: Some(both.overview),
            loudness: Some(both.loudness),
        }
    }
}

/// What is asked for.
enum Parts {
    Overview,
    Loudness,
    Both,
}

impl Parts {
    fn checked(parts: u32) -> Checked<Parts> {
        const BOTH: u32 = AMIO_ANALYSE_OVERVIEW | AMIO_ANALYSE_LOUDNESS;
        match parts {
            AMIO_ANALYSE_OVERVIEW => Ok(Parts::Overview),
            AMIO_ANALYSE_LOUDNESS => Ok(Parts::Loudness),
            0 | BOTH => Ok(Parts::Both),
            other => Err(Fault::argument(format!(
                "parts is {other}; it must be a sum of AMIO_ANALYSE_*, 0 to 3"
            ))),
        }
    }
}

fn found<'a, T>(part: &'a Option<T>, what: &str, flag: &str) -> Checked<&'a T> {
    part.as_ref().ok_or_else(|| {
        Fault::new(
            AMIO_ERROR_INVALID_STATE,
            format!("the analysis has no {what}; make it with {flag}"),
        )
    })
}

fn channel_of(info: ClipInfo, channel: u32) -> Checked<u16> {
    match u16::try_from(channel) {
        Ok(narrow) if narrow < info.channels => Ok(narrow),
        _ => Err(Fault::argument(format!(
            "channel is {channel}; it must be less than {}",
            info.channels
        ))),
    }
}
