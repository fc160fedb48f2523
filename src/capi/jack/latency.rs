//! Latencies that the program itself adds.

use super::super::guard::guard;
use super::super::handles;
use super::super::status::amio_status;
use super::lookup::latency_mode;
use super::ports::amio_jack_port;
use crate::jack::LatencyRange;

/// Gives a port a latency of its own, in place of what comes from the client's other ports. The server then computes all
/// latencies anew, which takes some cycles, and needs an active client. A capture latency of an output counts from where
/// sound comes in up to the port, a playback latency of an input from the port to where sound goes out.
///
/// With PipeWire's library, the client's other ports take part when a latency is set, when blocks begin, and in
/// amio_jack_client_recompute_latencies(), not when the latency of another client changes.
///
/// Thread: any but the audio thread; waits for the server.
/// Units: `mode` is one of AMIO_JACK_LATENCY_*.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the mode, or a range that ends
/// before it begins); AMIO_ERROR_INVALID_STATE (unregistered, the client is closed, or in a function that JACK calls);
/// AMIO_ERROR_DRIVER (the server refuses it).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_port_set_latency(
    port: *mut amio_jack_port,
    mode: u32,
    min_frames: u32,
    max_frames: u32,
) -> amio_status {
    let range = LatencyRange {
        min_frames,
        max_frames,
    };
    set_latency(port, mode, Some(range))
}

/// Takes back what amio_jack_port_set_latency() has set for a port. Outputs then have the capture latencies of the client's
/// inputs, inputs the playback latencies of its outputs; the ports of amio_jack_blocks add its latency.
///
/// Thread: any but the audio thread; waits for the server.
/// Units: `mode` is one of AMIO_JACK_LATENCY_*.
/// Errors: as amio_jack_port_set_latency().
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_port_clear_latency(
    port: *mut amio_jack_port,
    mode: u32,
) -> amio_status {
    set_latency(port, mode, None)
}

fn set_latency(port: *mut amio_jack_port, mode: u32, range: Option<LatencyRange>) -> amio_status {
    guard(|| {
        let port = handles::get("port", port)?;
        Ok(port.set_latency(latency_mode(mode)?, range)?)
    })
}
