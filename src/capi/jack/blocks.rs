//! Audio in blocks, to and from a thread of the program.

use super::super::fault::{Checked, Fault};
use super::super::guard::{Caller, guard};
use super::super::handles::{self, Handle, ReservedHandle};
use super::super::sized::Versioned;
use super::super::status::{AMIO_ERROR_INVALID_STATE, amio_status};
use super::answers::tell;
use super::client::amio_jack_client;
use super::ports::amio_jack_port;
use crate::jack::{BlockInfo, BlockOptions, Blocks, Port};
use crate::lock::Mutex;
use crate::memory;
use std::ffi::c_int;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

/// An exchange of audio in blocks of one length.
pub struct amio_jack_blocks {
    _opaque: [u8; 0],
}

impl Handle for amio_jack_blocks {
    type Target = Arc<SharedBlocks>;
    const NAME: &'static str = "an exchange of JACK blocks";
}

/// What the handle stands for.
pub struct SharedBlocks {
    /// Held by a call that may wait. Other calls do not wait for it.
    blocks: Mutex<Blocks>,
    fd: c_int,
    latency_frames: u32,
}

/// How blocks are exchanged. Set struct_size to sizeof(amio_jack_blocks_config), the length of a block and the ports, and all
/// else to 0 for its default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_jack_blocks_config {
    /// sizeof(amio_jack_blocks_config).
    pub struct_size: u32,
    /// The length of a block in frames, 1 to 65536. It need not be the server's period.
    pub block_frames: u32,
    /// How many blocks of input may wait for the program, 1 to 65536; 0: a quarter of a second of them, and at least 4.
    pub queued_blocks: u32,
    /// How many frames after the beginning of a block of input the output sounds that answers it, up to 2^24. 0: a block,
    /// a period, the longer of the two to think, and 5 ms for waking, rounded up to whole periods.
    pub latency_frames: u32,
    /// The audio inputs, which belong to the client. NULL if there are none.
    pub inputs: *const *const amio_jack_port,
    /// How many, up to 1024.
    pub input_count: usize,
    /// The audio outputs, which belong to the client. NULL if there are none. Nobody else may write to them.
    pub outputs: *const *const amio_jack_port,
    /// How many, up to 1024.
    pub output_count: usize,
}

// SAFETY: repr(C), the first field is its size, and every pattern of bytes is a valid value.
unsafe impl Versioned for amio_jack_blocks_config {
    const NAME: &'static str = "amio_jack_blocks_config";
    const SMALLEST: usize = size_of::<amio_jack_blocks_config>();
}

/// A block that was read. Set struct_size to sizeof(amio_jack_block) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_jack_block {
    /// sizeof(amio_jack_block).
    pub struct_size: u32,
    /// The frame of the server's clock at which the input began. It wraps.
    pub input_frame: u32,
    /// The frame at which the output sounds: that which amio_jack_blocks_exchange() has written; of
    /// amio_jack_blocks_read(), that which answers the block.
    pub output_frame: u32,
    /// 0.
    pub reserved: u32,
    /// Frames of input that were lost directly before this block.
    pub lost: u64,
    /// Frames of output that were dropped since the call before, since their time had passed.
    pub late: u64,
    /// Frames of silence since the call before, since nothing was written for them.
    pub missed: u64,
    /// How often the server has skipped frames since the block before.
    pub xruns: u64,
    /// As `lost`, since the beginning.
    pub total_lost: u64,
    /// As `late`, since the beginning.
    pub total_late: u64,
    /// As `missed`, since the first frame that sounded.
    pub total_missed: u64,
    /// As `xruns`, since the beginning.
    pub total_xruns: u64,
}

// SAFETY: repr(C), the first field is its size, and it has numbers only.
unsafe impl Versioned for amio_jack_block {
    const NAME: &'static str = "amio_jack_block";
    const SMALLEST: usize = size_of::<amio_jack_block>();
}

/// Begins to exchange audio in blocks with a thread of the program, from the next cycle on, beside or without a process
/// function. No code of the program runs on the audio thread for it.
///
/// Input is cut into blocks that follow each other without a gap. Where the program does not read, whole blocks are lost; if the
/// server skips frames, the block that was begun is lost. All these frames are counted. Output answers the block that was read
/// last, and sounds a constant latency after it. What comes too late is dropped and counted; where nothing was written, there is
/// silence, which is counted. While the server freewheels, the audio thread waits for the program, up to two seconds. Events of
/// amio_jack_midi_receiver and amio_jack_midi_sender use the same clock.
///
/// Thread: any but the audio thread; waits for the cycle that runs.
/// Ownership: the ports are borrowed for the call, and stay registered afterwards. Release the exchange with
/// amio_jack_blocks_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a value of the configuration, a port
/// of another client, not of audio, or of the other direction); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK
/// calls); AMIO_ERROR_UNSUPPORTED; AMIO_ERROR_OUT_OF_MEMORY; AMIO_ERROR_SYSTEM; AMIO_ERROR_DRIVER.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_blocks_new(
    client: *mut amio_jack_client,
    config: *const amio_jack_blocks_config,
    out_blocks: *mut *mut amio_jack_blocks,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let config = caller.read("config", config)?;
        let out = caller.out("out_blocks", out_blocks)?;
        let inputs = ports(&caller, "inputs", config.inputs, config.input_count)?;
        let outputs = ports(&caller, "outputs", config.outputs, config.output_count)?;
        let options = BlockOptions {
            block_frames: config.block_frames,
            queued_blocks: config.queued_blocks,
            latency_frames: config.latency_frames,
        };
        let place = ReservedHandle::take()?;
        let inputs = inputs.iter().map(Port::audio_input);
        let outputs = outputs.iter().map(Port::audio_output);
        let (inputs, outputs) = (
            inputs.collect::<Result<_, _>>()?,
            outputs.collect::<Result<_, _>>()?,
        );
        let blocks = client.exchange_blocks(inputs, outputs, options)?;
        out.set(place.fill(Arc::new(SharedBlocks {
            fd: blocks.as_fd().as_raw_fd(),
            latency_frames: blocks.latency_frames(),
            blocks: Mutex::new(blocks),
        })));
        Ok(())
    })
}

/// Writes the answer to the block that was read last, and reads the next one. The first call reads first, and its output
/// answers a block before the first one. After AMIO_ERROR_TIMEOUT, the output is written; the next call only waits for
/// input, and its `output` has no effect.
///
/// Thread: one at a time, any but the audio thread; waits up to `timeout_ms` milliseconds, also if the exchange is freed
/// meanwhile.
/// Units: for each port in the order of the configuration, a pointer to as many floats as a block has frames.
/// Ownership: `output` is borrowed for the call; `input` and `out_block` are the caller's, and the struct_size of
/// `out_block` must be set. An input must not overlap with another one, or with an output. `output` and `input` may be NULL
/// without such ports.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size, a pointer that is
/// not aligned, memory that overlaps); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE (another thread is in a call of the exchange, the client is closed,
/// or the server is gone).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_blocks_exchange(
    blocks: *mut amio_jack_blocks,
    output: *const *const f32,
    input: *const *mut f32,
    timeout_ms: u32,
    out_block: *mut amio_jack_block,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    with(blocks, |blocks| {
        let mut room = room(&caller, input, output, blocks)?;
        let output = samples(&caller, output, blocks)?;
        let out = caller.out_struct("out_block", out_block)?;
        let info = blocks.exchange(&output, &mut room, milliseconds(timeout_ms))?;
        out.set(&describe(&info));
        Ok(())
    })
}

/// Reads the next block of input.
///
/// Thread: as amio_jack_blocks_exchange().
/// Units: as amio_jack_blocks_exchange().
/// Ownership: as amio_jack_blocks_exchange().
/// Errors: as amio_jack_blocks_exchange().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_blocks_read(
    blocks: *mut amio_jack_blocks,
    input: *const *mut f32,
    timeout_ms: u32,
    out_block: *mut amio_jack_block,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    with(blocks, |blocks| {
        let mut room = room(&caller, input, ptr::null(), blocks)?;
        let out = caller.out_struct("out_block", out_block)?;
        let info = blocks.read(&mut room, milliseconds(timeout_ms))?;
        out.set(&describe(&info));
        Ok(())
    })
}

/// Writes the answer to the block that was read last; where that is answered already, the block after the answer. Before
/// anything was read, the block sounds the latency after the cycle that runs now. Waits for room, which there is for all
/// answers. Returns the frame at which the block sounds.
///
/// Thread: as amio_jack_blocks_exchange().
/// Units: as amio_jack_blocks_exchange().
/// Ownership: as amio_jack_blocks_exchange(); `out_frame` may be NULL.
/// Errors: as amio_jack_blocks_exchange().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_blocks_write(
    blocks: *mut amio_jack_blocks,
    output: *const *const f32,
    timeout_ms: u32,
    out_frame: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    with(blocks, |blocks| {
        let output = samples(&caller, output, blocks)?;
        let frame = blocks.write(&output, milliseconds(timeout_ms))?;
        if !out_frame.is_null() {
            caller.out("out_frame", out_frame)?.set(frame);
        }
        Ok(())
    })
}

/// Writes a block that sounds at a frame of the server's clock, not before the end of the one that was written last: what
/// overlaps is late. amio_jack_blocks_write() then goes on after it.
///
/// Thread: as amio_jack_blocks_exchange().
/// Units: as amio_jack_blocks_exchange().
/// Ownership: as amio_jack_blocks_exchange().
/// Errors: as amio_jack_blocks_exchange().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_blocks_write_at(
    blocks: *mut amio_jack_blocks,
    frame: u32,
    output: *const *const f32,
    timeout_ms: u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    with(blocks, |blocks| {
        let output = samples(&caller, output, blocks)?;
        Ok(blocks.write_at(frame, &output, milliseconds(timeout_ms))?)
    })
}

/// Returns how many frames after the beginning of a block of input its answer sounds.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_blocks_latency_frames(
    blocks: *mut amio_jack_blocks,
    out_frames: *mut u32,
) -> amio_status {
    let out = ("out_frames", out_frames);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("blocks", blocks), out, |blocks| Ok(blocks.latency_frames)) }
}

/// Returns a descriptor that is readable while a block of input waits, and once no more come, for poll(), epoll, asyncio or
/// GLib. It may stay readable until a call has found no block. Only poll it: do not read, write or close it.
///
/// Thread: any but the audio thread.
/// Ownership: it belongs to the exchange and is valid until amio_jack_blocks_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_blocks_fd(
    blocks: *mut amio_jack_blocks,
    out_fd: *mut c_int,
) -> amio_status {
    let out = ("out_fd", out_fd);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("blocks", blocks), out, |blocks| Ok(blocks.fd)) }
}

/// Ends an exchange. Its ports stay registered, and its outputs are silent. NULL does nothing.
///
/// Thread: any but the audio thread; waits for the cycle that runs.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_blocks_free(blocks: *mut amio_jack_blocks) -> amio_status {
    guard(|| {
        drop(handles::release("blocks", blocks)?);
        Ok(())
    })
}

/// Calls with the exchange, unless another thread is in such a call.
fn with(blocks: *mut amio_jack_blocks, call: impl FnOnce(&mut Blocks) -> Checked) -> amio_status {
    guard(|| {
        let shared = handles::get("blocks", blocks)?;
        let mut blocks = shared.blocks.try_lock().ok_or_else(|| {
            Fault::new(
                AMIO_ERROR_INVALID_STATE,
                "another thread is in a call of this exchange of blocks; use it on one thread at a time",
            )
        })?;
        call(&mut blocks)
    })
}

fn milliseconds(timeout_ms: u32) -> Duration {
    Duration::from_millis(timeout_ms.into())
}

fn ports(
    caller: &Caller,
    what: &str,
    given: *const *const amio_jack_port,
    count: usize,
) -> Checked<Vec<Port>> {
    const MOST: usize = 1024;
    if count > MOST {
        return Err(Fault::argument(format!(
            "{what} has {count} ports; there can be up to {MOST}"
        )));
    }
    let mut ports = memory::room(count, "the ports of an exchange")?;
    if count > 0 {
        for (at, port) in caller
            .slice(what, given, count as u64, 1)?
            .iter()
            .enumerate()
        {
            ports.push(handles::get(&format!("{what}[{at}]"), *port)?);
        }
    }
    Ok(ports)
}

/// The samples of each output. [`room`] has made sure that nobody writes to them.
fn samples<'a>(
    caller: &'a Caller,
    output: *const *const f32,
    blocks: &Blocks,
) -> Checked<Vec<&'a [f32]>> {
    let (_, count) = blocks.ports();
    let frames = blocks.block_frames() as u64;
    let mut all = memory::room(count, "the ports of a block")?;
    for (at, samples) in pointers(caller, "output", output, count)? {
        all.push(caller.slice(&format!("output[{at}]"), samples, frames, 1)?);
    }
    Ok(all)
}

/// The room for the samples of each input, which overlaps with no other one and with no sample of `outputs`.
fn room<'a>(
    caller: &'a Caller,
    input: *const *mut f32,
    outputs: *const *const f32,
    blocks: &Blocks,
) -> Checked<Vec<&'a mut [f32]>> {
    let (count, _) = blocks.ports();
    check_apart(caller, input, outputs, blocks)?;
    let frames = blocks.block_frames() as u64;
    let mut all = memory::room(count, "the ports of a block")?;
    for (at, samples) in pointers(caller, "input", input, count)? {
        all.push(caller.slice_mut(&format!("input[{at}]"), samples, frames, 1)?);
    }
    Ok(all)
}

/// `outputs` is NULL for a call without any.
fn check_apart(
    caller: &Caller,
    input: *const *mut f32,
    outputs: *const *const f32,
    blocks: &Blocks,
) -> Checked {
    let (inputs, output_count) = blocks.ports();
    let output_count = if outputs.is_null() { 0 } else { output_count };
    let mut places = memory::room(inputs + output_count, "the ports of a block")?;
    for (_, samples) in pointers(caller, "input", input, inputs)? {
        places.push((samples.addr(), true));
    }
    for (_, samples) in pointers(caller, "output", outputs, output_count)? {
        places.push((samples.addr(), false));
    }
    // NULL is another mistake.
    places.retain(|(address, _)| *address != 0);
    places.sort_unstable();
    // All are equally long, so whatever overlaps with an input does so with its neighbour.
    let bytes = blocks.block_frames() * size_of::<f32>();
    let overlap = |pair: &[(usize, bool)]| {
        let ((first, is_input), (second, is_input_too)) = (pair[0], pair[1]);
        second - first < bytes && (is_input || is_input_too)
    };
    match places.windows(2).any(overlap) {
        true => Err(Fault::argument(
            "an input overlaps with another one, or with an output; each must be memory of its own",
        )),
        false => Ok(()),
    }
}

/// The pointers of a list, with their places.
fn pointers<'a, P: Copy + 'a>(
    caller: &'a Caller,
    what: &str,
    list: *const P,
    count: usize,
) -> Checked<impl Iterator<Item = (usize, P)> + use<'a, P>> {
    let list = match count {
        0 => &[][..],
        count => caller.slice(what, list, count as u64, 1)?,
    };
    Ok(list.iter().copied().enumerate())
}

fn describe(info: &BlockInfo) -> amio_jack_block {
    amio_jack_block {
        struct_size: 0,
        input_frame: info.input_frame,
        output_frame: info.output_frame,
        reserved: 0,
        lost: info.new.lost,
        late: info.new.late,
        missed: info.new.missed,
        xruns: info.new.xruns,
        total_lost: info.total.lost,
        total_late: info.total.late,
        total_missed: info.total.missed,
        total_xruns: info.total.xruns,
    }
}
