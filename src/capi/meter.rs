//! Meters: the levels of inputs and outputs.

use super::fault::Fault;
use super::guard::{Caller, guard};
use super::handles;
use super::interface::amio_interface;
use super::status::{AMIO_ERROR_BUFFER_TOO_SMALL, amio_status};
use crate::Meter;

/// The inputs.
pub const AMIO_METER_INPUTS: u32 = 0;
/// The outputs, before the clamp.
pub const AMIO_METER_OUTPUTS: u32 = 1;

/// The level of one channel over the last 0.3 s: 29 blocks of 10 ms, and the block that has
/// begun. Units: linear, 1.0 is full scale. This struct never grows, so that arrays of it
/// keep their layout.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_meter {
    /// The largest magnitude.
    pub peak: f32,
    /// The root of the mean square. A sine of amplitude 1.0 has 0.707.
    pub rms: f32,
    /// How many samples were at or beyond -1.0 or 1.0 since the interface was made.
    pub clipped: u64,
}

/// Reads the meters of all inputs or all outputs, as of the last period. Reading changes
/// nothing: all readers see the same. A program that reads every 0.29 s or more often misses
/// no peak. Skipped frames count as silence. While no periods run, meters stay as they are. A sample
/// of an input that is not a number counts as 1e15, which is the largest level. Allocates
/// nothing and never waits.
///
/// Thread: any.
/// Units: `direction` is one of AMIO_METER_*; `capacity` is the room in meters, 64 is always enough;
/// `out_channels` gets how many were written, one for each channel, and may be 0.
/// Ownership: `out_meters` and `out_channels` are the caller's.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a
/// direction that does not exist, meters that are not aligned); AMIO_ERROR_BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_meters(
    iface: *mut amio_interface,
    direction: u32,
    out_meters: *mut amio_meter,
    capacity: u32,
    out_channels: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let channels = match direction {
            AMIO_METER_INPUTS => interface.config().input_channels,
            AMIO_METER_OUTPUTS => interface.config().output_channels,
            other => {
                return Err(Fault::argument(format!(
                    "direction is {other}; it must be one of AMIO_METER_*, 0 or 1"
                )));
            }
        };
        if out_meters.is_null() {
            return Err(Fault::null("out_meters"));
        }
        if capacity < channels.into() {
            return Err(Fault::new(
                AMIO_ERROR_BUFFER_TOO_SMALL,
                format!("capacity is {capacity}; there are {channels} channels"),
            ));
        }
        let out = caller.out("out_channels", out_channels)?;
        if channels > 0 {
            let meters = caller.slice_mut("out_meters", out_meters, channels.into(), 1)?;
            for (channel, place) in (0..channels).zip(meters) {
                let meter = match direction {
                    AMIO_METER_INPUTS => interface.input_meter(channel),
                    _ => interface.output_meter(channel),
                };
                *place = meter.unwrap_or_default().into();
            }
        }
        out.set(channels.into());
        Ok(())
    })
}

impl From<Meter> for amio_meter {
    fn from(meter: Meter) -> amio_meter {
        amio_meter {
            peak: meter.peak,
            rms: meter.rms,
            clipped: meter.clipped,
        }
    }
}
