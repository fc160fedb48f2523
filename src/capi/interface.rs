//! Interface: a connection to an audio server, a timer or the caller, with its own timeline.

use super::alsa_terms;
use super::fault::{Checked, Fault, not_one_of};
use super::guard::{Caller, check_memory, guard};
use super::handles::{self, Handle, ReservedHandle};
use super::sized::Versioned;
use super::status::{AMIO_ERROR_UNSUPPORTED, amio_status};
use crate::midi::MAX_MIDI_PORTS;
use crate::units::{MAX_CHANNELS, MAX_LENGTH_FRAMES};
use crate::{AlsaConfig, Config, DriverKind, Interface, Latency, SkipPolicy, State};
use std::ffi::c_char;
use std::mem::offset_of;

/// A connection to an audio server, a timer or the caller, with its own timeline, playspecs and
/// captured input.
pub struct amio_interface {
    _opaque: [u8; 0],
}

impl Handle for amio_interface {
    type Target = Interface;
    const NAME: &'static str = "an interface";
}

/// The default driver: JACK.
pub const AMIO_DRIVER_DEFAULT: u32 = 0;
/// A JACK server, or PipeWire through its libjack.
pub const AMIO_DRIVER_JACK: u32 = 1;
/// A timer: inputs are silent, output is discarded, paced like a device.
pub const AMIO_DRIVER_NULL: u32 = 2;
/// The caller, with amio_interface_advance(): as fast as possible, and the same bits each time.
pub const AMIO_DRIVER_OFFLINE: u32 = 3;
/// A sound card, or a plugin of ALSA, without a server.
pub const AMIO_DRIVER_ALSA: u32 = 4;

/// For input_channels and output_channels: no channels.
pub const AMIO_CHANNELS_NONE: u32 = 0xFFFF_FFFF;

/// Connect to the first hardware ports: the default.
pub const AMIO_AUTOCONNECT_DEFAULT: u32 = 0;
/// Connect to the first hardware ports.
pub const AMIO_AUTOCONNECT_ON: u32 = 1;
/// Connect to nothing.
pub const AMIO_AUTOCONNECT_OFF: u32 = 2;

/// If no JACK server answers, it is an error: the default.
pub const AMIO_START_SERVER_DEFAULT: u32 = 0;
/// If no JACK server answers, it is an error.
pub const AMIO_START_SERVER_OFF: u32 = 1;
/// If no JACK server answers, libjack starts the one that the user has configured, with the
/// command in ~/.jackdrc, unless the environment variable JACK_NO_START_SERVER is set.
pub const AMIO_START_SERVER_ON: u32 = 2;

/// Clamp the output, except offline.
pub const AMIO_CLAMP_DEFAULT: u32 = 0;
/// Clamp the output to -1.0 to 1.0. The statistics count the frames that were beyond.
pub const AMIO_CLAMP_ON: u32 = 1;
/// Do not clamp the output.
pub const AMIO_CLAMP_OFF: u32 = 2;

/// For declick_frames: hard cuts, exact to the bit.
pub const AMIO_DECLICK_OFF: u32 = 0xFFFF_FFFF;

/// If the device skipped frames, the timeline goes on where it was: no frame of it is left out, and
/// all that follows sounds later. The default.
pub const AMIO_SKIP_SLIP: u32 = 0;
/// If the device skipped frames, the timeline skips them, too: what follows sounds on time.
pub const AMIO_SKIP_CATCH_UP: u32 = 1;

/// Not started, or stopped.
pub const AMIO_STATE_STOPPED: u32 = 0;
/// Audio runs.
pub const AMIO_STATE_RUNNING: u32 = 1;
/// The server or device is gone; the interface keeps everything and reconnects by itself.
pub const AMIO_STATE_LOST: u32 = 2;
/// A defect of the library stopped the audio, or the server runs with another rate. The output is silent.
/// Free the interface.
pub const AMIO_STATE_FAILED: u32 = 3;
/// amio_interface_close() was called.
pub const AMIO_STATE_CLOSED: u32 = 4;

/// The configuration of an interface. Set struct_size to sizeof(amio_interface_config) and everything
/// else to 0 (`amio_interface_config config = {0};`), then what differs: 0 and NULL
/// mean "default" everywhere.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_interface_config {
    /// sizeof(amio_interface_config).
    pub struct_size: u32,
    /// One of AMIO_DRIVER_*.
    pub driver: u32,
    /// The name that the server shows, UTF-8, without a colon; jackd takes up to 63 bytes. NULL: "amio". The
    /// server may change it; see amio_interface_client_name().
    pub client_name: *const c_char,
    /// Which JACK server, UTF-8, up to 255 bytes. NULL: the default server.
    pub server_name: *const c_char,
    /// Frames per second, 1000 to 768000. 0: the server's, or 48000 for the other drivers. A rate
    /// that is not the server's, or that a device of ALSA lacks, is an error.
    pub frame_rate_hz: u32,
    /// Frames per period, 1 to 65536. 0: the server's, or 256 for the other drivers. A period
    /// that is not the server's is an error. But a server may change it while it runs, and one
    /// that is restarted may come back with another. AMIO_EVENT_PERIOD_CHANGED reports it. A device of ALSA gets the
    /// period that is closest to it.
    pub period_frames: u32,
    /// 1 to 64, or AMIO_CHANNELS_NONE. 0: 2.
    pub input_channels: u32,
    /// 1 to 64, or AMIO_CHANNELS_NONE. 0: 2.
    pub output_channels: u32,
    /// One of AMIO_AUTOCONNECT_*. 0: on.
    pub autoconnect: u32,
    /// One of AMIO_CLAMP_*. 0: on, except offline.
    pub clamp: u32,
    /// How many frames sound fades that is cut before its end (by a stop, a seek, a swap), 1
    /// to 768000, or AMIO_DECLICK_OFF. 0: 5 ms.
    pub declick_frames: u32,
    /// One of AMIO_SKIP_*. 0: slip.
    pub skip_policy: u32,
    /// The most swaps that may be pending, 1 to 65536. 0: 1024.
    pub swap_queue_length: u32,
    /// The most commands, or groups of them, that wait for the next period, 1 to 65536. 0: 1024.
    pub command_queue_length: u32,
    /// How many captured frames are kept until they are read, 1 to 2^26. 0: 2 seconds.
    pub capture_buffer_frames: u64,
    /// The capture latency that the null and offline drivers report, 0 to 2^20 frames: from the microphone to the
    /// period.
    pub capture_latency_frames: u32,
    /// The playback latency that the null and offline drivers report, 0 to 2^20 frames: from the period to the
    /// loudspeaker.
    pub playback_latency_frames: u32,
    /// How many frames ahead of what plays streamed clips are read, 1 to 2^24, but never less than
    /// two periods and twice the declick length. 0: one second.
    pub read_ahead_frames: u64,
    /// One of AMIO_START_SERVER_*. 0: off. With on, amio_interface_new() may take 7 seconds longer.
    /// A server that was lost is not started again. AMIO_EVENT_LOG reports that a server was started;
    /// jackd then ends with its last client.
    pub start_server: u32,
    /// How many MIDI ports others can send to, 0 to 16: see amio_interface_next_midi(). With the null and the offline
    /// driver nothing arrives.
    pub midi_inputs: u32,
    /// How many MIDI ports others can receive from, 0 to 16: see amio_interface_send_midi(). The null and the offline
    /// driver discard what is sent.
    pub midi_outputs: u32,
    /// The priority of the audio thread, 1 to 99, where the driver has one of its own. 0: 10 (null), 60 (ALSA). It is
    /// SCHED_FIFO where this user may have it. Otherwise rtkit is asked, which gives up to 20 by default, and has the system end
    /// a process whose audio thread computes for 200 ms without a pause. amio_interface_stats() shows what was
    /// granted. A JACK server chooses the priority of its clients.
    pub realtime_priority: u32,
    /// By how many frames the way from the loudspeaker's period to the microphone's is longer than the driver reports,
    /// -2^20 to 2^20: "amio latency" measures it. The positions of captured input, of MIDI messages that arrive, and of
    /// recordings of the input take it into account. amio_interface_latency() does not.
    pub latency_offset_frames: i32,
    /// Must be 0.
    pub reserved: u32,
    /// ALSA's name of the PCM for the output, such as "hw:0" or "plughw:CARD=PCH", UTF-8. NULL: "default". It is not
    /// opened if there are no output channels. This field and those below are for AMIO_DRIVER_ALSA.
    pub alsa_playback: *const c_char,
    /// The same for the input. It must be of the same card as the output, or have the same clock. NULL: "default".
    pub alsa_capture: *const c_char,
    /// How many periods the output is ahead of what is heard, 2 to 64. Fewer are a shorter latency; more bear a longer
    /// delay of the audio thread. A device with a short buffer gets fewer. 0: 3.
    pub alsa_periods: u32,
    /// The device's buffer, at least so many frames, 1 to 2^24. A longer one does not add to the latency. 0: as it suits
    /// the period.
    pub alsa_buffer_frames: u32,
    /// One of AMIO_ALSA_FORMAT_*. 0: the one with the most bits that the device has.
    pub alsa_format: u32,
    /// One of AMIO_ALSA_ACCESS_*. 0: shared memory where the device has it.
    pub alsa_access: u32,
    /// The dither is a function of it, and of how many frames were played since the start.
    pub alsa_dither_seed: u64,
    /// 1: samples are dithered in formats of 16 bits or fewer. 0: they are not, and samples that were made for such a
    /// format reach the device bit for bit.
    pub alsa_dither: u32,
    /// 1: ALSA converts the rate if a device lacks it. 0: that is an error, which lists the rates that the device has.
    pub alsa_convert_rate: u32,
}

// SAFETY: repr(C), the first field is its size, and it has integers and raw pointers only.
unsafe impl Versioned for amio_interface_config {
    const NAME: &'static str = "amio_interface_config";
    const SMALLEST: usize = offset_of!(amio_interface_config, client_name);
}

/// Opens the driver and makes an interface, stopped, its timeline at frame 0.
///
/// Thread: any but the audio thread; waits up to 5 seconds for a server that does not answer, 7
/// more with AMIO_START_SERVER_ON, and for its turn (see "Threads").
/// Units: in the fields' names.
/// Ownership: `config` and its texts are borrowed for the call. Release the interface with
/// amio_interface_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a field is out of range, a text
/// is not UTF-8, the rate or the period is not the server's); AMIO_ERROR_UNSUPPORTED (the struct
/// is newer than the library); AMIO_ERROR_DRIVER_UNAVAILABLE (the message says what to install);
/// AMIO_ERROR_NO_SERVER; AMIO_ERROR_DRIVER; AMIO_ERROR_TIMEOUT; AMIO_ERROR_SYSTEM;
/// AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_new(
    config: *const amio_interface_config,
    out_iface: *mut *mut amio_interface,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let config = read_config(&caller, config)?;
        let out = caller.out("out_iface", out_iface)?;
        let place = ReservedHandle::take()?;
        let interface = Interface::new(config).map_err(|e| Fault::renamed(e, &CONFIG_FIELDS))?;
        out.set(place.fill(interface));
        Ok(())
    })
}

/// Starts the audio: periods run, input is captured, and what is scheduled takes effect. The
/// transport stands still until amio_interface_set_rolling(). With the offline driver, it allows
/// amio_interface_advance().
///
/// Thread: any but the audio thread; waits up to 5 seconds for a server that does not answer, also where
/// it has to be opened anew, after it was lost or a start or stop failed; and for its turn (see "Threads").
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (started
/// already, failed or closed); AMIO_ERROR_DRIVER; AMIO_ERROR_TIMEOUT; AMIO_ERROR_SYSTEM; where it
/// has to be opened anew, those of amio_interface_new() for a server too; AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_start(iface: *mut amio_interface) -> amio_status {
    guard(|| Ok(handles::get("iface", iface)?.start()?))
}

/// Stops the audio. Position, playspecs, pending swaps and captured input are kept, and
/// amio_interface_start() goes on from there. A lost interface no longer reconnects. Stopping
/// a stopped interface does nothing.
///
/// Thread: any but the audio thread; waits up to a second for a server that does not answer, and for its
/// turn; before that, for another call that starts or stops the interface (see "Threads").
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed);
/// AMIO_ERROR_DRIVER; AMIO_ERROR_TIMEOUT. After the last two it is stopped all the same.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_stop(iface: *mut amio_interface) -> amio_status {
    guard(|| Ok(handles::get("iface", iface)?.stop()?))
}

/// Closes the driver within a second, also if the server hangs. Pending tickets end as cancelled.
/// Their events and the input captured so far can still be fetched, and state, position, statistics
/// and the like can still be asked for; a call that would change something gives
/// AMIO_ERROR_INVALID_STATE from now on. Fine if it is closed already. A program that does not want
/// to know the last events calls amio_interface_free() only.
///
/// Thread: any but the audio thread; waits up to a second.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_close(iface: *mut amio_interface) -> amio_status {
    guard(|| {
        handles::get("iface", iface)?.close();
        Ok(())
    })
}

/// Closes the interface as amio_interface_close() does, and makes its handle invalid. Calls of
/// other threads that are under way end safely. Groups of the interface must still be freed.
/// NULL does nothing.
///
/// Thread: any but the audio thread; waits up to a second.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_free(iface: *mut amio_interface) -> amio_status {
    guard(|| {
        if let Some(interface) = handles::release("iface", iface)? {
            interface.close();
        }
        Ok(())
    })
}

/// Returns the state, one of AMIO_STATE_*.
///
/// Thread: any.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_state(
    iface: *mut amio_interface,
    out_state: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        caller
            .out("out_state", out_state)?
            .set(match interface.state() {
                State::Stopped => AMIO_STATE_STOPPED,
                State::Running => AMIO_STATE_RUNNING,
                State::Lost => AMIO_STATE_LOST,
                State::Failed => AMIO_STATE_FAILED,
                State::Closed => AMIO_STATE_CLOSED,
            });
        Ok(())
    })
}

/// Returns the frame rate. Clips that the interface plays must have the same rate.
///
/// Thread: any. Units: frames per second.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_frame_rate_hz(
    iface: *mut amio_interface,
    out_frame_rate_hz: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        caller
            .out("out_frame_rate_hz", out_frame_rate_hz)?
            .set(interface.frame_rate_hz());
        Ok(())
    })
}

/// Returns the frames per period. A server may change it while it runs.
///
/// Thread: any.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_period_frames(
    iface: *mut amio_interface,
    out_period_frames: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        caller
            .out("out_period_frames", out_period_frames)?
            .set(interface.period_frames());
        Ok(())
    })
}

/// Returns the latencies, as the driver reports them now: from the microphone to the period, and
/// from the period to the loudspeaker.
///
/// Thread: any. Units: frames.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_latency(
    iface: *mut amio_interface,
    out_capture_frames: *mut u32,
    out_playback_frames: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let latency = handles::get("iface", iface)?.latency();
        let capture = caller.out("out_capture_frames", out_capture_frames)?;
        let playback = caller.out("out_playback_frames", out_playback_frames)?;
        capture.set(latency.capture_frames);
        playback.set(latency.playback_frames);
        Ok(())
    })
}

/// Copies the name under which the server knows this client; it may differ from the one that was
/// asked for.
///
/// Thread: any.
/// Units: `capacity_bytes` counts the NUL at the end of the text.
/// Ownership: `out_name` is the caller's.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_BUFFER_TOO_SMALL (the
/// message says what is needed; 256 bytes are enough for every JACK name).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_client_name(
    iface: *mut amio_interface,
    out_name: *mut c_char,
    capacity_bytes: usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let name = handles::get("iface", iface)?.client_name();
        caller
            .out_text("out_name", out_name, capacity_bytes)?
            .set(&name)
    })
}

/// Runs the offline driver for `frames` frames, in whole periods and a shorter last one: reads
/// `input`, and renders into `output`. The interface must have been started.
///
/// Thread: any; renders on the calling thread.
/// Units: `input` holds `frames * input_channels` interleaved floats, which are captured as they
/// are; `output` has room for `frames * output_channels`; `frames` is 1 to 2^60.
/// Ownership: both are borrowed for the call and must not overlap. Either may be NULL: without
/// `input`, the input clip is fed, or silence; without `output`, what is rendered is discarded.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no
/// frames, more than memory can hold, overlapping buffers, a buffer for a side without channels);
/// AMIO_ERROR_INVALID_STATE (not the offline driver, not started, failed or closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_advance(
    iface: *mut amio_interface,
    frames: u64,
    input: *const f32,
    output: *mut f32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        if !(1..=MAX_LENGTH_FRAMES).contains(&frames) {
            return Err(Fault::argument(format!(
                "frames is {frames}; it must be 1 to 2^60"
            )));
        }
        let inputs = side("input", input, interface.config().input_channels)?;
        let outputs = side("output", output, interface.config().output_channels)?;
        if let (Some(inputs), Some(outputs)) = (inputs, outputs) {
            let input_end = input.addr() + 4 * check_memory("input", input, frames, inputs)?;
            let output_end = output.addr() + 4 * check_memory("output", output, frames, outputs)?;
            if input.addr() < output_end && output.addr() < input_end {
                return Err(Fault::argument(
                    "input and output overlap; they must be different memory",
                ));
            }
        }
        let input = inputs
            .map(|channels| caller.slice("input", input, frames, channels))
            .transpose()?;
        let output = outputs
            .map(|channels| caller.slice_mut("output", output, frames, channels))
            .transpose()?;
        Ok(interface.advance(frames, input, output)?)
    })
}

/// Sets the period of the following calls of amio_interface_advance(), as if a device had changed
/// it. Offline driver only.
///
/// Thread: any. Units: frames per period, 1 to 65536.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
/// AMIO_ERROR_INVALID_STATE (not the offline driver, or closed); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_set_period_frames(
    iface: *mut amio_interface,
    period_frames: u32,
) -> amio_status {
    guard(|| Ok(handles::get("iface", iface)?.set_period_frames(period_frames)?))
}

/// Feeds a clip, from its first frame, to the following calls of amio_interface_advance() that
/// have no `input`; after its end, silence. NULL: silence from now on. Offline driver only.
///
/// Thread: any. Ownership: the interface keeps the clip's data; the handle may be freed.
/// Units: a clip of one channel goes to all inputs; its frame rate must be the interface's.
/// Errors: AMIO_ERROR_NULL_POINTER (`iface`); AMIO_ERROR_INVALID_HANDLE;
/// AMIO_ERROR_RATE_MISMATCH; AMIO_ERROR_INVALID_STATE (not the offline driver, or closed).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_set_input_clip(
    iface: *mut amio_interface,
    clip: *mut super::clip::amio_clip,
) -> amio_status {
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let clip = (!clip.is_null())
            .then(|| handles::get("clip", clip))
            .transpose()?;
        Ok(interface.set_input_clip(clip.as_ref())?)
    })
}

/// Makes the next period begin as if the device had skipped frames before it, as in an xrun. So a program can be
/// tested. Offline driver only.
///
/// Thread: any. Units: frames, 0 to 2^40.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
/// AMIO_ERROR_INVALID_STATE (not the offline driver, or closed).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_skip(
    iface: *mut amio_interface,
    frames: u64,
) -> amio_status {
    guard(|| Ok(handles::get("iface", iface)?.skip(frames)?))
}

/// The channels of a buffer that was given; an error where that side has none.
fn side(what: &str, buffer: *const f32, channels: u16) -> Checked<Option<usize>> {
    if buffer.is_null() {
        return Ok(None);
    }
    if channels == 0 {
        return Err(Fault::argument(format!(
            "{what} is not NULL, but the interface has no {what} channels"
        )));
    }
    Ok(Some(channels.into()))
}

/// What the crate calls a setting, and what C calls it.
const CONFIG_FIELDS: [(&str, &str); 14] = [
    ("client_name", "config->client_name"),
    ("server_name", "config->server_name"),
    ("frame_rate_hz", "config->frame_rate_hz"),
    ("period_frames", "config->period_frames"),
    ("declick_frames", "config->declick_frames"),
    ("swap_queue", "config->swap_queue_length"),
    ("command_queue", "config->command_queue_length"),
    ("capture_buffer_frames", "config->capture_buffer_frames"),
    ("read_ahead_frames", "config->read_ahead_frames"),
    ("latency.capture_frames", "config->capture_latency_frames"),
    ("latency.playback_frames", "config->playback_latency_frames"),
    ("latency_offset_frames", "config->latency_offset_frames"),
    ("alsa.periods", "config->alsa_periods"),
    ("alsa.buffer_frames", "config->alsa_buffer_frames"),
];

fn read_config(caller: &Caller, config: *const amio_interface_config) -> Checked<Config> {
    let given = caller.read("config", config)?;
    let mut config = Config::new(match given.driver {
        AMIO_DRIVER_DEFAULT | AMIO_DRIVER_JACK => DriverKind::Jack,
        AMIO_DRIVER_ALSA => DriverKind::Alsa,
        AMIO_DRIVER_NULL => DriverKind::Null,
        AMIO_DRIVER_OFFLINE => DriverKind::Offline,
        other => return Err(not_one_of("config->driver", other, "AMIO_DRIVER_*, 0 to 4")),
    });
    if !given.client_name.is_null() {
        config.client_name = caller
            .text("config->client_name", given.client_name)?
            .into();
    }
    if !given.server_name.is_null() {
        config.server_name = Some(
            caller
                .text("config->server_name", given.server_name)?
                .into(),
        );
    }
    config.frame_rate_hz = unless_zero(given.frame_rate_hz);
    config.period_frames = unless_zero(given.period_frames);
    if let Some(channels) = channels("config->input_channels", given.input_channels)? {
        config.input_channels = channels;
    }
    if let Some(channels) = channels("config->output_channels", given.output_channels)? {
        config.output_channels = channels;
    }
    config.midi_inputs = midi_ports("config->midi_inputs", given.midi_inputs)?;
    config.midi_outputs = midi_ports("config->midi_outputs", given.midi_outputs)?;
    config.autoconnect = match given.autoconnect {
        AMIO_AUTOCONNECT_DEFAULT | AMIO_AUTOCONNECT_ON => true,
        AMIO_AUTOCONNECT_OFF => false,
        other => {
            return Err(not_one_of(
                "config->autoconnect",
                other,
                "AMIO_AUTOCONNECT_*, 0 to 2",
            ));
        }
    };
    config.start_server = match given.start_server {
        AMIO_START_SERVER_DEFAULT | AMIO_START_SERVER_OFF => false,
        AMIO_START_SERVER_ON => true,
        other => {
            return Err(not_one_of(
                "config->start_server",
                other,
                "AMIO_START_SERVER_*, 0 to 2",
            ));
        }
    };
    config.clamp = match given.clamp {
        AMIO_CLAMP_DEFAULT => None,
        AMIO_CLAMP_ON => Some(true),
        AMIO_CLAMP_OFF => Some(false),
        other => return Err(not_one_of("config->clamp", other, "AMIO_CLAMP_*, 0 to 2")),
    };
    config.declick_frames = match given.declick_frames {
        AMIO_DECLICK_OFF => Some(0),
        frames => unless_zero(frames),
    };
    config.skip_policy = match given.skip_policy {
        AMIO_SKIP_SLIP => SkipPolicy::Slip,
        AMIO_SKIP_CATCH_UP => SkipPolicy::CatchUp,
        other => {
            return Err(not_one_of(
                "config->skip_policy",
                other,
                "AMIO_SKIP_*, 0 or 1",
            ));
        }
    };
    if let Some(length) = unless_zero(given.swap_queue_length) {
        config.swap_queue = length as usize;
    }
    if let Some(length) = unless_zero(given.command_queue_length) {
        config.command_queue = length as usize;
    }
    config.capture_buffer_frames = given.capture_buffer_frames;
    config.read_ahead_frames = given.read_ahead_frames;
    config.latency = Latency {
        capture_frames: given.capture_latency_frames,
        playback_frames: given.playback_latency_frames,
    };
    config.latency_offset_frames = given.latency_offset_frames;
    if given.reserved != 0 {
        return Err(Fault::new(
            AMIO_ERROR_UNSUPPORTED,
            format!("config->reserved is {}; it must be 0", given.reserved),
        ));
    }
    config.realtime_priority = realtime_priority(given.realtime_priority)?;
    config.alsa = alsa(caller, &given)?;
    Ok(config)
}

fn alsa(caller: &Caller, given: &amio_interface_config) -> Checked<AlsaConfig> {
    let name = |what, pointer| -> Checked<Option<String>> {
        Ok(caller.optional_text(what, pointer)?.map(str::to_owned))
    };
    Ok(AlsaConfig {
        playback: name("config->alsa_playback", given.alsa_playback)?,
        capture: name("config->alsa_capture", given.alsa_capture)?,
        periods: unless_zero(given.alsa_periods).unwrap_or(AlsaConfig::default().periods),
        buffer_frames: unless_zero(given.alsa_buffer_frames),
        format: alsa_terms::format("config->alsa_format", given.alsa_format)?,
        access: alsa_terms::access("config->alsa_access", given.alsa_access)?,
        dither: switch("config->alsa_dither", given.alsa_dither)?,
        dither_seed: given.alsa_dither_seed,
        convert_rate: switch("config->alsa_convert_rate", given.alsa_convert_rate)?,
    })
}

fn switch(what: &str, given: u32) -> Checked<bool> {
    match given {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Fault::argument(format!(
            "{what} is {given}; it must be 0 or 1"
        ))),
    }
}

fn unless_zero(given: u32) -> Option<u32> {
    (given != 0).then_some(given)
}

/// The channels of one side; `None` for the default.
fn channels(what: &str, given: u32) -> Checked<Option<u16>> {
    match given {
        0 => Ok(None),
        AMIO_CHANNELS_NONE => Ok(Some(0)),
        _ if given <= MAX_CHANNELS.into() => Ok(Some(given as u16)),
        _ => Err(Fault::argument(format!(
            "{what} is {given}; it must be 0 (default) to 64, or AMIO_CHANNELS_NONE"
        ))),
    }
}

fn midi_ports(what: &str, given: u32) -> Checked<u16> {
    match given <= MAX_MIDI_PORTS.into() {
        true => Ok(given as u16),
        false => Err(Fault::argument(format!(
            "{what} is {given}; it must be 0 to {MAX_MIDI_PORTS}"
        ))),
    }
}

fn realtime_priority(given: u32) -> Checked<Option<u8>> {
    match given {
        0 => Ok(None),
        1..=99 => Ok(Some(given as u8)),
        _ => Err(Fault::argument(format!(
            "config->realtime_priority is {given}; it must be 0 (default) to 99"
        ))),
    }
}
