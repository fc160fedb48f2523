//! What was agreed with ALSA's devices.

use super::alsa_terms::{
    AMIO_ALSA_ACCESS_MMAP, AMIO_ALSA_ACCESS_READ_WRITE, AMIO_ALSA_FORMAT_DEFAULT, format_number,
};
use super::events::AMIO_MESSAGE_BYTES;
use super::guard::{Caller, guard};
use super::handles;
use super::interface::amio_interface;
use super::sized::{Versioned, text_field};
use super::status::amio_status;
use crate::AlsaDevice;
use std::ffi::c_char;

/// What was agreed with one device. All is 0 if there is none: the interface has no channels of that side.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_alsa_device {
    /// ALSA's name of the PCM that was opened; UTF-8, ended by NUL, cut if it is longer.
    pub name: [c_char; AMIO_MESSAGE_BYTES],
    /// How many channels it has. Those that the interface lacks are silent, or not read.
    pub channels: u32,
    /// The format of its samples: one of AMIO_ALSA_FORMAT_*.
    pub format: u32,
    /// How often the device tells, in frames.
    pub period_frames: u32,
    /// Its buffer, in frames.
    pub buffer_frames: u32,
    /// How samples get there: AMIO_ALSA_ACCESS_MMAP or AMIO_ALSA_ACCESS_READ_WRITE.
    pub access: u32,
    /// Reserved; 0.
    pub reserved: u32,
}

/// What was agreed with the devices of an interface. Set struct_size to sizeof(amio_alsa_info) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_alsa_info {
    /// sizeof(amio_alsa_info).
    pub struct_size: u32,
    /// 1: the system starts both devices as one; 0 otherwise.
    pub linked: u32,
    /// Of the output.
    pub playback: amio_alsa_device,
    /// Of the input.
    pub capture: amio_alsa_device,
}

// SAFETY: repr(C), the first field is its size, and it has numbers only.
unsafe impl Versioned for amio_alsa_info {
    const NAME: &'static str = "amio_alsa_info";
    const SMALLEST: usize = size_of::<amio_alsa_info>();
}

/// Returns what was agreed with ALSA's devices: their formats, periods and buffers. Something else may be agreed when
/// a lost device comes back. AMIO_DRIVER_ALSA only.
///
/// Thread: any. Ownership: `out_info` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
/// AMIO_ERROR_INVALID_STATE (another driver).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_alsa_info(
    iface: *mut amio_interface,
    out_info: *mut amio_alsa_info,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out_struct("out_info", out_info)?;
        let info = interface.alsa_info()?;
        out.set(&amio_alsa_info {
            struct_size: 0,
            linked: info.linked.into(),
            playback: device(info.playback.as_ref()),
            capture: device(info.capture.as_ref()),
        });
        Ok(())
    })
}

fn device(agreed: Option<&AlsaDevice>) -> amio_alsa_device {
    let Some(agreed) = agreed else {
        return amio_alsa_device {
            name: [0; AMIO_MESSAGE_BYTES],
            channels: 0,
            format: AMIO_ALSA_FORMAT_DEFAULT,
            period_frames: 0,
            buffer_frames: 0,
            access: 0,
            reserved: 0,
        };
    };
    amio_alsa_device {
        name: text_field(&agreed.name),
        channels: agreed.channels,
        format: format_number(agreed.format),
        period_frames: agreed.period_frames,
        buffer_frames: agreed.buffer_frames,
        access: match agreed.mmap {
            true => AMIO_ALSA_ACCESS_MMAP,
            false => AMIO_ALSA_ACCESS_READ_WRITE,
        },
        reserved: 0,
    }
}
