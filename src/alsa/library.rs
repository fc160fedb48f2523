//! The table of libasound's functions, loaded once and kept for good: its plugins run threads of their own, so it is
//! never unloaded.
#![allow(unsafe_code, reason = "foreign functions, looked up by name")]

use crate::error::{Error, Result};
use once_cell::race::OnceBox;
use std::ffi::{c_char, c_int, c_long, c_uint, c_ulong, c_ushort, c_void};

const FILE: &str = "libasound.so.2";

/// Declares types that only libasound looks into.
macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            pub(super) struct $name {
                _opaque: [u8; 0],
            }
        )*
    };
}

opaque! {
    /// `snd_pcm_t`.
    RawPcm;
    /// `snd_pcm_hw_params_t`.
    RawHwParams;
    /// `snd_pcm_sw_params_t`.
    RawSwParams;
    /// `snd_pcm_info_t`.
    RawPcmInfo;
    /// `snd_ctl_t`.
    RawControl;
    /// `snd_ctl_card_info_t`.
    RawCardInfo;
    /// `snd_config_t`.
    RawConfig;
}

/// `snd_pcm_channel_area_t`: where the samples of one channel are, counted in bits.
#[repr(C)]
pub(super) struct RawArea {
    pub begin: *mut c_void,
    pub first_bits: c_uint,
    pub step_bits: c_uint,
}

/// `snd_pcm_chmap_t`; the positions follow.
#[repr(C)]
pub(super) struct RawChannelMap {
    pub channels: c_uint,
    pub positions: [c_uint; 0],
}

/// `snd_local_error_handler_t`. The last argument is a `va_list`: a pointer, or passed as one.
pub(super) type MessageHandler = unsafe extern "C-unwind" fn(
    *const c_char,
    c_int,
    *const c_char,
    c_int,
    *const c_char,
    *mut c_void,
);

/// Declares the table and its loader; `name` stands for the function `snd_name`.
macro_rules! library {
    ($(fn $name:ident($($argument:ty),* $(,)?) $(-> $result:ty)?;)*) => {
        /// libasound's functions, without their prefix `snd_`.
        pub(super) struct Library {
            $(pub $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            /// Not in every libasound.
            pub lib_error_set_local:
                Option<unsafe extern "C" fn(Option<MessageHandler>) -> Option<MessageHandler>>,
            _file: libloading::Library,
        }

        impl Library {
            fn load() -> std::result::Result<Library, libloading::Error> {
                // SAFETY: libasound has no initialisers that need anything of us, and each name is declared here
                // with the type it has in <alsa/asoundlib.h>.
                unsafe {
                    let file = libloading::Library::new(FILE)?;
                    Ok(Library {
                        $($name: *file.get(concat!("snd_", stringify!($name), "\0").as_bytes())?,)*
                        lib_error_set_local:
                            file.get(b"snd_lib_error_set_local\0").ok().map(|symbol| *symbol),
                        _file: file,
                    })
                }
            }
        }
    };
}

library! {
    fn pcm_open(*mut *mut RawPcm, *const c_char, c_int, c_int) -> c_int;
    fn pcm_close(*mut RawPcm) -> c_int;
    fn pcm_prepare(*mut RawPcm) -> c_int;
    fn pcm_start(*mut RawPcm) -> c_int;
    fn pcm_drop(*mut RawPcm) -> c_int;
    fn pcm_resume(*mut RawPcm) -> c_int;
    fn pcm_link(*mut RawPcm, *mut RawPcm) -> c_int;
    fn pcm_state(*mut RawPcm) -> c_int;
    fn pcm_avail(*mut RawPcm) -> c_long;
    fn pcm_delay(*mut RawPcm, *mut c_long) -> c_int;
    fn pcm_htimestamp(*mut RawPcm, *mut c_ulong, *mut libc::timespec) -> c_int;
    fn pcm_poll_descriptors_count(*mut RawPcm) -> c_int;
    fn pcm_poll_descriptors(*mut RawPcm, *mut libc::pollfd, c_uint) -> c_int;
    fn pcm_poll_descriptors_revents(
        *mut RawPcm,
        *mut libc::pollfd,
        c_uint,
        *mut c_ushort,
    ) -> c_int;
    fn pcm_get_chmap(*mut RawPcm) -> *mut RawChannelMap;

    // Moving samples.
    fn pcm_mmap_begin(*mut RawPcm, *mut *const RawArea, *mut c_ulong, *mut c_ulong) -> c_int;
    fn pcm_mmap_commit(*mut RawPcm, c_ulong, c_ulong) -> c_long;
    fn pcm_readi(*mut RawPcm, *mut c_void, c_ulong) -> c_long;
    fn pcm_readn(*mut RawPcm, *mut *mut c_void, c_ulong) -> c_long;
    fn pcm_writei(*mut RawPcm, *const c_void, c_ulong) -> c_long;
    fn pcm_writen(*mut RawPcm, *mut *mut c_void, c_ulong) -> c_long;

    // Hardware parameters.
    fn pcm_hw_params_malloc(*mut *mut RawHwParams) -> c_int;
    fn pcm_hw_params_free(*mut RawHwParams);
    fn pcm_hw_params_any(*mut RawPcm, *mut RawHwParams) -> c_int;
    fn pcm_hw_params(*mut RawPcm, *mut RawHwParams) -> c_int;
    fn pcm_hw_params_set_rate_resample(*mut RawPcm, *mut RawHwParams, c_uint) -> c_int;
    fn pcm_hw_params_test_access(*mut RawPcm, *mut RawHwParams, c_int) -> c_int;
    fn pcm_hw_params_set_access(*mut RawPcm, *mut RawHwParams, c_int) -> c_int;
    fn pcm_hw_params_test_format(*mut RawPcm, *mut RawHwParams, c_int) -> c_int;
    fn pcm_hw_params_set_format(*mut RawPcm, *mut RawHwParams, c_int) -> c_int;
    fn pcm_hw_params_get_channels_min(*const RawHwParams, *mut c_uint) -> c_int;
    fn pcm_hw_params_get_channels_max(*const RawHwParams, *mut c_uint) -> c_int;
    fn pcm_hw_params_test_channels(*mut RawPcm, *mut RawHwParams, c_uint) -> c_int;
    fn pcm_hw_params_set_channels(*mut RawPcm, *mut RawHwParams, c_uint) -> c_int;
    fn pcm_hw_params_get_rate_min(*const RawHwParams, *mut c_uint, *mut c_int) -> c_int;
    fn pcm_hw_params_get_rate_max(*const RawHwParams, *mut c_uint, *mut c_int) -> c_int;
    fn pcm_hw_params_test_rate(*mut RawPcm, *mut RawHwParams, c_uint, c_int) -> c_int;
    fn pcm_hw_params_set_rate(*mut RawPcm, *mut RawHwParams, c_uint, c_int) -> c_int;
    fn pcm_hw_params_set_period_size_near(
        *mut RawPcm,
        *mut RawHwParams,
        *mut c_ulong,
        *mut c_int,
    ) -> c_int;
    fn pcm_hw_params_set_buffer_size_near(*mut RawPcm, *mut RawHwParams, *mut c_ulong) -> c_int;
    fn pcm_hw_params_get_period_size(*const RawHwParams, *mut c_ulong, *mut c_int) -> c_int;
    fn pcm_hw_params_get_buffer_size(*const RawHwParams, *mut c_ulong) -> c_int;

    // Software parameters.
    fn pcm_sw_params_malloc(*mut *mut RawSwParams) -> c_int;
    fn pcm_sw_params_free(*mut RawSwParams);
    fn pcm_sw_params_current(*mut RawPcm, *mut RawSwParams) -> c_int;
    fn pcm_sw_params(*mut RawPcm, *mut RawSwParams) -> c_int;
    fn pcm_sw_params_get_boundary(*const RawSwParams, *mut c_ulong) -> c_int;
    fn pcm_sw_params_set_start_threshold(*mut RawPcm, *mut RawSwParams, c_ulong) -> c_int;
    fn pcm_sw_params_set_avail_min(*mut RawPcm, *mut RawSwParams, c_ulong) -> c_int;
    fn pcm_sw_params_set_tstamp_mode(*mut RawPcm, *mut RawSwParams, c_int) -> c_int;
    fn pcm_sw_params_set_tstamp_type(*mut RawPcm, *mut RawSwParams, c_int) -> c_int;

    // Cards, through their controls.
    fn card_next(*mut c_int) -> c_int;
    fn card_get_index(*const c_char) -> c_int;
    fn ctl_open(*mut *mut RawControl, *const c_char, c_int) -> c_int;
    fn ctl_close(*mut RawControl) -> c_int;
    fn ctl_card_info(*mut RawControl, *mut RawCardInfo) -> c_int;
    fn ctl_card_info_malloc(*mut *mut RawCardInfo) -> c_int;
    fn ctl_card_info_free(*mut RawCardInfo);
    fn ctl_card_info_get_id(*const RawCardInfo) -> *const c_char;
    fn ctl_card_info_get_name(*const RawCardInfo) -> *const c_char;
    fn ctl_pcm_next_device(*mut RawControl, *mut c_int) -> c_int;
    fn ctl_pcm_info(*mut RawControl, *mut RawPcmInfo) -> c_int;
    fn pcm_info_malloc(*mut *mut RawPcmInfo) -> c_int;
    fn pcm_info_free(*mut RawPcmInfo);
    fn pcm_info_set_device(*mut RawPcmInfo, c_uint);
    fn pcm_info_set_subdevice(*mut RawPcmInfo, c_uint);
    fn pcm_info_set_stream(*mut RawPcmInfo, c_int);
    fn pcm_info_get_name(*const RawPcmInfo) -> *const c_char;
    fn pcm_info_get_subdevices_avail(*const RawPcmInfo) -> c_uint;

    // The configuration.
    fn device_name_hint(c_int, *const c_char, *mut *mut *mut c_void) -> c_int;
    fn device_name_get_hint(*const c_void, *const c_char) -> *mut c_char;
    fn device_name_free_hint(*mut *mut c_void) -> c_int;
    fn config_update_ref(*mut *mut RawConfig) -> c_int;
    fn config_unref(*mut RawConfig);
    fn config_search_definition(
        *mut RawConfig,
        *const c_char,
        *const c_char,
        *mut *mut RawConfig,
    ) -> c_int;
    fn config_search(*mut RawConfig, *const c_char, *mut *mut RawConfig) -> c_int;
    fn config_get_ascii(*const RawConfig, *mut *mut c_char) -> c_int;
    fn config_delete(*mut RawConfig) -> c_int;
}

impl Library {
    /// The table; loaded by the first call that finds libasound installed.
    pub fn get() -> Result<&'static Library> {
        static LOADED: OnceBox<Library> = OnceBox::new();
        if let Some(library) = LOADED.get() {
            return Ok(library);
        }
        let library = Library::load().map_err(|reason| Error::DriverUnavailable {
            driver: "alsa",
            reason: format!("{FILE} cannot be loaded ({reason}); install the package libasound2"),
        })?;
        Ok(LOADED.get_or_init(|| Box::new(library)))
    }
}
