//! Devices: which devices and servers there are.

use super::fault::{Checked, Fault, not_one_of};
use super::guard::{Caller, guard};
use super::handles::{self, Handle, ReservedHandle};
use super::interface::{AMIO_DRIVER_ALSA, AMIO_DRIVER_JACK};
use super::sized::{Versioned, text_field};
use super::status::amio_status;
use crate::{Device, DeviceSearch, DeviceSide, DriverKind};
use std::ffi::c_char;
use std::mem::offset_of;
use std::sync::Arc;

/// A list of devices, as they were when it was made.
pub struct amio_devices {
    _opaque: [u8; 0],
}

impl Handle for amio_devices {
    type Target = Arc<Vec<Device>>;
    const NAME: &'static str = "a list of devices";
}

/// How many bytes the texts about devices have room in, with the NUL at their end.
pub const AMIO_DEVICE_TEXT_BYTES: usize = 256;
/// How many rates of a device there is room for.
pub const AMIO_DEVICE_RATES: usize = 32;

/// The device plays.
pub const AMIO_DIRECTION_PLAYBACK: u32 = 0;
/// The device records.
pub const AMIO_DIRECTION_CAPTURE: u32 = 1;

/// A device of ALSA, or a JACK server. Set struct_size to sizeof(amio_device) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_device {
    /// sizeof(amio_device).
    pub struct_size: u32,
    /// By which driver it is used: AMIO_DRIVER_JACK or AMIO_DRIVER_ALSA.
    pub driver: u32,
    /// 1: the driver takes it if no device is named. Else 0.
    pub is_default: u32,
    /// The period of a server. 0: it is agreed upon when the device is opened.
    pub period_frames: u32,
    /// 1: it plays. Else 0.
    pub has_playback: u32,
    /// 1: it records. Else 0.
    pub has_capture: u32,
    /// For machines: the name of a PCM, or of a server.
    pub name: [c_char; AMIO_DEVICE_TEXT_BYTES],
    /// For people, on one line.
    pub description: [c_char; AMIO_DEVICE_TEXT_BYTES],
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_device {
    const NAME: &'static str = "amio_device";
    const SMALLEST: usize = size_of::<amio_device>();
}

/// What a device can do in one direction. Set struct_size to sizeof(amio_device_side) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_device_side {
    /// sizeof(amio_device_side).
    pub struct_size: u32,
    /// 1: the fields that follow are known. 0: they are not, and `unknown` says why.
    pub is_known: u32,
    /// The least number of channels. Of a server: how many physical ports it has; an interface can have any number.
    pub least_channels: u32,
    /// The greatest number of channels.
    pub most_channels: u32,
    /// How many rates follow.
    pub rate_count: u32,
    /// The rates that it has, in ascending order: the common ones, its lowest and its highest.
    pub rates_hz: [u32; AMIO_DEVICE_RATES],
    /// ALSA's names of the sample formats that it has, with spaces between them, the best first.
    pub formats: [c_char; AMIO_DEVICE_TEXT_BYTES],
    /// Why nothing is known: ALSA tells it only of an open device, and one that is in use, or that might disturb others, is
    /// not opened. Empty: it is known.
    pub unknown: [c_char; AMIO_DEVICE_TEXT_BYTES],
}

// SAFETY: as above.
unsafe impl Versioned for amio_device_side {
    const NAME: &'static str = "amio_device_side";
    const SMALLEST: usize = offset_of!(amio_device_side, unknown);
}

/// Lists the devices that are there now: the JACK server that answers, then ALSA's default, the PCMs of sound cards, and
/// the other PCMs that ALSA's configuration names. Without any, the list is empty. `server_name` is the JACK server to
/// ask; NULL: the default one.
///
/// No device is opened that somebody uses, or on which something else depends. A JACK server gets a client for a moment.
/// Nothing is printed.
///
/// Thread: any but the audio thread; waits for the servers and devices, 3 seconds at most.
/// Ownership: `server_name` is borrowed for the call. Release the list with amio_devices_free().
/// Errors: AMIO_ERROR_NULL_POINTER (`out_devices`); AMIO_ERROR_INVALID_ARGUMENT (a name that is not UTF-8);
/// AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_devices_list(
    server_name: *const c_char,
    out_devices: *mut *mut amio_devices,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let server_name = caller.optional_text("server_name", server_name)?;
        let server_name = server_name.map(str::to_owned);
        let out = caller.out("out_devices", out_devices)?;
        let place = ReservedHandle::take()?;
        let found = DeviceSearch { server_name }.run();
        out.set(place.fill(Arc::new(found.devices)));
        Ok(())
    })
}

/// Returns how many devices a list has.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_devices_count(
    devices: *mut amio_devices,
    out_count: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let devices = handles::get("devices", devices)?;
        caller.out("out_count", out_count)?.set(devices.len());
        Ok(())
    })
}

/// Copies what is known of a device of a list, counted from 0.
///
/// Thread: any but the audio thread.
/// Ownership: `out_device` is the caller's.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the list is not so long, a wrong
/// struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_devices_get(
    devices: *mut amio_devices,
    index: usize,
    out_device: *mut amio_device,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let devices = handles::get("devices", devices)?;
        let out = caller.out_struct("out_device", out_device)?;
        out.set(&device_at(&devices, index)?.into());
        Ok(())
    })
}

/// Copies what a device of a list can do in one direction.
///
/// Thread: any but the audio thread.
/// Units: `index` counts from 0; `direction` is one of AMIO_DIRECTION_*.
/// Ownership: `out_side` is the caller's.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the list is not so long, a
/// direction that does not exist, or that the device does not have, a wrong struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_devices_get_side(
    devices: *mut amio_devices,
    index: usize,
    direction: u32,
    out_side: *mut amio_device_side,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let devices = handles::get("devices", devices)?;
        let device = device_at(&devices, index)?;
        let (side, does_not) = match direction {
            AMIO_DIRECTION_PLAYBACK => (&device.playback, "play"),
            AMIO_DIRECTION_CAPTURE => (&device.capture, "record"),
            other => return Err(not_one_of("direction", other, "AMIO_DIRECTION_*, 0 or 1")),
        };
        let side = side
            .as_ref()
            .ok_or_else(|| Fault::argument(format!("{:?} does not {does_not}", device.name)))?;
        let out = caller.out_struct("out_side", out_side)?;
        out.set(&side.into());
        Ok(())
    })
}

/// Frees a list of devices. NULL does nothing.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_devices_free(devices: *mut amio_devices) -> amio_status {
    guard(|| {
        drop(handles::release("devices", devices)?);
        Ok(())
    })
}

fn device_at(devices: &[Device], index: usize) -> Checked<&Device> {
    devices.get(index).ok_or_else(|| {
        let count = devices.len();
        Fault::argument(format!(
            "index is {index}; the list has {count} devices, counted from 0"
        ))
    })
}

impl From<&Device> for amio_device {
    fn from(device: &Device) -> amio_device {
        amio_device {
            struct_size: size_of::<amio_device>() as u32,
            driver: match device.driver {
                DriverKind::Alsa => AMIO_DRIVER_ALSA,
                _ => AMIO_DRIVER_JACK,
            },
            is_default: device.is_default.into(),
            period_frames: device.period_frames.unwrap_or(0),
            has_playback: device.playback.is_some().into(),
            has_capture: device.capture.is_some().into(),
            name: text_field(&device.name),
            description: text_field(&device.description),
        }
    }
}

impl From<&DeviceSide> for amio_device_side {
    fn from(side: &DeviceSide) -> amio_device_side {
        let mut rates_hz = [0; AMIO_DEVICE_RATES];
        for (place, hz) in rates_hz.iter_mut().zip(&side.rates_hz) {
            *place = *hz;
        }
        let names: Vec<_> = side.formats.iter().map(|format| format.name()).collect();
        let channels = side.channels.clone().unwrap_or(0..=0);
        amio_device_side {
            struct_size: size_of::<amio_device_side>() as u32,
            is_known: side.unknown.is_none().into(),
            least_channels: *channels.start(),
            most_channels: *channels.end(),
            rate_count: side.rates_hz.len().min(AMIO_DEVICE_RATES) as u32,
            rates_hz,
            formats: text_field(&names.join(" ")),
            unknown: text_field(side.unknown.as_deref().unwrap_or_default()),
        }
    }
}
