//! Agreeing upon the terms with a device.
#![allow(unsafe_code, reason = "calls of libasound")]

use super::failure::{Attempt, Failure};
use super::format::DeviceFormat;
use super::library::{Library, RawHwParams, RawSwParams};
use super::messages::collected;
use super::pcm::{Pcm, with_lines};
use super::terms::{Layout, Terms, Wanted, WantedRate};
use crate::error::{Error, Result};
use std::ffi::c_ulong;
use std::ptr::{self, NonNull};

/// Those that are tried to tell which rates a device has.
const COMMON_RATES_HZ: [u32; 16] = [
    8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000, 176_400,
    192_000, 352_800, 384_000, 705_600, 768_000,
];
const USUAL_RATE_HZ: u32 = 48_000;

/// Agrees upon the terms, and sets the PCM up with them.
///
/// # Errors
/// [`Error::DeviceRate`]; [`Error::InvalidArgument`]: it lacks the channels, the format or the access.
/// [`Error::Driver`].
pub(crate) fn negotiate(pcm: &Pcm, name: &str, wanted: &Wanted) -> Result<Terms> {
    let (terms, lines) = collected(pcm.library(), || agree(pcm, name, wanted));
    terms.map_err(|error| match error {
        Error::Driver { driver, message } => Error::Driver {
            driver,
            message: with_lines(
                format!("{} {name:?}: {message}", pcm.direction().name()),
                &lines,
            ),
        },
        other => other,
    })
}

/// Sets what the PCM does by itself. It starts only when it is told to. It tells when `wake_frames` can be read or written.
pub(crate) fn arm(pcm: &Pcm, wake_frames: u32) -> Attempt {
    let params = SwParams::new(pcm)?;
    let (library, raw) = (pcm.library(), pcm.raw());
    let mut boundary: c_ulong = 0;
    // SAFETY: the PCM is set up, the parameters are valid, and so is the place.
    unsafe {
        let what = "setting its software up";
        let check = |result| Failure::check(what, result);
        check((library.pcm_sw_params_current)(raw, params.raw()))?;
        check((library.pcm_sw_params_get_boundary)(
            params.raw(),
            &mut boundary,
        ))?;
        check((library.pcm_sw_params_set_start_threshold)(
            raw,
            params.raw(),
            boundary,
        ))?;
        check((library.pcm_sw_params_set_avail_min)(
            raw,
            params.raw(),
            wake_frames.into(),
        ))?;
        // Time stamps are not everywhere; the clock of this machine stands in for them.
        const ENABLE: i32 = 1;
        const MONOTONIC: i32 = 1;
        (library.pcm_sw_params_set_tstamp_mode)(raw, params.raw(), ENABLE);
        (library.pcm_sw_params_set_tstamp_type)(raw, params.raw(), MONOTONIC);
        check((library.pcm_sw_params)(raw, params.raw()))?;
    }
    Ok(())
}

fn agree(pcm: &Pcm, name: &str, wanted: &Wanted) -> Result<Terms> {
    let params = HwParams::new(pcm, wanted.rate)?;
    let lacks = |what: String| {
        let side = pcm.direction().name();
        Error::InvalidArgument(format!("{side} {name:?} has no {what}"))
    };
    let layouts = Layout::of(wanted.access);
    let layout = params.first_accepted(layouts.iter().copied(), HwParams::test_layout);
    let layout = layout.ok_or_else(|| lacks(format!("access of the type {:?}", wanted.access)))?;
    params.set_layout(layout)?;

    let format = match wanted.format {
        Some(format) => params.first_accepted([format].into_iter(), HwParams::test_format),
        None => params.first_accepted(DeviceFormat::BEST_FIRST.into_iter(), HwParams::test_format),
    };
    let format = format.ok_or_else(|| {
        lacks(match wanted.format {
            Some(format) => format!("format {}", format.name()),
            None => "format that this library knows".into(),
        })
    })?;
    params.set_format(format)?;

    let (least, most) = params.channel_range()?;
    let channels = (wanted.channels.max(least)..=most).find(|&count| params.test_channels(count));
    let channels = channels.ok_or_else(|| {
        lacks(format!(
            "{} channels, but {least} to {most}",
            wanted.channels
        ))
    })?;
    params.set_channels(channels)?;

    let rates_hz = || params.rates_hz();
    let rate_hz = match wanted.rate {
        WantedRate::Any => {
            let known = rates_hz();
            let distance = |hz: &u32| hz.abs_diff(USUAL_RATE_HZ);
            known.into_iter().min_by_key(distance)
        }
        WantedRate::Exact(hz) | WantedRate::Converted(hz) => Some(hz),
    };
    let asked_hz = rate_hz.unwrap_or(USUAL_RATE_HZ);
    let rate_hz = rate_hz.filter(|&hz| params.test_rate(hz));
    let rate_hz = rate_hz.ok_or_else(|| Error::DeviceRate {
        device: name.to_owned(),
        asked_hz,
        rates_hz: rates_hz(),
    })?;
    params.set_rate(rate_hz)?;
    let (period_frames, buffer_frames) = params.set_lengths(wanted)?;
    params.install()?;
    Ok(Terms {
        channels,
        rate_hz,
        format,
        layout,
        period_frames,
        buffer_frames,
    })
}

/// What a PCM may still be set up with.
pub(super) struct HwParams<'p> {
    pcm: &'p Pcm,
    library: &'static Library,
    params: NonNull<RawHwParams>,
}

// SAFETY of all calls: the PCM is open, the parameters are valid and its own, and places are valid for the call.
impl HwParams<'_> {
    pub fn new(pcm: &Pcm, rate: WantedRate) -> Attempt<HwParams<'_>> {
        let library = pcm.library();
        let mut params = ptr::null_mut();
        // SAFETY: see above.
        let made = unsafe { (library.pcm_hw_params_malloc)(&mut params) };
        Failure::check("setting it up", made)?;
        let params = NonNull::new(params).ok_or(Failure::of("setting it up", -12))?;
        let params = HwParams {
            pcm,
            library,
            params,
        };
        let converts = matches!(rate, WantedRate::Converted(_));
        // SAFETY: see above.
        unsafe {
            let any = (library.pcm_hw_params_any)(pcm.raw(), params.raw());
            Failure::check("asking what it has", any)?;
            // What is no plug converts nothing anyway.
            (library.pcm_hw_params_set_rate_resample)(pcm.raw(), params.raw(), converts.into());
        }
        Ok(params)
    }

    fn raw(&self) -> *mut RawHwParams {
        self.params.as_ptr()
    }

    fn first_accepted<T: Copy>(
        &self,
        mut tried: impl Iterator<Item = T>,
        test: fn(&Self, T) -> bool,
    ) -> Option<T> {
        tried.find(|&candidate| test(self, candidate))
    }

    fn test_layout(&self, layout: Layout) -> bool {
        // SAFETY: see above.
        unsafe {
            (self.library.pcm_hw_params_test_access)(self.pcm.raw(), self.raw(), layout.number())
                == 0
        }
    }

    fn set_layout(&self, layout: Layout) -> Attempt {
        // SAFETY: see above.
        let set = unsafe {
            (self.library.pcm_hw_params_set_access)(self.pcm.raw(), self.raw(), layout.number())
        };
        Failure::check("setting its access", set).map(drop)
    }

    pub fn test_format(&self, format: DeviceFormat) -> bool {
        // SAFETY: see above.
        unsafe {
            (self.library.pcm_hw_params_test_format)(self.pcm.raw(), self.raw(), format.number())
                == 0
        }
    }

    fn set_format(&self, format: DeviceFormat) -> Attempt {
        // SAFETY: see above.
        let set = unsafe {
            (self.library.pcm_hw_params_set_format)(self.pcm.raw(), self.raw(), format.number())
        };
        Failure::check("setting its format", set).map(drop)
    }

    pub fn channel_range(&self) -> Attempt<(u32, u32)> {
        let (mut least, mut most) = (0, 0);
        // SAFETY: see above.
        unsafe {
            let what = "asking for its channels";
            Failure::check(
                what,
                (self.library.pcm_hw_params_get_channels_min)(self.raw(), &mut least),
            )?;
            Failure::check(
                what,
                (self.library.pcm_hw_params_get_channels_max)(self.raw(), &mut most),
            )?;
        }
        Ok((least, most))
    }

    fn test_channels(&self, count: u32) -> bool {
        // SAFETY: see above.
        unsafe {
            (self.library.pcm_hw_params_test_channels)(self.pcm.raw(), self.raw(), count) == 0
        }
    }

    fn set_channels(&self, count: u32) -> Attempt {
        // SAFETY: see above.
        let set =
            unsafe { (self.library.pcm_hw_params_set_channels)(self.pcm.raw(), self.raw(), count) };
        Failure::check("setting its channels", set).map(drop)
    }

    fn test_rate(&self, hz: u32) -> bool {
        // SAFETY: see above.
        unsafe { (self.library.pcm_hw_params_test_rate)(self.pcm.raw(), self.raw(), hz, 0) == 0 }
    }

    fn set_rate(&self, hz: u32) -> Attempt {
        // SAFETY: see above.
        let set =
            unsafe { (self.library.pcm_hw_params_set_rate)(self.pcm.raw(), self.raw(), hz, 0) };
        Failure::check("setting its rate", set).map(drop)
    }

    /// The common rates that it has, and its lowest and highest one.
    pub fn rates_hz(&self) -> Vec<u32> {
        let (mut lowest, mut highest, mut beside) = (0, 0, 0);
        // SAFETY: see above.
        unsafe {
            (self.library.pcm_hw_params_get_rate_min)(self.raw(), &mut lowest, &mut beside);
            (self.library.pcm_hw_params_get_rate_max)(self.raw(), &mut highest, &mut beside);
        }
        let tried = COMMON_RATES_HZ.into_iter().chain([lowest, highest]);
        let mut rates: Vec<u32> = tried.filter(|&hz| self.test_rate(hz)).collect();
        rates.sort_unstable();
        rates.dedup();
        rates
    }

    /// Sets period and buffer as near to what is wanted as it can. Returns what they are.
    fn set_lengths(&self, wanted: &Wanted) -> Attempt<(u32, u32)> {
        let mut period = c_ulong::from(wanted.period_frames);
        let (library, pcm, mut beside) = (self.library, self.pcm.raw(), 0);
        // SAFETY: see above.
        unsafe {
            let near = library.pcm_hw_params_set_period_size_near;
            let set = near(pcm, self.raw(), &mut period, &mut beside);
            Failure::check("setting its period", set)?;
            let periods = period.saturating_mul(wanted.buffer_periods.into());
            let mut buffer = periods.max(wanted.buffer_frames.into());
            let near = library.pcm_hw_params_set_buffer_size_near;
            let set = near(pcm, self.raw(), &mut buffer);
            Failure::check("setting its buffer", set)?;
        }
        self.lengths()
    }

    fn lengths(&self) -> Attempt<(u32, u32)> {
        let (mut period, mut buffer, mut beside) = (0, 0, 0);
        // SAFETY: see above.
        unsafe {
            let what = "asking for its period and its buffer";
            let get = self.library.pcm_hw_params_get_period_size;
            Failure::check(what, get(self.raw(), &mut period, &mut beside))?;
            let get = self.library.pcm_hw_params_get_buffer_size;
            Failure::check(what, get(self.raw(), &mut buffer))?;
        }
        let most = |frames: c_ulong| frames.min(u32::MAX.into()) as u32;
        Ok((most(period), most(buffer)))
    }

    fn install(&self) -> Attempt {
        // SAFETY: see above.
        let set = unsafe { (self.library.pcm_hw_params)(self.pcm.raw(), self.raw()) };
        Failure::check("setting it up", set).map(drop)
    }
}

impl Drop for HwParams<'_> {
    fn drop(&mut self) {
        // SAFETY: they are ours, and are not used again.
        unsafe { (self.library.pcm_hw_params_free)(self.raw()) };
    }
}

struct SwParams {
    library: &'static Library,
    params: NonNull<RawSwParams>,
}

impl SwParams {
    fn new(pcm: &Pcm) -> Attempt<SwParams> {
        let library = pcm.library();
        let mut params = ptr::null_mut();
        // SAFETY: the place is valid.
        let made = unsafe { (library.pcm_sw_params_malloc)(&mut params) };
        Failure::check("setting its software up", made)?;
        let params = NonNull::new(params).ok_or(Failure::of("setting its software up", -12))?;
        Ok(SwParams { library, params })
    }

    fn raw(&self) -> *mut RawSwParams {
        self.params.as_ptr()
    }
}

impl Drop for SwParams {
    fn drop(&mut self) {
        // SAFETY: they are ours, and are not used again.
        unsafe { (self.library.pcm_sw_params_free)(self.raw()) };
    }
}
