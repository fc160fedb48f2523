/* SPDX-License-Identifier: MIT OR Apache-2.0 */

/**
 * \file amio.h
 *
 * Plays clips at exact frames, mixes them, and captures frame-stamped input.
 *
 * # Overview
 *
 * A *clip* is immutable audio, in memory or in a file that is read while it plays. A *playspec* is
 * a list of entries. Each entry says which part of which clip sounds, at which frame, how loud,
 * and how often. An *interface* plays one playspec at a time. amio_interface_schedule() gives it
 * the next one, with the frame at which it takes over. amio_interface_read_input() returns
 * captured audio, stamped with the frame that was heard when it was captured. The driver in the
 * configuration sets the pace: a JACK server (or PipeWire through its libjack), a timer (null),
 * or the caller (offline). amio_devices_list() returns which devices and servers there are.
 *
 * A *JACK client* (amio_jack_client_open()) is a client of a server of the program's own, with or without an
 * interface. It has ports, connects ports of all clients, moves the transport, and keeps metadata.
 *
 * # Threads
 *
 * Any thread may call any function, also several threads on the same handle at once. Do not call
 * from an audio thread, but for functions that say so (see "Real-time code"), nor from a signal handler. Calls may
 * take locks and allocate; they never wait for the audio thread. Functions that talk to a server say how long they wait for it. Functions
 * with `wait` in their names take a timeout. Both return AMIO_ERROR_TIMEOUT when that time is over. One thread
 * may free a handle while another one uses it: a call that comes too late returns
 * AMIO_ERROR_INVALID_HANDLE.
 *
 * Calls that open, start, stop or close interfaces with the JACK driver, and calls that open, activate, deactivate
 * or close JACK clients, take turns, since libjack allows only one at a time in a process. In
 * amio_interface_new(), _start() and _stop(), the wait for a server begins again when another of these calls has ended; in all it is at most ten times as long. Other calls wait no
 * longer than they say. Calls that start and stop the same interface, and amio_interface_advance(),
 * run one after the other: each waits until those before it have ended. amio_interface_close() and
 * amio_interface_free() do not wait for them, but end them.
 *
 * Handles belong to the process that made them. In a child of fork(), amio_..._free() does nothing with a handle
 * of the parent, and every other function returns AMIO_ERROR_INVALID_HANDLE. A child can make handles of its
 * own. (With PipeWire's library, which does not support fork(), opening a client in a child may time out.)
 * fork() waits up to half a second while another thread opens or closes a client of a JACK server, or
 * decodes a packet of AAC or Opus.
 *
 * pthread_cancel() may end a thread that is in a call, with either cancellation type. The call is
 * not cut short. It runs to its end, which may be its timeout. The thread ends then: at its next
 * cancellation point or, if its type is asynchronous, in the last instructions of the call. The results of the
 * call belong to the program, as always: out_... parameters are set.
 *
 * No code of the caller runs on the audio thread, except functions that the program gives to a JACK client.
 * amio_interface_next_event() returns what has happened there, as events. amio_interface_event_fd() returns a
 * descriptor for poll(), epoll and event loops, which is readable while an event waits.
 *
 * # JACK clients
 *
 * A client is opened, gets its ports, and is activated: then its cycles begin. Ports of the program are handles; ports
 * of all clients are known by their full names, "client:port". What happens is fetched from a queue
 * (amio_jack_events_new()), which has a descriptor as well. A server that hangs does not answer: calls whose Thread
 * paragraph says that they wait for the server then do not return.
 *
 * Functions that the program gives to a client (`process`, `sync`, `timebase`) run on the audio thread, and are real-time
 * code: see below. `log` runs on any thread of libjack. In all of these, calls that ask the server return
 * AMIO_ERROR_INVALID_STATE.
 *
 * Once the server is gone, which AMIO_JACK_EVENT_SHUTDOWN tells, the clients of this process must be closed before
 * another one can be opened.
 *
 * # Real-time code
 *
 * The server waits for real-time code in each cycle. So it must not allocate, free, take locks, wait, print, or call the
 * system in another way. Of this library it calls only functions whose description says "Real-time: yes": those of
 * rings, and amio_jack_cycle_...(). They are wait-free, also when they fail. It sends what it has to say to other
 * threads by a ring, and gets what it needs by another one.
 *
 * In a program that opens the library with dlopen(), the first failure on a thread may allocate some bytes: only then
 * the C library makes the library's data of that thread. The audio threads of JACK clients have it before.
 *
 * # Handles and ownership
 *
 * Handles are opaque pointers that the library never dereferences. A handle that was freed, was made up, or
 * is of another type gives AMIO_ERROR_INVALID_HANDLE. What a `_new` function returns belongs to the
 * caller, who frees it with the `_free` function of that type. `_free(NULL)` does nothing.
 * A clip that a playspec uses, or a playspec that an interface plays, lives as long as it is needed, also
 * after its handle was freed.
 *
 * The library uses memory that is passed in only during the call, unless the function says otherwise.
 * Buffers must be aligned as C aligns them; otherwise the call returns
 * AMIO_ERROR_INVALID_ARGUMENT. Strings are UTF-8 and end with NUL. The function says how long a returned string
 * stays valid.
 *
 * # Descriptors
 *
 * The library's descriptors never have the numbers of standard input, output and error, also if the program
 * has closed these: it would otherwise print into them. (The library cannot control what libjack opens.) All
 * descriptors are closed on exec.
 *
 * # Functions of the program
 *
 * The library calls `progress`, `release` and `log`. They must return. They must not throw an
 * exception, call longjmp(), or end their thread, neither by pthread_exit() nor by enabling cancellation, which
 * the library has disabled. An exception cannot be passed on, since a thread of the library may be the caller
 * of `release`: the process then ends with a message that names the function. It also does if the thread is ended.
 * longjmp() is not noticed, and leaves locks held. In C++, make these functions `noexcept` and catch all
 * exceptions inside; in `progress`, keep the exception and return 1.
 *
 * The functions of the program that a JACK client calls on its audio thread (`process`, `sync`, `timebase`) must return
 * as well, or may throw: a C++ exception is caught there and destroyed, and the function is not called again. (On
 * processors other than x86-64 and AArch64, the process ends.)
 *
 * # Errors
 *
 * Functions that can fail return an amio_status: AMIO_OK, which is 0, or a negative AMIO_ERROR_ code.
 * Each function names the codes it returns; any function may return AMIO_ERROR_INTERNAL, which is a
 * fault of the library. Outputs (`out_...`) are written on success only. amio_strerror() describes
 * a code; amio_last_error_message() says what was wrong in the last call that failed on this thread,
 * with the argument, its value and what would be accepted.
 *
 * Numbers of codes and constants are never used again for something else.
 *
 * # Memory
 *
 * Some memory grows with what the caller passes or asks for: clips, analyses, entries, swaps, groups, queues,
 * buffers, and what is kept of a file. If there is not enough of it, the call fails with
 * AMIO_ERROR_OUT_OF_MEMORY, and nothing has changed: objects can be used and freed as before, a file that was to
 * be replaced is still there, entries can still be added to a playspec that was to be scheduled. (A group that
 * could not be committed cannot be used again, as after any error.) Events for which there is no memory are lost
 * and counted, as if their queue were full. A recording that runs out of memory ends as if its disk were full.
 *
 * Other memory is small and always of the same size: names, messages, locks, data of threads, less
 * than 4 KiB each; and the states of decoders, encoders, rate conversions and the measurement of loudness,
 * some hundred KiB, which do not grow with the length of the sound. (The measurement of loudness
 * keeps 16 bytes for each tenth of a second; it checks beforehand that there is so much memory.)
 * Without memory for these, the process ends with a message.
 *
 * If a thread has less than 192 KiB of stack left, a call takes at most 32 KiB of it: decoding, encoding
 * and measuring loudness then run on a second stack of 512 KiB. Functions of the program that the library calls
 * run on the stack of the thread, in addition to that. Measured on x86-64 with glibc.
 *
 * # Units
 *
 * A *frame* is one sample of every channel at one instant. Names end in their unit: `_frames`,
 * `_hz`, `_ns`. Positions on the timeline are int64_t and may be negative, lengths are uint64_t,
 * times are nanoseconds of CLOCK_MONOTONIC, of JACK clients microseconds (`_us`) of the server's clock. Full scale is
 * -1.0 to 1.0.
 *
 * # Structures that grow
 *
 * A struct that begins with `struct_size` may get more members at its end. Set every member to 0,
 * then `struct_size` to sizeof, then what you need; 0 means the default unless the member says
 * otherwise. A program built against an older header works with a newer library. A newer program
 * works with an older library as long as it leaves the members that the library does not know at 0,
 * and gets AMIO_ERROR_UNSUPPORTED if it does not.
 */


#ifndef AMIO_H
#define AMIO_H

/* Generated from src/capi by cbindgen; `make header` refreshes it. */

#include <stddef.h>
#include <stdint.h>

/**
 * A name for people, in place of the technical one.
 */
#define AMIO_JACK_KEY_PRETTY_NAME "http://jackaudio.org/metadata/pretty-name"

/**
 * Where a port stands among those of its client: a decimal number. Lower numbers come first.
 */
#define AMIO_JACK_KEY_ORDER "http://jackaudio.org/metadata/order"

/**
 * The name of the group that a port belongs to, for instance of one stereo signal.
 */
#define AMIO_JACK_KEY_PORT_GROUP "http://jackaudio.org/metadata/port-group"

/**
 * A small icon, at most 32 pixels high and wide, as a PNG in base 64.
 */
#define AMIO_JACK_KEY_ICON_SMALL "http://jackaudio.org/metadata/icon-small"

/**
 * A large icon, at most 128 pixels high and wide, as a PNG in base 64.
 */
#define AMIO_JACK_KEY_ICON_LARGE "http://jackaudio.org/metadata/icon-large"

/**
 * The name of an icon of the user's theme.
 */
#define AMIO_JACK_KEY_ICON_NAME "http://jackaudio.org/metadata/icon-name"

/**
 * What a port of a device is plugged into.
 */
#define AMIO_JACK_KEY_CONNECTED "http://jackaudio.org/metadata/connected"

/**
 * The name of a device's port as its maker writes it on the device.
 */
#define AMIO_JACK_KEY_HARDWARE "http://jackaudio.org/metadata/hardware"

/**
 * What kind of audio a port carries: "AUDIO" or "CV" (control voltage).
 */
#define AMIO_JACK_KEY_SIGNAL_TYPE "http://jackaudio.org/metadata/signal-type"

/**
 * Which events a MIDI port carries: "MIDI" or "OSC", joined by commas.
 */
#define AMIO_JACK_KEY_EVENT_TYPES "http://jackaudio.org/metadata/event-types"

/**
 * The type of audio ports: 32-bit floats.
 */
#define AMIO_JACK_AUDIO "32 bit float mono audio"

/**
 * The type of MIDI ports.
 */
#define AMIO_JACK_MIDI "8 bit raw midi"


/**
 * The header's major version. It changes with the library's file name, `libamio.so.MAJOR`.
 */
#define AMIO_VERSION_MAJOR 0

/**
 * The header's minor version. It rises when functions, constants or fields are added; while the
 * major version is 0, it may also change what exists.
 */
#define AMIO_VERSION_MINOR 2

/**
 * The header's patch version. It rises when only defects are repaired.
 */
#define AMIO_VERSION_PATCH 0

/**
 * The format with the most bits that the device has: the default.
 */
#define AMIO_ALSA_FORMAT_DEFAULT 0

/**
 * 32-bit float, little endian.
 */
#define AMIO_ALSA_FORMAT_FLOAT_LE 1

/**
 * 32-bit float, big endian.
 */
#define AMIO_ALSA_FORMAT_FLOAT_BE 2

/**
 * 32-bit integer, little endian.
 */
#define AMIO_ALSA_FORMAT_S32_LE 3

/**
 * 32-bit integer, big endian.
 */
#define AMIO_ALSA_FORMAT_S32_BE 4

/**
 * 24 bits in the lower three of four bytes, little endian.
 */
#define AMIO_ALSA_FORMAT_S24_LE 5

/**
 * 24 bits in the lower three of four bytes, big endian.
 */
#define AMIO_ALSA_FORMAT_S24_BE 6

/**
 * 24 bits in three bytes, little endian.
 */
#define AMIO_ALSA_FORMAT_S24_3LE 7

/**
 * 24 bits in three bytes, big endian.
 */
#define AMIO_ALSA_FORMAT_S24_3BE 8

/**
 * 16-bit integer, little endian.
 */
#define AMIO_ALSA_FORMAT_S16_LE 9

/**
 * 16-bit integer, big endian.
 */
#define AMIO_ALSA_FORMAT_S16_BE 10

/**
 * 8-bit integer; 128 is silence.
 */
#define AMIO_ALSA_FORMAT_U8 11

/**
 * Memory that is shared with the device, where it can, else reading and writing: the default.
 */
#define AMIO_ALSA_ACCESS_DEFAULT 0

/**
 * Memory that is shared with the device.
 */
#define AMIO_ALSA_ACCESS_MMAP 1

/**
 * Reading and writing.
 */
#define AMIO_ALSA_ACCESS_READ_WRITE 2

/**
 * The default driver: JACK.
 */
#define AMIO_DRIVER_DEFAULT 0

/**
 * A JACK server, or PipeWire through its libjack.
 */
#define AMIO_DRIVER_JACK 1

/**
 * A timer: inputs are silent, output is discarded, paced like a device.
 */
#define AMIO_DRIVER_NULL 2

/**
 * The caller, with amio_interface_advance(): as fast as possible, and the same bits each time.
 */
#define AMIO_DRIVER_OFFLINE 3

/**
 * A sound card, or a plugin of ALSA, without a server.
 */
#define AMIO_DRIVER_ALSA 4

/**
 * For input_channels and output_channels: no channels.
 */
#define AMIO_CHANNELS_NONE 4294967295

/**
 * Connect to the first hardware ports: the default.
 */
#define AMIO_AUTOCONNECT_DEFAULT 0

/**
 * Connect to the first hardware ports.
 */
#define AMIO_AUTOCONNECT_ON 1

/**
 * Connect to nothing.
 */
#define AMIO_AUTOCONNECT_OFF 2

/**
 * If no JACK server answers, it is an error: the default.
 */
#define AMIO_START_SERVER_DEFAULT 0

/**
 * If no JACK server answers, it is an error.
 */
#define AMIO_START_SERVER_OFF 1

/**
 * If no JACK server answers, libjack starts the one that the user has configured, with the
 * command in ~/.jackdrc, unless the environment variable JACK_NO_START_SERVER is set.
 */
#define AMIO_START_SERVER_ON 2

/**
 * Clamp the output, except offline.
 */
#define AMIO_CLAMP_DEFAULT 0

/**
 * Clamp the output to -1.0 to 1.0. The statistics count the frames that were beyond.
 */
#define AMIO_CLAMP_ON 1

/**
 * Do not clamp the output.
 */
#define AMIO_CLAMP_OFF 2

/**
 * For declick_frames: hard cuts, exact to the bit.
 */
#define AMIO_DECLICK_OFF 4294967295

/**
 * If the device skipped frames, the timeline goes on where it was: no frame of it is left out, and
 * all that follows sounds later. The default.
 */
#define AMIO_SKIP_SLIP 0

/**
 * If the device skipped frames, the timeline skips them, too: what follows sounds on time.
 */
#define AMIO_SKIP_CATCH_UP 1

/**
 * Not started, or stopped.
 */
#define AMIO_STATE_STOPPED 0

/**
 * Audio runs.
 */
#define AMIO_STATE_RUNNING 1

/**
 * The server or device is gone; the interface keeps everything and reconnects by itself.
 */
#define AMIO_STATE_LOST 2

/**
 * A defect of the library stopped the audio, or the server runs with another rate. The output is silent.
 * Free the interface.
 */
#define AMIO_STATE_FAILED 3

/**
 * amio_interface_close() was called.
 */
#define AMIO_STATE_CLOSED 4

/**
 * How many bytes the texts about devices have room in, with the NUL at their end.
 */
#define AMIO_DEVICE_TEXT_BYTES 256

/**
 * How many rates of a device there is room for.
 */
#define AMIO_DEVICE_RATES 32

/**
 * The device plays.
 */
#define AMIO_DIRECTION_PLAYBACK 0

/**
 * The device records.
 */
#define AMIO_DIRECTION_CAPTURE 1

/**
 * 32-bit float, nominal range -1.0 to 1.0. The default.
 */
#define AMIO_SAMPLE_F32 0

/**
 * 16-bit signed integer; -32768 is -1.0.
 */
#define AMIO_SAMPLE_I16 1

/**
 * 24-bit signed integer, packed in three bytes; -2^23 is -1.0.
 */
#define AMIO_SAMPLE_I24 2

/**
 * 32-bit signed integer; -2^31 is -1.0. Rounded to the nearest float.
 */
#define AMIO_SAMPLE_I32 3

/**
 * 64-bit float, nominal range -1.0 to 1.0. Rounded to the nearest 32-bit float.
 */
#define AMIO_SAMPLE_F64 4

/**
 * Frame after frame, each with all its channels. The default.
 */
#define AMIO_LAYOUT_INTERLEAVED 0

/**
 * Channel after channel, each with all its frames.
 */
#define AMIO_LAYOUT_PLANAR 1

/**
 * Good for all uses but measurement, and fast: errors below -134 dB. The default.
 */
#define AMIO_QUALITY_GOOD 0

/**
 * For previews: as fast as AMIO_QUALITY_GOOD between usual rates, faster between others.
 */
#define AMIO_QUALITY_DRAFT 1

/**
 * Errors at the limits of 32-bit floats.
 */
#define AMIO_QUALITY_BEST 2

/**
 * The default kind of file: AMIO_FILE_WAV_F32.
 */
#define AMIO_FILE_DEFAULT 0

/**
 * WAV, 16-bit integers; RF64 once it passes 4 GiB.
 */
#define AMIO_FILE_WAV_16 1

/**
 * WAV, 24-bit integers; RF64 once it passes 4 GiB.
 */
#define AMIO_FILE_WAV_24 2

/**
 * WAV, 32-bit floats; RF64 once it passes 4 GiB.
 */
#define AMIO_FILE_WAV_F32 3

/**
 * FLAC, 16-bit integers; 1 to 8 channels.
 */
#define AMIO_FILE_FLAC_16 4

/**
 * FLAC, 24-bit integers; 1 to 8 channels.
 */
#define AMIO_FILE_FLAC_24 5

/**
 * Wave64, 16-bit integers.
 */
#define AMIO_FILE_WAVE64_16 6

/**
 * Wave64, 24-bit integers.
 */
#define AMIO_FILE_WAVE64_24 7

/**
 * Wave64, 32-bit floats.
 */
#define AMIO_FILE_WAVE64_F32 8

/**
 * How many bytes the names in an amio_file_info take, with the NUL that ends them.
 */
#define AMIO_FORMAT_NAME_BYTES 64

/**
 * Peaks and RMS for drawing.
 */
#define AMIO_ANALYSE_OVERVIEW 1

/**
 * Loudness by EBU R128, and the levels of each channel.
 */
#define AMIO_ANALYSE_LOUDNESS 2

/**
 * An `insert_at` that is never late: the swap takes over with the next period, or where the one before
 * it does.
 */
#define AMIO_INSERT_AT_ONCE INT64_MIN

/**
 * A `start_from` that leaves the position as it is: the timeline goes on.
 */
#define AMIO_START_CONTINUE INT64_MIN

/**
 * A swap that is late begins where it would be now if it had been in time: at
 * `start_from + (position - insert_at)`. The default.
 */
#define AMIO_LATE_CATCH_UP 0

/**
 * A swap that is late begins at `start_from`.
 */
#define AMIO_LATE_SLIP 1

/**
 * A swap that is late does not happen: its ticket ends as cancelled.
 */
#define AMIO_LATE_REFUSE 2

/**
 * No swap: the ticket before the first swap. Swaps have tickets from 1.
 */
#define AMIO_TICKET_NONE 0

/**
 * The longest MIDI message, in bytes.
 */
#define AMIO_MIDI_BYTES 65536

/**
 * `at` is a frame of the timeline: the message goes out when that frame is played. While the transport is stopped, it
 * waits.
 */
#define AMIO_MIDI_AT_TIMELINE 0

/**
 * `at` is a device frame.
 */
#define AMIO_MIDI_AT_DEVICE 1

/**
 * `at` is a frame by the number that the server gives it, 0 to 2^32 - 1, which wraps: the next or the last one of this
 * number, whichever is nearer.
 */
#define AMIO_MIDI_AT_SERVER 2

/**
 * A message whose frame has passed goes out at once; one that finds the server's buffer full, with the next period.
 */
#define AMIO_MIDI_LATE_SEND 0

/**
 * A message whose frame has passed is dropped, and so is one that finds the server's buffer full.
 */
#define AMIO_MIDI_LATE_DROP 1

/**
 * Record captured input: the default. Positions are those of what was heard meanwhile.
 */
#define AMIO_RECORD_INPUT 0

/**
 * Record the mixed output, as the driver gets it. Positions are its own.
 */
#define AMIO_RECORD_OUTPUT 1

/**
 * The first frame of a recording has not come yet.
 */
#define AMIO_RECORDER_WAITING 0

/**
 * Frames are recorded.
 */
#define AMIO_RECORDER_RECORDING 1

/**
 * The recording has ended, and its file is complete.
 */
#define AMIO_RECORDER_ENDED 2

/**
 * The recording has ended because the file could not be written. What was written can be played.
 */
#define AMIO_RECORDER_FAILED 3

/**
 * How many bytes a text in a struct has, with the NUL at its end.
 */
#define AMIO_MESSAGE_BYTES 256

/**
 * No event waits.
 */
#define AMIO_EVENT_NONE 0

/**
 * A swap took over: `ticket`, at `position` and `device_frame`, `frames` late.
 */
#define AMIO_EVENT_APPLIED 1

/**
 * A swap took over at the same device frame as a later one, and has not sounded: `ticket`.
 */
#define AMIO_EVENT_SUPERSEDED 2

/**
 * A swap did not happen: `ticket`, `cancel_reason`.
 */
#define AMIO_EVENT_CANCELLED 3

/**
 * The device skipped `frames`; what the timeline did is in `skip_policy`.
 */
#define AMIO_EVENT_SKIPPED 4

/**
 * The server reported an over- or underrun.
 */
#define AMIO_EVENT_XRUN 5

/**
 * Captured input was not read in time: `frames` were dropped.
 */
#define AMIO_EVENT_INPUT_LOST 6

/**
 * The server or device is gone, `message` says why. If it was running, the interface reconnects by
 * itself.
 */
#define AMIO_EVENT_LOST 7

/**
 * The server or device is back; it missed `frames`, which count as skipped: AMIO_EVENT_SKIPPED
 * follows with the first period.
 */
#define AMIO_EVENT_RECONNECTED 8

/**
 * No period has run for `silent_ms`.
 */
#define AMIO_EVENT_STALLED 9

/**
 * Periods run again, after `silent_ms`.
 */
#define AMIO_EVENT_RESUMED 10

/**
 * A period has `frames` now.
 */
#define AMIO_EVENT_PERIOD_CHANGED 11

/**
 * The latencies are now `capture_latency_frames` and `playback_latency_frames`.
 */
#define AMIO_EVENT_LATENCY_CHANGED 12

/**
 * The server entered (`count` 1) or left (`count` 0) freewheel mode.
 */
#define AMIO_EVENT_FREEWHEEL 13

/**
 * The interface has failed (AMIO_STATE_FAILED); `message` says why: a defect of the library
 * stopped the audio, or the server runs with another rate now. Free it and make another.
 */
#define AMIO_EVENT_FAILED 14

/**
 * More than 65536 events were not fetched: the oldest, `count` of them, are missing here.
 */
#define AMIO_EVENT_EVENTS_LOST 15

/**
 * Information for a log, in `message`.
 */
#define AMIO_EVENT_LOG 16

/**
 * A streamed clip was not read from its file in time: `frames` of it, from `clip_frame` on, were
 * silent. `clip_id` says which clip.
 */
#define AMIO_EVENT_UNDERRUN 17

/**
 * A part of a streamed clip cannot be read and is silent, `message` says why; `clip_id` says which
 * clip.
 */
#define AMIO_EVENT_STREAM_FAILED 18

/**
 * A recorder has its first frame, at `position` and `device_frame`; `message` is its file.
 */
#define AMIO_EVENT_RECORDER_STARTED 19

/**
 * A recorder has ended, and its file, `message`, is complete and has `frames`.
 */
#define AMIO_EVENT_RECORDER_ENDED 20

/**
 * A recorder could not go on, because the disk is full, say: `message` names the file and the
 * reason. The file can be played, and has the `frames` that were written before; none if it was deleted
 * or replaced meanwhile.
 */
#define AMIO_EVENT_RECORDER_FAILED 21

/**
 * The disk was too slow for a recorder: its file, `message`, has silence in place of the `frames`
 * before `position` and `device_frame`.
 */
#define AMIO_EVENT_RECORDER_LOST 22

/**
 * A device had stopped, because it ran out of data or room, or the system slept, and runs again: `frames` were not
 * captured, and `count` frames that were played before were not heard. AMIO_EVENT_SKIPPED, which comes first, says how
 * many passed.
 */
#define AMIO_EVENT_RECOVERED 23

/**
 * The event is not a cancelled swap.
 */
#define AMIO_CANCEL_NONE 0

/**
 * amio_interface_cancel() or amio_group_cancel(); or its group was not committed.
 */
#define AMIO_CANCEL_ASKED 1

/**
 * It was late, and AMIO_LATE_REFUSE.
 */
#define AMIO_CANCEL_LATE 2

/**
 * The interface was closed.
 */
#define AMIO_CANCEL_CLOSED 3

/**
 * The audio thread has not run yet.
 */
#define AMIO_REALTIME_UNKNOWN 0

/**
 * The audio thread has real-time scheduling.
 */
#define AMIO_REALTIME_GRANTED 1

/**
 * The system refused real-time scheduling; `realtime_reason` says why and what would help.
 */
#define AMIO_REALTIME_REFUSED 2

/**
 * The driver has no audio thread of its own.
 */
#define AMIO_REALTIME_NOT_NEEDED 3

/**
 * The inputs.
 */
#define AMIO_METER_INPUTS 0

/**
 * The outputs, before the clamp.
 */
#define AMIO_METER_OUTPUTS 1

/**
 * How many bytes every name of a client or a port has room in, with the NUL at its end.
 */
#define AMIO_JACK_NAME_BYTES 640

/**
 * The client was not opened; the other bits say why.
 */
#define AMIO_JACK_STATUS_FAILURE 1

/**
 * The options contain something that libjack does not know.
 */
#define AMIO_JACK_STATUS_INVALID_OPTION 2

/**
 * The name was taken: the client has another one, or was refused if the exact name was asked for.
 */
#define AMIO_JACK_STATUS_NAME_NOT_UNIQUE 4

/**
 * The server was started for this client.
 */
#define AMIO_JACK_STATUS_SERVER_STARTED 8

/**
 * No server answers.
 */
#define AMIO_JACK_STATUS_SERVER_FAILED 16

/**
 * The server answered with an error.
 */
#define AMIO_JACK_STATUS_SERVER_ERROR 32

/**
 * There is no such client.
 */
#define AMIO_JACK_STATUS_NO_SUCH_CLIENT 64

/**
 * A client inside the server could not be loaded.
 */
#define AMIO_JACK_STATUS_LOAD_FAILURE 128

/**
 * The client could not be set up.
 */
#define AMIO_JACK_STATUS_INIT_FAILURE 256

/**
 * The memory that is shared with the server cannot be used.
 */
#define AMIO_JACK_STATUS_SHM_FAILURE 512

/**
 * The library and the server have different protocols.
 */
#define AMIO_JACK_STATUS_VERSION_ERROR 1024

/**
 * The server failed inside.
 */
#define AMIO_JACK_STATUS_BACKEND_ERROR 2048

/**
 * The server has expelled the client.
 */
#define AMIO_JACK_STATUS_CLIENT_ZOMBIE 4096

/**
 * How many bytes the name of a port's type has room in, with the NUL at its end.
 */
#define AMIO_JACK_TYPE_BYTES 64

/**
 * Others send to the port.
 */
#define AMIO_JACK_PORT_INPUT 1

/**
 * Others receive from the port.
 */
#define AMIO_JACK_PORT_OUTPUT 2

/**
 * The port belongs to a device.
 */
#define AMIO_JACK_PORT_PHYSICAL 4

/**
 * The port's device can play at once what comes in by it.
 */
#define AMIO_JACK_PORT_CAN_MONITOR 8

/**
 * What comes in by an input goes no further, or what goes out by an output comes from nowhere else.
 */
#define AMIO_JACK_PORT_TERMINAL 16

/**
 * Latencies from where sound comes in, up to the port.
 */
#define AMIO_JACK_LATENCY_CAPTURE 0

/**
 * Latencies from the port to where sound goes out.
 */
#define AMIO_JACK_LATENCY_PLAYBACK 1

/**
 * JACK's transport stands.
 */
#define AMIO_JACK_TRANSPORT_STOPPED 0

/**
 * JACK's transport rolls.
 */
#define AMIO_JACK_TRANSPORT_ROLLING 1

/**
 * JACK's transport waits for clients that need time to get ready.
 */
#define AMIO_JACK_TRANSPORT_STARTING 3

/**
 * JACK's transport waits for other machines.
 */
#define AMIO_JACK_TRANSPORT_NET_STARTING 4

/**
 * The position has bar, beat and tick: `bar`, `beat`, `tick`, `bar_start_tick`, `beats_per_bar`, `beat_type`,
 * `ticks_per_beat`, `beats_per_minute`.
 */
#define AMIO_JACK_POSITION_BBT 16

/**
 * The position has a time code: `frame_time_s` and `next_time_s`.
 */
#define AMIO_JACK_POSITION_TIMECODE 32

/**
 * With AMIO_JACK_POSITION_BBT: the position has `bbt_offset_frames`.
 */
#define AMIO_JACK_POSITION_BBT_OFFSET 64

/**
 * The position has `audio_frames_per_video_frame`.
 */
#define AMIO_JACK_POSITION_AUDIO_RATIO 128

/**
 * The position has `video_offset_frames`.
 */
#define AMIO_JACK_POSITION_VIDEO_OFFSET 256

/**
 * With AMIO_JACK_POSITION_BBT: the position has `exact_tick`.
 */
#define AMIO_JACK_POSITION_EXACT_TICK 512

/**
 * No event waits.
 */
#define AMIO_JACK_EVENT_NONE 0

/**
 * A client came (`on` 1) or went (0): `name`.
 */
#define AMIO_JACK_EVENT_CLIENT 1

/**
 * A port came (`on` 1) or went (0): `port`, and its full name in `name`, if the server still knew it.
 */
#define AMIO_JACK_EVENT_PORT 2

/**
 * A port has another full name: `port`, `name`, and `before`. PipeWire's library of version 0.3.65 does not tell.
 */
#define AMIO_JACK_EVENT_PORT_RENAMED 3

/**
 * The output `port` was connected to (`on` 1) or disconnected from (0) the input `destination`.
 */
#define AMIO_JACK_EVENT_CONNECTION 4

/**
 * Clients run in another order.
 */
#define AMIO_JACK_EVENT_GRAPH_ORDER 5

/**
 * The server was late, or a client was, by `delay_us`; 0 where the server does not say, as jackd. It is told within
 * some 30 ms; those that are told together have the delay of the last one. PipeWire's library of version 0.3.65 does
 * not tell of a client that was late.
 */
#define AMIO_JACK_EVENT_XRUN 6

/**
 * The period has `frames` from the next cycle on. jackd tells it of each activation, too.
 */
#define AMIO_JACK_EVENT_PERIOD 7

/**
 * The frame rate is `rate_hz` from the next cycle on. jackd tells it of each activation, too.
 */
#define AMIO_JACK_EVENT_FRAME_RATE 8

/**
 * Freewheeling began (`on` 1) or ended (0).
 */
#define AMIO_JACK_EVENT_FREEWHEEL 9

/**
 * The latencies of ports were computed anew: `mode`.
 */
#define AMIO_JACK_EVENT_LATENCY 10

/**
 * Metadata has changed: `change` of the property `name` of `subject`; an empty `name`: of all its properties.
 * PipeWire's library of version 0.3.65 does not tell.
 */
#define AMIO_JACK_EVENT_PROPERTY 11

/**
 * A function on the audio thread has failed, and is not called again. It is told within some 30 ms.
 */
#define AMIO_JACK_EVENT_HANDLER_FAILED 12

/**
 * The server is gone: `name` says why, and `shutdown_status`. Close the client: before, no other one can be opened.
 */
#define AMIO_JACK_EVENT_SHUTDOWN 13

/**
 * The property was set, and was not there before.
 */
#define AMIO_JACK_PROPERTY_CREATED 0

/**
 * The property has another value.
 */
#define AMIO_JACK_PROPERTY_CHANGED 1

/**
 * The property was removed.
 */
#define AMIO_JACK_PROPERTY_DELETED 2

/**
 * The result of an analysis of a clip or a file: an overview for drawing it at any zoom, its loudness, or
 * both. It does not change.
 */
typedef struct amio_analysis amio_analysis;

/**
 * A shared, immutable piece of audio. Handles are counted: functions that make a clip return a handle with one
 * owner, amio_clip_retain() adds one, amio_clip_free() takes one away. A playspec that uses a
 * clip keeps its data, not its handle.
 */
typedef struct amio_clip amio_clip;

/**
 * A list of devices, as they were when it was made.
 */
typedef struct amio_devices amio_devices;

/**
 * Up to 4096 commands that take effect together, at the first frame of the same period.
 */
typedef struct amio_group amio_group;

/**
 * A connection to an audio server, a timer or the caller, with its own timeline, playspecs and
 * captured input.
 */
typedef struct amio_interface amio_interface;

/**
 * An exchange of audio in blocks of one length.
 */
typedef struct amio_jack_blocks amio_jack_blocks;

/**
 * A client of a JACK server, or of PipeWire through its libjack: it has ports, connects ports of all clients, moves
 * the transport, keeps metadata, and is told what happens.
 */
typedef struct amio_jack_client amio_jack_client;

/**
 * A cycle of a client, in its process function. It is valid during the call that was given it, and on its thread;
 * otherwise functions return AMIO_ERROR_INVALID_HANDLE. It is never freed.
 */
typedef struct amio_jack_cycle amio_jack_cycle;

/**
 * A queue of what happens to a client, and around it.
 */
typedef struct amio_jack_events amio_jack_events;

/**
 * Hands the events of a MIDI input to any thread.
 */
typedef struct amio_jack_midi_receiver amio_jack_midi_receiver;

/**
 * Sends MIDI events at their frames from any thread.
 */
typedef struct amio_jack_midi_sender amio_jack_midi_sender;

/**
 * A list of names, which does not change.
 */
typedef struct amio_jack_names amio_jack_names;

/**
 * A port of a client of the program. Ports of other clients are known by their names.
 */
typedef struct amio_jack_port amio_jack_port;

/**
 * A list of properties, which does not change.
 */
typedef struct amio_jack_properties amio_jack_properties;

/**
 * What is to sound: a list of entries. amio_playspec_add() adds entries until the playspec is first
 * scheduled. After that only the gains of its entries can change. It may be scheduled any number of
 * times, on several interfaces at once.
 */
typedef struct amio_playspec amio_playspec;

/**
 * A recording of an interface to a file.
 */
typedef struct amio_recorder amio_recorder;

/**
 * A ring of bytes: one thread writes, another one reads, and neither waits.
 *
 * A ring has two ends. The writing end is amio_ring_write(), amio_ring_write_spans() and
 * amio_ring_write_advance(); the reading end is amio_ring_read(), amio_ring_peek(), amio_ring_read_spans() and
 * amio_ring_read_advance(). Each end is for one thread at a time; the two may be used at the same time. A call that
 * finds another thread in a call of the same end returns AMIO_ERROR_INVALID_STATE and does nothing. What was
 * written before a write or an advance has returned is seen by the thread that then reads it.
 *
 * Real-time: "Real-time: yes" means that real-time code may call the function, such as the process function of a JACK
 * client. It is wait-free: it takes no lock, allocates nothing and does not call the system, also when it fails. Then
 * amio_last_error_message() is a constant text.
 */
typedef struct amio_ring amio_ring;

/**
 * What every function that can fail returns: AMIO_OK, or one of AMIO_ERROR_*, all negative. A
 * number never changes its meaning.
 */
typedef int32_t amio_status;

/**
 * The configuration of an interface. Set struct_size to sizeof(amio_interface_config) and everything
 * else to 0 (`amio_interface_config config = {0};`), then what differs: 0 and NULL
 * mean "default" everywhere.
 */
typedef struct amio_interface_config {
    /**
     * sizeof(amio_interface_config).
     */
    uint32_t struct_size;
    /**
     * One of AMIO_DRIVER_*.
     */
    uint32_t driver;
    /**
     * The name that the server shows, UTF-8, without a colon; jackd takes up to 63 bytes. NULL: "amio". The
     * server may change it; see amio_interface_client_name().
     */
    const char *client_name;
    /**
     * Which JACK server, UTF-8, up to 255 bytes. NULL: the default server.
     */
    const char *server_name;
    /**
     * Frames per second, 1000 to 768000. 0: the server's, or 48000 for the other drivers. A rate
     * that is not the server's, or that a device of ALSA lacks, is an error.
     */
    uint32_t frame_rate_hz;
    /**
     * Frames per period, 1 to 65536. 0: the server's, or 256 for the other drivers. A period
     * that is not the server's is an error. But a server may change it while it runs, and one
     * that is restarted may come back with another. AMIO_EVENT_PERIOD_CHANGED reports it. A device of ALSA gets the
     * period that is closest to it.
     */
    uint32_t period_frames;
    /**
     * 1 to 64, or AMIO_CHANNELS_NONE. 0: 2.
     */
    uint32_t input_channels;
    /**
     * 1 to 64, or AMIO_CHANNELS_NONE. 0: 2.
     */
    uint32_t output_channels;
    /**
     * One of AMIO_AUTOCONNECT_*. 0: on.
     */
    uint32_t autoconnect;
    /**
     * One of AMIO_CLAMP_*. 0: on, except offline.
     */
    uint32_t clamp;
    /**
     * How many frames sound fades that is cut before its end (by a stop, a seek, a swap), 1
     * to 768000, or AMIO_DECLICK_OFF. 0: 5 ms.
     */
    uint32_t declick_frames;
    /**
     * One of AMIO_SKIP_*. 0: slip.
     */
    uint32_t skip_policy;
    /**
     * The most swaps that may be pending, 1 to 65536. 0: 1024.
     */
    uint32_t swap_queue_length;
    /**
     * The most commands, or groups of them, that wait for the next period, 1 to 65536. 0: 1024.
     */
    uint32_t command_queue_length;
    /**
     * How many captured frames are kept until they are read, 1 to 2^26. 0: 2 seconds.
     */
    uint64_t capture_buffer_frames;
    /**
     * The capture latency that the null and offline drivers report, 0 to 2^20 frames: from the microphone to the
     * period.
     */
    uint32_t capture_latency_frames;
    /**
     * The playback latency that the null and offline drivers report, 0 to 2^20 frames: from the period to the
     * loudspeaker.
     */
    uint32_t playback_latency_frames;
    /**
     * How many frames ahead of what plays streamed clips are read, 1 to 2^24, but never less than
     * two periods and twice the declick length. 0: one second.
     */
    uint64_t read_ahead_frames;
    /**
     * One of AMIO_START_SERVER_*. 0: off. With on, amio_interface_new() may take 7 seconds longer.
     * A server that was lost is not started again. AMIO_EVENT_LOG reports that a server was started;
     * jackd then ends with its last client.
     */
    uint32_t start_server;
    /**
     * How many MIDI ports others can send to, 0 to 16: see amio_interface_next_midi(). With the null and the offline
     * driver nothing arrives.
     */
    uint32_t midi_inputs;
    /**
     * How many MIDI ports others can receive from, 0 to 16: see amio_interface_send_midi(). The null and the offline
     * driver discard what is sent.
     */
    uint32_t midi_outputs;
    /**
     * The priority of the audio thread, 1 to 99, where the driver has one of its own. 0: 10 (null), 60 (ALSA). It is
     * SCHED_FIFO where this user may have it. Otherwise rtkit is asked, which gives up to 20 by default, and has the system end
     * a process whose audio thread computes for 200 ms without a pause. amio_interface_stats() shows what was
     * granted. A JACK server chooses the priority of its clients.
     */
    uint32_t realtime_priority;
    /**
     * By how many frames the way from the loudspeaker's period to the microphone's is longer than the driver reports,
     * -2^20 to 2^20: "amio latency" measures it. The positions of captured input, of MIDI messages that arrive, and of
     * recordings of the input take it into account. amio_interface_latency() does not.
     */
    int32_t latency_offset_frames;
    /**
     * Must be 0.
     */
    uint32_t reserved;
    /**
     * ALSA's name of the PCM for the output, such as "hw:0" or "plughw:CARD=PCH", UTF-8. NULL: "default". It is not
     * opened if there are no output channels. This field and those below are for AMIO_DRIVER_ALSA.
     */
    const char *alsa_playback;
    /**
     * The same for the input. It must be of the same card as the output, or have the same clock. NULL: "default".
     */
    const char *alsa_capture;
    /**
     * How many periods the output is ahead of what is heard, 2 to 64. Fewer are a shorter latency; more bear a longer
     * delay of the audio thread. A device with a short buffer gets fewer. 0: 3.
     */
    uint32_t alsa_periods;
    /**
     * The device's buffer, at least so many frames, 1 to 2^24. A longer one does not add to the latency. 0: as it suits
     * the period.
     */
    uint32_t alsa_buffer_frames;
    /**
     * One of AMIO_ALSA_FORMAT_*. 0: the one with the most bits that the device has.
     */
    uint32_t alsa_format;
    /**
     * One of AMIO_ALSA_ACCESS_*. 0: shared memory where the device has it.
     */
    uint32_t alsa_access;
    /**
     * The dither is a function of it, and of how many frames were played since the start.
     */
    uint64_t alsa_dither_seed;
    /**
     * 1: samples are dithered in formats of 16 bits or fewer. 0: they are not, and samples that were made for such a
     * format reach the device bit for bit.
     */
    uint32_t alsa_dither;
    /**
     * 1: ALSA converts the rate if a device lacks it. 0: that is an error, which lists the rates that the device has.
     */
    uint32_t alsa_convert_rate;
} amio_interface_config;

/**
 * A device of ALSA, or a JACK server. Set struct_size to sizeof(amio_device) before the call.
 */
typedef struct amio_device {
    /**
     * sizeof(amio_device).
     */
    uint32_t struct_size;
    /**
     * By which driver it is used: AMIO_DRIVER_JACK or AMIO_DRIVER_ALSA.
     */
    uint32_t driver;
    /**
     * 1: the driver takes it if no device is named. Else 0.
     */
    uint32_t is_default;
    /**
     * The period of a server. 0: it is agreed upon when the device is opened.
     */
    uint32_t period_frames;
    /**
     * 1: it plays. Else 0.
     */
    uint32_t has_playback;
    /**
     * 1: it records. Else 0.
     */
    uint32_t has_capture;
    /**
     * For machines: the name of a PCM, or of a server.
     */
    char name[AMIO_DEVICE_TEXT_BYTES];
    /**
     * For people, on one line.
     */
    char description[AMIO_DEVICE_TEXT_BYTES];
} amio_device;

/**
 * What a device can do in one direction. Set struct_size to sizeof(amio_device_side) before the call.
 */
typedef struct amio_device_side {
    /**
     * sizeof(amio_device_side).
     */
    uint32_t struct_size;
    /**
     * 1: the fields that follow are known. 0: they are not, and `unknown` says why.
     */
    uint32_t is_known;
    /**
     * The least number of channels. Of a server: how many physical ports it has; an interface can have any number.
     */
    uint32_t least_channels;
    /**
     * The greatest number of channels.
     */
    uint32_t most_channels;
    /**
     * How many rates follow.
     */
    uint32_t rate_count;
    /**
     * The rates that it has, in ascending order: the common ones, its lowest and its highest.
     */
    uint32_t rates_hz[AMIO_DEVICE_RATES];
    /**
     * ALSA's names of the sample formats that it has, with spaces between them, the best first.
     */
    char formats[AMIO_DEVICE_TEXT_BYTES];
    /**
     * Why nothing is known: ALSA tells it only of an open device, and one that is in use, or that might disturb others, is
     * not opened. Empty: it is known.
     */
    char unknown[AMIO_DEVICE_TEXT_BYTES];
} amio_device_side;

/**
 * The transport at one instant. Set struct_size to sizeof(amio_transport) before the call.
 */
typedef struct amio_transport {
    /**
     * sizeof(amio_transport).
     */
    uint32_t struct_size;
    /**
     * 1 while the position advances; 0 while it stands and the output is silent.
     */
    uint32_t rolling;
    /**
     * The timeline frame with which the next period begins.
     */
    int64_t position;
    /**
     * The device frame with which the next period begins, counted since the interface was made.
     */
    uint64_t device_frame;
    /**
     * When that frame is due: CLOCK_MONOTONIC in nanoseconds; offline, since the first frame.
     */
    uint64_t time_ns;
    /**
     * The ticket of the playspec that sounds; 0 before the first.
     */
    uint64_t ticket;
} amio_transport;

/**
 * How the samples of a clip lie in memory. Set struct_size to sizeof(amio_clip_format) and
 * everything else to 0, then the fields that you know.
 */
typedef struct amio_clip_format {
    /**
     * sizeof(amio_clip_format).
     */
    uint32_t struct_size;
    /**
     * Frames per second, 1000 to 768000. It must be given: there is no default.
     */
    uint32_t frame_rate_hz;
    /**
     * 1 to 64. It must be given: there is no default.
     */
    uint32_t channels;
    /**
     * One of AMIO_SAMPLE_*, in the machine's byte order. 0: 32-bit float.
     */
    uint32_t sample_format;
    /**
     * One of AMIO_LAYOUT_*. 0: interleaved.
     */
    uint32_t layout;
} amio_clip_format;

/**
 * What a clip is, apart from its samples. Set struct_size to sizeof(amio_clip_properties) before the
 * call.
 */
typedef struct amio_clip_properties {
    /**
     * sizeof(amio_clip_properties).
     */
    uint32_t struct_size;
    /**
     * Frames per second.
     */
    uint32_t frame_rate_hz;
    /**
     * 1 to 64.
     */
    uint32_t channels;
    /**
     * 1 if it is played from a file, of which only a part is in memory; otherwise 0.
     */
    uint32_t streamed;
    /**
     * Length.
     */
    uint64_t frames;
    /**
     * A number that no other clip of this process has, or will have: `clip_id` in events.
     */
    uint64_t id;
    /**
     * Samples of the file it comes from that were NaN, infinite or beyond -1e6 to 1e6, and are 0.
     * Of a streamed clip, in what was read so far; 0 of a clip from memory.
     */
    uint64_t bad_samples;
} amio_clip_properties;

/**
 * How a file becomes a clip. Set struct_size to sizeof(amio_open_options) and everything else to 0,
 * then what differs from the default.
 */
typedef struct amio_open_options {
    /**
     * sizeof(amio_open_options).
     */
    uint32_t struct_size;
    /**
     * The frame rate that the clip is to have, 1000 to 768000; usually what
     * amio_interface_frame_rate_hz() returns. A file of another rate is converted. 0: the file's.
     */
    uint32_t frame_rate_hz;
    /**
     * One of AMIO_QUALITY_*: how it is converted.
     */
    uint32_t quality;
} amio_open_options;

/**
 * Called several times a second during long work, on the thread that asked for the work: of
 * `total_frames` frames, as far as is known, `done_frames` are done. Return 0 to go on. Anything else cancels
 * the work, which then fails with AMIO_ERROR_CANCELLED and leaves nothing behind. `user_data` is
 * what was passed with it. It may call the library. It must return: see "Functions of the program" at the
 * head of this file. Functions that take one accept NULL: no progress is reported.
 */
typedef int32_t (*amio_progress)(void *user_data, uint64_t done_frames, uint64_t total_frames);

/**
 * What a file holds. Set struct_size to sizeof(amio_file_info) before the call.
 */
typedef struct amio_file_info {
    /**
     * sizeof(amio_file_info).
     */
    uint32_t struct_size;
    /**
     * Frames per second.
     */
    uint32_t frame_rate_hz;
    /**
     * 1 to 64.
     */
    uint32_t channels;
    /**
     * Bits of a sample; 0 where the encoding has no such number.
     */
    uint32_t bits_per_sample;
    /**
     * Length.
     */
    uint64_t frames;
    /**
     * The kind of file, such as "WAV" or "Ogg".
     */
    char container[AMIO_FORMAT_NAME_BYTES];
    /**
     * How samples are written in it, such as "24-bit PCM" or "Vorbis".
     */
    char encoding[AMIO_FORMAT_NAME_BYTES];
} amio_file_info;

/**
 * What to draw for one range of a channel. Units: linear, 1.0 is full scale; all 0 where there are no
 * frames. This struct never grows, so that arrays of it keep their layout.
 */
typedef struct amio_bucket {
    /**
     * The least sample.
     */
    float min;
    /**
     * The greatest sample.
     */
    float max;
    /**
     * The root of the mean square.
     */
    float rms;
} amio_bucket;

/**
 * How loud something is as a whole, by EBU R128. Set struct_size to sizeof(amio_loudness) before
 * the call.
 *
 * The number of channels decides the loudspeaker of each channel, in the order of WAV files: 1 is
 * counted once, 2 is stereo, 3 left, right, centre, 4 quadraphonic, 5 and 6 a 5.1 without and with
 * its LFE channel, 7 a 6.1, 8 a 7.1. With more channels, and below 4000 Hz, no loudness is measured;
 * peaks are measured all the same.
 */
typedef struct amio_loudness {
    /**
     * sizeof(amio_loudness).
     */
    uint32_t struct_size;
    /**
     * Reserved; 0.
     */
    uint32_t reserved;
    /**
     * The loudness of the whole, gated, in LUFS; minus infinity if nothing of 400 ms is louder than
     * -70 LUFS.
     */
    double integrated_lufs;
    /**
     * The loudness range (LRA), in LU; 0 if nothing of 3 s is louder than -70 LUFS.
     */
    double range_lu;
    /**
     * The loudest 400 ms, in LUFS; minus infinity if it is shorter, or silent.
     */
    double max_momentary_lufs;
    /**
     * The loudest 3 s, in LUFS; minus infinity if it is shorter, or silent.
     */
    double max_short_term_lufs;
    /**
     * The largest sample peak of all channels; linear, 1.0 is full scale.
     */
    float sample_peak;
    /**
     * The largest true peak of all channels; linear, 1.0 is full scale.
     */
    float true_peak;
} amio_loudness;

/**
 * The levels of one channel. Units: linear, 1.0 is full scale. Set struct_size to
 * sizeof(amio_channel_levels) before the call.
 */
typedef struct amio_channel_levels {
    /**
     * sizeof(amio_channel_levels).
     */
    uint32_t struct_size;
    /**
     * Reserved; 0.
     */
    uint32_t reserved;
    /**
     * The largest magnitude of a sample.
     */
    float sample_peak;
    /**
     * The largest magnitude, also between samples: computed from four times as many samples below 96 kHz, twice
     * as many below 192 kHz; above, the sample peak.
     */
    float true_peak;
    /**
     * The root of the mean square of all samples.
     */
    double rms;
    /**
     * The mean of all samples.
     */
    double dc_offset;
    /**
     * How many samples are at or beyond full scale, which is 32767/32768, the greatest that 16 bits
     * hold.
     */
    uint64_t clipped;
} amio_channel_levels;

/**
 * One clip, cropped, placed, repeated and scaled. Fill it in with amio_playspec_entry_init(),
 * then change what differs. Gains have no default: 0 is silence.
 */
typedef struct amio_playspec_entry {
    /**
     * sizeof(amio_playspec_entry).
     */
    uint32_t struct_size;
    /**
     * The output, from 0, that the clip's first channel goes to. Channel c of a clip of several
     * channels sounds on output `first_output_channel + c`; a clip of one channel sounds on this
     * output with the left gain and on the next one, where there is one, with the right gain.
     */
    uint32_t first_output_channel;
    /**
     * What sounds. The playspec keeps its data; the handle may be freed.
     */
    struct amio_clip *clip;
    /**
     * The first frame of the clip that sounds.
     */
    uint64_t source_begin_frame;
    /**
     * The first frame of the clip that no longer sounds. 0: the clip's end. An end beyond the
     * clip is an error.
     */
    uint64_t source_end_frame;
    /**
     * The timeline frame at which `source_begin_frame` sounds, -2^61 to 2^61.
     */
    int64_t play_at_frame;
    /**
     * The entry sounds again every `repeat_interval_frames / repeat_interval_denominator` frames:
     * repeat k begins at `play_at_frame + round(k * interval)`, halves upwards, so that a
     * metronome never drifts. At least 1 frame in all. 0: no repeat.
     */
    uint64_t repeat_interval_frames;
    /**
     * What `repeat_interval_frames` is divided by. 0: 1.
     */
    uint32_t repeat_interval_denominator;
    /**
     * Must be 0.
     */
    uint32_t reserved;
    /**
     * How often the entry sounds in all, if it repeats. 0: without end.
     */
    uint64_t repeat_count;
    /**
     * Factor for the clip's channels 0, 2, 4, ...; finite, -1e6 to 1e6. 1 leaves them unchanged.
     */
    float gain_left;
    /**
     * Factor for the clip's channels 1, 3, 5, ...; finite, -1e6 to 1e6. 1 leaves them unchanged.
     */
    float gain_right;
    /**
     * Frames over which each repeat fades in from silence; at most as long as it sounds.
     */
    uint64_t fade_in_frames;
    /**
     * Frames over which each repeat fades out to silence; at most as long as it sounds.
     */
    uint64_t fade_out_frames;
} amio_playspec_entry;

/**
 * Some consecutive frames of input, and where they belong. The timeline is continuous
 * within a chunk. Set struct_size to sizeof(amio_chunk) before the call.
 */
typedef struct amio_chunk {
    /**
     * sizeof(amio_chunk).
     */
    uint32_t struct_size;
    /**
     * Whether the transport was rolling when they were heard: 1 or 0.
     */
    uint32_t rolling;
    /**
     * How many frames were written to the buffer; 0 if none waited.
     */
    uint64_t frames;
    /**
     * The timeline frame that was heard when the first of them was recorded: that of its
     * device frame less both latencies. If it was not rolling, it is the same for all of them.
     */
    int64_t position;
    /**
     * The device frame at which the first of them was captured.
     */
    uint64_t device_frame;
    /**
     * CLOCK_MONOTONIC of that device frame, in nanoseconds; offline, since the first frame.
     */
    uint64_t time_ns;
    /**
     * The ticket of the playspec that was heard; 0 before the first.
     */
    uint64_t ticket;
    /**
     * How many frames were lost just before the first of them, because the program read too
     * slowly. Exact.
     */
    uint64_t lost_before_frames;
    /**
     * Whether the device skipped frames just before the first of them: 1 or 0.
     */
    uint32_t xrun;
    /**
     * The capture latency that the position accounts for, in frames. The configuration's latency_offset_frames
     * comes on top.
     */
    uint32_t capture_latency_frames;
    /**
     * The playback latency that the position accounts for, in frames.
     */
    uint32_t playback_latency_frames;
    /**
     * Reserved; 0.
     */
    uint32_t reserved;
} amio_chunk;

/**
 * When and where a MIDI message arrived. Set struct_size to sizeof(amio_midi) before the call.
 */
typedef struct amio_midi {
    /**
     * sizeof(amio_midi).
     */
    uint32_t struct_size;
    /**
     * The input port, counted from 0.
     */
    uint32_t port;
    /**
     * How many bytes the message has; 0 if none waited.
     */
    uint64_t size;
    /**
     * The timeline frame that was heard then: that of its device frame less both latencies.
     */
    int64_t position;
    /**
     * The device frame at which it arrived.
     */
    uint64_t device_frame;
    /**
     * CLOCK_MONOTONIC of that device frame, in nanoseconds.
     */
    uint64_t time_ns;
    /**
     * The ticket of the playspec that was heard; 0 before the first.
     */
    uint64_t ticket;
    /**
     * How many messages were lost just before it, because the program fetched them too slowly.
     */
    uint64_t lost_before;
    /**
     * The server's number of the device frame, which wraps.
     */
    uint32_t server_frame;
    /**
     * Whether the transport was rolling when it was heard: 1 or 0.
     */
    uint32_t rolling;
} amio_midi;

/**
 * What is recorded. Set struct_size to sizeof(amio_recorder_config) and everything else to 0, then
 * what you want different: 0 and NULL mean "default" everywhere.
 */
typedef struct amio_recorder_config {
    /**
     * sizeof(amio_recorder_config).
     */
    uint32_t struct_size;
    /**
     * One of AMIO_RECORD_*. 0: the input.
     */
    uint32_t source;
    /**
     * What is written: one of AMIO_FILE_*. 0: WAV with 32-bit floats.
     */
    uint32_t file_format;
    /**
     * How many channels `channels` has, 1 to 64, in FLAC files to 8. 0: all that the source has.
     */
    uint32_t channel_count;
    /**
     * Which channels of the source the file has, counted from 0, in the file's order. NULL, with
     * `channel_count` 0: all.
     */
    const uint32_t *channels;
    /**
     * 1: the file begins with timeline frame `begin_frame` (punch in). 0: with the next period.
     */
    uint32_t punch_in;
    /**
     * 1: the file ends before timeline frame `end_frame` (punch out). 0: when it is stopped.
     */
    uint32_t punch_out;
    /**
     * With `punch_in`: the timeline frame that is the file's first one, -2^61 to 2^61; 0 otherwise.
     */
    int64_t begin_frame;
    /**
     * With `punch_out`: the first timeline frame that is no longer in the file, after `begin_frame`,
     * -2^61 to 2^61; 0 otherwise.
     */
    int64_t end_frame;
    /**
     * The most frames that the file gets, 1 to 2^60. 0: no limit.
     */
    uint64_t most_frames;
    /**
     * How many frames may wait for the disk, 1 to 2^26. 0: 4 seconds.
     */
    uint64_t buffer_frames;
} amio_recorder_config;

/**
 * What was recorded so far, or in all. Set struct_size to sizeof(amio_recording) before the call.
 */
typedef struct amio_recording {
    /**
     * sizeof(amio_recording).
     */
    uint32_t struct_size;
    /**
     * One of AMIO_RECORDER_*.
     */
    uint32_t state;
    /**
     * The length of the file. What waits for the disk does not count yet.
     */
    uint64_t frames;
    /**
     * How many of them are silence in place of frames for which the disk was too slow.
     */
    uint64_t lost_frames;
    /**
     * How many of them are silence in place of frames that the device skipped.
     */
    uint64_t skipped_frames;
    /**
     * Samples beyond -1.0 to 1.0 that were clipped, since the file has integers.
     */
    uint64_t clipped_samples;
    /**
     * The timeline frame of the file's first frame; 0 while there is none.
     */
    int64_t position;
    /**
     * The device frame of the file's first frame; 0 while there is none.
     */
    uint64_t device_frame;
    /**
     * Samples that were NaN, infinite or beyond -1e6 to 1e6, and are 0 in the file.
     */
    uint64_t bad_samples;
} amio_recording;

/**
 * Something that happened. `position`, `device_frame` and `time_ns` say when; other fields that
 * its kind does not name are 0. Set struct_size to sizeof(amio_event) before the call.
 */
typedef struct amio_event {
    /**
     * sizeof(amio_event).
     */
    uint32_t struct_size;
    /**
     * One of AMIO_EVENT_*.
     */
    uint32_t kind;
    /**
     * The swap that it is about; 0 if none.
     */
    uint64_t ticket;
    /**
     * The timeline frame at which it happened; for a swap that took over, its own first frame.
     */
    int64_t position;
    /**
     * The device frame at which it happened.
     */
    uint64_t device_frame;
    /**
     * CLOCK_MONOTONIC of that device frame, in nanoseconds; offline, since the first frame.
     */
    uint64_t time_ns;
    /**
     * How many frames it is about: late, skipped, dropped, missed, silent, recorded, not captured, or the
     * new period.
     */
    uint64_t frames;
    /**
     * For how long no period ran, in milliseconds.
     */
    uint64_t silent_ms;
    /**
     * How many events are missing, how many frames were not heard, or whether freewheel is on.
     */
    uint64_t count;
    /**
     * Why a swap was cancelled: one of AMIO_CANCEL_*.
     */
    uint32_t cancel_reason;
    /**
     * What the timeline did where frames were skipped: one of AMIO_SKIP_*.
     */
    uint32_t skip_policy;
    /**
     * The new capture latency, in frames.
     */
    uint32_t capture_latency_frames;
    /**
     * The new playback latency, in frames.
     */
    uint32_t playback_latency_frames;
    /**
     * UTF-8, ended by NUL, cut at the end of a character where it is too long.
     */
    char message[AMIO_MESSAGE_BYTES];
    /**
     * The clip that it is about: `id` of its amio_clip_properties; 0 if none.
     */
    uint64_t clip_id;
    /**
     * The first frame of that clip that it is about.
     */
    uint64_t clip_frame;
    /**
     * What the program gave amio_interface_schedule() for the swap that it is about; 0 if it is about none.
     */
    uint64_t user_data;
} amio_event;

/**
 * How full a queue is.
 */
typedef struct amio_ring_level {
    /**
     * What was in it when the audio thread last used it.
     */
    uint64_t now;
    /**
     * The most that was ever in it.
     */
    uint64_t high_water;
    /**
     * The most that it holds.
     */
    uint64_t capacity;
} amio_ring_level;

/**
 * The statistics of an interface since it was made. Set struct_size to sizeof(amio_stats)
 * before the call.
 */
typedef struct amio_stats {
    /**
     * sizeof(amio_stats).
     */
    uint32_t struct_size;
    /**
     * Whether the audio thread has real-time scheduling: one of AMIO_REALTIME_*.
     */
    uint32_t realtime;
    /**
     * Its priority, if it has, 1 to 99.
     */
    int32_t realtime_priority;
    /**
     * Reserved; 0.
     */
    uint32_t reserved;
    /**
     * Periods that ran.
     */
    uint64_t periods;
    /**
     * Frames that the device has taken, those that it skipped included.
     */
    uint64_t device_frames;
    /**
     * Overruns and underruns: those that the server reported, or the skips, whichever number is larger.
     */
    uint64_t xruns;
    /**
     * Frames that the device skipped.
     */
    uint64_t skipped_frames;
    /**
     * Frames of output that were clamped.
     */
    uint64_t clamped_frames;
    /**
     * Frames of input that were dropped because they were not read in time.
     */
    uint64_t input_lost_frames;
    /**
     * Events that were dropped because they were not fetched in time.
     */
    uint64_t events_lost;
    /**
     * How often a lost server or device came back.
     */
    uint64_t reconnects;
    /**
     * The longest time that a period took to compute, as a fraction of its length.
     */
    double worst_load;
    /**
     * The mean time that a period took to compute, as a fraction of its length.
     */
    double mean_load;
    /**
     * Commands, or groups of them, on their way to the audio thread.
     */
    struct amio_ring_level commands;
    /**
     * Swaps that the audio thread is done with, on their way to be freed.
     */
    struct amio_ring_level retired;
    /**
     * What the audio thread has reported and has not yet become events.
     */
    struct amio_ring_level events;
    /**
     * Captured frames on their way to the program.
     */
    struct amio_ring_level input_frames;
    /**
     * Why real-time scheduling was refused; UTF-8, ended by NUL.
     */
    char realtime_reason[AMIO_MESSAGE_BYTES];
    /**
     * How often a streamed clip was not read from its file in time, counted per clip and period.
     */
    uint64_t underruns;
    /**
     * Frames of streamed clips that were silent because of these underruns.
     */
    uint64_t underrun_frames;
    /**
     * Bytes of the interface's memory that the audio thread writes to: its rings and queues. They are in
     * memory from the beginning, so that writing causes no page fault. 0 offline.
     */
    uint64_t resident_bytes;
    /**
     * How many of these bytes are locked, so that they are never swapped out: as many as the system allows
     * (RLIMIT_MEMLOCK). They are unlocked when the interface is freed, but for
     * those that the program has locked as well, by mlock() or mlockall(): these stay locked.
     */
    uint64_t locked_bytes;
    /**
     * MIDI messages that have arrived.
     */
    uint64_t midi_received;
    /**
     * Those of them that are missing: nobody fetched them in time, or the server lost them.
     */
    uint64_t midi_input_lost;
    /**
     * MIDI messages that were sent: without a server, discarded at their frame.
     */
    uint64_t midi_sent;
    /**
     * MIDI messages whose frame had passed, or that found the server's buffer full: they were sent later, or dropped.
     */
    uint64_t midi_late;
    /**
     * MIDI messages that did not fit in an empty buffer of the server, or were due while it had none for the port.
     */
    uint64_t midi_output_lost;
} amio_stats;

/**
 * The level of one channel over the last 0.3 s: 29 blocks of 10 ms, and the block that has
 * begun. Units: linear, 1.0 is full scale. This struct never grows, so that arrays of it
 * keep their layout.
 */
typedef struct amio_meter {
    /**
     * The largest magnitude.
     */
    float peak;
    /**
     * The root of the mean square. A sine of amplitude 1.0 has 0.707.
     */
    float rms;
    /**
     * How many samples were at or beyond -1.0 or 1.0 since the interface was made.
     */
    uint64_t clipped;
} amio_meter;

/**
 * What was agreed with one device. All is 0 if there is none: the interface has no channels of that side.
 */
typedef struct amio_alsa_device {
    /**
     * ALSA's name of the PCM that was opened; UTF-8, ended by NUL, cut if it is longer.
     */
    char name[AMIO_MESSAGE_BYTES];
    /**
     * How many channels it has. Those that the interface lacks are silent, or not read.
     */
    uint32_t channels;
    /**
     * The format of its samples: one of AMIO_ALSA_FORMAT_*.
     */
    uint32_t format;
    /**
     * How often the device tells, in frames.
     */
    uint32_t period_frames;
    /**
     * Its buffer, in frames.
     */
    uint32_t buffer_frames;
    /**
     * How samples get there: AMIO_ALSA_ACCESS_MMAP or AMIO_ALSA_ACCESS_READ_WRITE.
     */
    uint32_t access;
    /**
     * Reserved; 0.
     */
    uint32_t reserved;
} amio_alsa_device;

/**
 * What was agreed with the devices of an interface. Set struct_size to sizeof(amio_alsa_info) before the call.
 */
typedef struct amio_alsa_info {
    /**
     * sizeof(amio_alsa_info).
     */
    uint32_t struct_size;
    /**
     * 1: the system starts both devices as one; 0 otherwise.
     */
    uint32_t linked;
    /**
     * Of the output.
     */
    struct amio_alsa_device playback;
    /**
     * Of the input.
     */
    struct amio_alsa_device capture;
} amio_alsa_info;

/**
 * A part of a ring's memory. It is in two pieces where it goes over the end of the memory. This struct never grows.
 */
typedef struct amio_ring_spans {
    /**
     * The first piece; never NULL.
     */
    void *first;
    /**
     * Its length in bytes. 0: there is nothing.
     */
    size_t first_bytes;
    /**
     * The piece that follows it; never NULL.
     */
    void *second;
    /**
     * Its length in bytes. 0: there is none.
     */
    size_t second_bytes;
} amio_ring_spans;

/**
 * Called with each line that libjack would print, in UTF-8, without a line feed. It must return: see "Functions of
 * the program" at the head of this file. It must not call functions with this client: libjack may print in the
 * middle of one of them. `user_data` is what was passed with it.
 */
typedef void (*amio_jack_log)(void *user_data, const char *line);

/**
 * How a client is opened. Set struct_size to sizeof(amio_jack_options) and everything else to 0, then what you want
 * different: 0 and NULL mean "default" everywhere.
 */
typedef struct amio_jack_options {
    /**
     * sizeof(amio_jack_options).
     */
    uint32_t struct_size;
    /**
     * 1: the client is refused if its name is taken. 0: it gets another name.
     */
    uint32_t exact_name;
    /**
     * 1: if no server runs, libjack may start the one of ~/.jackdrc, which takes a second or more. 0: it may not.
     */
    uint32_t start_server;
    /**
     * Must be 0.
     */
    uint32_t reserved;
    /**
     * Which server, UTF-8, up to 255 bytes. NULL: that of the environment variable JACK_DEFAULT_SERVER, or the
     * default one.
     */
    const char *server_name;
    /**
     * By which a session manager knows the client, UTF-8. NULL: it does not.
     */
    const char *session_id;
    /**
     * Receives the lines of libjack, also those about other clients of this process, on any thread, until the client
     * is closed: then no call of it runs any more. NULL: they are dropped.
     */
    amio_jack_log log;
    /**
     * Handed to `log` as it is; may be NULL.
     */
    void *log_user_data;
} amio_jack_options;

/**
 * The times of a cycle. Set struct_size to sizeof(amio_jack_cycle_times) before the call.
 */
typedef struct amio_jack_cycle_times {
    /**
     * sizeof(amio_jack_cycle_times).
     */
    uint32_t struct_size;
    /**
     * The server's number of the first frame. It wraps.
     */
    uint32_t frame;
    /**
     * When the cycle began, in microseconds of the server's clock.
     */
    uint64_t start_us;
    /**
     * When the next one begins, in microseconds of the server's clock, as far as is known.
     */
    uint64_t next_us;
    /**
     * How long a cycle takes at present, in microseconds.
     */
    float period_us;
    /**
     * 0.
     */
    uint32_t reserved;
} amio_jack_cycle_times;

/**
 * Receives a line that libjack writes, without a line feed; `is_error` is 1 or 0 (for information). It is called on any
 * thread, and must not call clients: libjack may write in the middle of a request. It must return.
 */
typedef void (*amio_jack_line)(void *user_data, uint32_t is_error, const char *line);

/**
 * What is known of a port of any client. Texts are UTF-8, end with NUL, and are empty where there is none. Set
 * struct_size to sizeof(amio_jack_port_info) before the call.
 */
typedef struct amio_jack_port_info {
    /**
     * sizeof(amio_jack_port_info).
     */
    uint32_t struct_size;
    /**
     * AMIO_JACK_PORT_* bits.
     */
    uint32_t flags;
    /**
     * By which metadata refers to it.
     */
    uint64_t uuid;
    /**
     * 1: it is a port of the client that was asked. 0: of another one.
     */
    uint32_t is_own;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Its full name: the client's name, a colon, and the short name.
     */
    char name[AMIO_JACK_NAME_BYTES];
    /**
     * What goes through it: AMIO_JACK_AUDIO, AMIO_JACK_MIDI, or another type.
     */
    char type[AMIO_JACK_TYPE_BYTES];
    /**
     * Up to two other names of it.
     */
    char aliases[2][AMIO_JACK_NAME_BYTES];
} amio_jack_port_info;

/**
 * Where JACK's transport is. The server sets `time_us`, `unique` and `frame_rate_hz`. A client that sets a position sets
 * `frame` and any of the parts that `valid` names; other fields are 0. Set struct_size to
 * sizeof(amio_jack_position) before the call.
 */
typedef struct amio_jack_position {
    /**
     * sizeof(amio_jack_position).
     */
    uint32_t struct_size;
    /**
     * AMIO_JACK_POSITION_* bits: which parts are there.
     */
    uint32_t valid;
    /**
     * The server's clock at the frame, in microseconds. It goes on while the transport stands.
     */
    uint64_t time_us;
    /**
     * Differs between any two positions that the server has given.
     */
    uint64_t unique;
    /**
     * The server's frame rate.
     */
    uint32_t frame_rate_hz;
    /**
     * The frame, which begins a cycle.
     */
    uint32_t frame;
    /**
     * The bar, from 1 on.
     */
    int32_t bar;
    /**
     * The beat in the bar, from 1 on.
     */
    int32_t beat;
    /**
     * The tick in the beat, from 0 on.
     */
    int32_t tick;
    /**
     * How many frames before `frame` bar, beat and tick were reached.
     */
    uint32_t bbt_offset_frames;
    /**
     * The tick with fractions.
     */
    double exact_tick;
    /**
     * The tick at which the bar began, counted from the beginning of the timeline.
     */
    double bar_start_tick;
    /**
     * The upper number of the time signature.
     */
    float beats_per_bar;
    /**
     * The lower number of the time signature.
     */
    float beat_type;
    /**
     * How many ticks a beat has.
     */
    double ticks_per_beat;
    /**
     * The tempo.
     */
    double beats_per_minute;
    /**
     * The time of the frame, in seconds.
     */
    double frame_time_s;
    /**
     * The time of the next cycle's first frame, in seconds.
     */
    double next_time_s;
    /**
     * How many audio frames a video frame lasts. 0: there is no video.
     */
    float audio_frames_per_video_frame;
    /**
     * The audio frame of this cycle at which the first video frame begins. 0: none does.
     */
    uint32_t video_offset_frames;
} amio_jack_position;

/**
 * Says whether the program is ready to roll from a position: anything but 0 means that it is. While `state` is
 * AMIO_JACK_TRANSPORT_STARTING, it is asked in each cycle, until it is ready. Real-time code, on the audio thread
 * before the cycle: see "Real-time code" at the head of this file. `position` is valid during the call; `user_data` is
 * what was passed with it.
 */
typedef int32_t (*amio_jack_sync)(void *user_data,
                                  uint32_t state,
                                  const struct amio_jack_position *position);

/**
 * Adds what it knows (bar, beat and tick, say, with their bits in `valid`) to the position of the next cycle, which has
 * `frames`. `state` is one of AMIO_JACK_TRANSPORT_*. `is_new` is 1 if somebody has moved the transport: the position
 * then holds what was asked for. Otherwise it is 0, and the position holds what the function said of the cycle
 * before. The function cannot change `frame`. Real-time code, on the audio thread after the cycle: see "Real-time
 * code" at the head of this file. `position` is valid during the call; `user_data` is what was passed with it.
 */
typedef void (*amio_jack_timebase)(void *user_data,
                                   uint32_t state,
                                   uint32_t frames,
                                   uint32_t is_new,
                                   struct amio_jack_position *position);

/**
 * Called in each cycle of a client, on its audio thread: it reads the inputs and writes the outputs of `frames` frames,
 * with the functions amio_jack_cycle_...(). Real-time code: see "Real-time code" at the head of this file. `cycle` is
 * valid during the call and on its thread only; with it, other calls return AMIO_ERROR_INVALID_HANDLE. `user_data` is
 * what was passed with it.
 *
 * It returns 0 to go on. A positive number makes this its last cycle: from the next one on it is not called, and the
 * outputs are silent. A negative number says that it has failed: the outputs are silent from this cycle on, it is not
 * called again, and AMIO_JACK_EVENT_HANDLER_FAILED is queued. The same happens if it throws a C++ exception, which is
 * destroyed. It must not end its thread, nor leave by longjmp(): see "Functions of the program" at the head of this
 * file.
 *
 * The buffer of an input may be that of an output of the same client, where the two are connected. So read
 * all inputs before writing to an output. An audio output is silent, and a MIDI output has no events, in a cycle in which
 * the function does not ask for it. A buffer of audio that it asks for holds anything until it is filled; a MIDI output has
 * no events at first.
 */
typedef int32_t (*amio_jack_process)(void *user_data,
                                     const struct amio_jack_cycle *cycle,
                                     uint32_t frames);

/**
 * A MIDI event of a cycle. This struct never grows.
 */
typedef struct amio_jack_midi_event {
    /**
     * The frame of the cycle, from 0 on.
     */
    uint32_t frame;
    /**
     * How many bytes it has.
     */
    uint32_t size;
    /**
     * The bytes.
     */
    const uint8_t *bytes;
} amio_jack_midi_event;

/**
 * Something that happened. Fields that its kind does not name are 0. Set struct_size to sizeof(amio_jack_event)
 * before the call.
 */
typedef struct amio_jack_event {
    /**
     * sizeof(amio_jack_event).
     */
    uint32_t struct_size;
    /**
     * One of AMIO_JACK_EVENT_*.
     */
    uint32_t kind;
    /**
     * Whether it is there, connected, or on now: 1 or 0.
     */
    uint32_t on;
    /**
     * The server's number of a port; of the output of a connection. See amio_jack_client_port_by_id().
     */
    uint32_t port;
    /**
     * The server's number of the input of a connection.
     */
    uint32_t destination;
    /**
     * The new period.
     */
    uint32_t frames;
    /**
     * The new frame rate.
     */
    uint32_t rate_hz;
    /**
     * Which latencies: one of AMIO_JACK_LATENCY_*.
     */
    uint32_t mode;
    /**
     * How late, in microseconds.
     */
    float delay_us;
    /**
     * What happened to a property: one of AMIO_JACK_PROPERTY_*.
     */
    uint32_t change;
    /**
     * The UUID of the client or port that a property is of.
     */
    uint64_t subject;
    /**
     * Why the server is gone: AMIO_JACK_STATUS_* bits; 0 if it does not say.
     */
    uint32_t shutdown_status;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * A client, a port, a key, or a reason: UTF-8, ended by NUL, cut at the end of a character where it is too long.
     */
    char name[AMIO_JACK_NAME_BYTES];
    /**
     * The full name that a port had before.
     */
    char before[AMIO_JACK_NAME_BYTES];
} amio_jack_event;

/**
 * How blocks are exchanged. Set struct_size to sizeof(amio_jack_blocks_config), the length of a block and the ports, and all
 * else to 0 for its default.
 */
typedef struct amio_jack_blocks_config {
    /**
     * sizeof(amio_jack_blocks_config).
     */
    uint32_t struct_size;
    /**
     * The length of a block in frames, 1 to 65536. It need not be the server's period.
     */
    uint32_t block_frames;
    /**
     * How many blocks of input may wait for the program, 1 to 65536; 0: a quarter of a second of them, and at least 4.
     */
    uint32_t queued_blocks;
    /**
     * How many frames after the beginning of a block of input the output sounds that answers it, up to 2^24. 0: a block,
     * a period, the longer of the two to think, and 5 ms for waking, rounded up to whole periods.
     */
    uint32_t latency_frames;
    /**
     * The audio inputs, which belong to the client. NULL if there are none.
     */
    const struct amio_jack_port *const *inputs;
    /**
     * How many, up to 1024.
     */
    size_t input_count;
    /**
     * The audio outputs, which belong to the client. NULL if there are none. Nobody else may write to them.
     */
    const struct amio_jack_port *const *outputs;
    /**
     * How many, up to 1024.
     */
    size_t output_count;
} amio_jack_blocks_config;

/**
 * A block that was read. Set struct_size to sizeof(amio_jack_block) before the call.
 */
typedef struct amio_jack_block {
    /**
     * sizeof(amio_jack_block).
     */
    uint32_t struct_size;
    /**
     * The frame of the server's clock at which the input began. It wraps.
     */
    uint32_t input_frame;
    /**
     * The frame at which the output sounds: that which amio_jack_blocks_exchange() has written; of
     * amio_jack_blocks_read(), that which answers the block.
     */
    uint32_t output_frame;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Frames of input that were lost directly before this block.
     */
    uint64_t lost;
    /**
     * Frames of output that were dropped since the call before, since their time had passed.
     */
    uint64_t late;
    /**
     * Frames of silence since the call before, since nothing was written for them.
     */
    uint64_t missed;
    /**
     * How often the server has skipped frames since the block before.
     */
    uint64_t xruns;
    /**
     * As `lost`, since the beginning.
     */
    uint64_t total_lost;
    /**
     * As `late`, since the beginning.
     */
    uint64_t total_late;
    /**
     * As `missed`, since the first frame that sounded.
     */
    uint64_t total_missed;
    /**
     * As `xruns`, since the beginning.
     */
    uint64_t total_xruns;
} amio_jack_block;

/**
 * What became of the events of a sender. Set struct_size to sizeof(amio_jack_midi_counts) before the call.
 */
typedef struct amio_jack_midi_counts {
    /**
     * sizeof(amio_jack_midi_counts).
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Events that left, also those that were late.
     */
    uint64_t sent;
    /**
     * Events that left after their frame.
     */
    uint64_t late;
    /**
     * Events that could not leave: larger than the server's buffer, or due while the server had no buffer for the port.
     */
    uint64_t lost;
    /**
     * Events that wait.
     */
    uint64_t waiting;
} amio_jack_midi_counts;

/**
 * Success.
 */
#define AMIO_OK 0

/**
 * A defect of the library itself. What the call has done is undefined. Please report it
 * with the message.
 */
#define AMIO_ERROR_INTERNAL -1

/**
 * A pointer that must not be NULL is NULL.
 */
#define AMIO_ERROR_NULL_POINTER -2

/**
 * A handle that was freed, is of another type, or never came from this library.
 */
#define AMIO_ERROR_INVALID_HANDLE -3

/**
 * An argument or a field of a struct is outside the range that the message names.
 */
#define AMIO_ERROR_INVALID_ARGUMENT -4

/**
 * The caller was built for a newer library and uses something that this one does not know.
 */
#define AMIO_ERROR_UNSUPPORTED -5

/**
 * The call does not fit the state that the object is in.
 */
#define AMIO_ERROR_INVALID_STATE -6

/**
 * There was not enough memory.
 */
#define AMIO_ERROR_OUT_OF_MEMORY -7

/**
 * The ticket was never issued by this interface, or has ended.
 */
#define AMIO_ERROR_NO_SUCH_TICKET -8

/**
 * A bounded queue is full now; the same call may succeed later.
 */
#define AMIO_ERROR_QUEUE_FULL -9

/**
 * Nothing came within the time that was given.
 */
#define AMIO_ERROR_TIMEOUT -10

/**
 * The driver is not part of this build, or its system library is not installed.
 */
#define AMIO_ERROR_DRIVER_UNAVAILABLE -11

/**
 * No server answers.
 */
#define AMIO_ERROR_NO_SERVER -12

/**
 * The driver, its server or its device failed.
 */
#define AMIO_ERROR_DRIVER -13

/**
 * A file could not be opened, read or written.
 */
#define AMIO_ERROR_IO -14

/**
 * A file is of a kind that cannot be read.
 */
#define AMIO_ERROR_FORMAT -15

/**
 * A clip's frame rate is not the interface's.
 */
#define AMIO_ERROR_RATE_MISMATCH -16

/**
 * The operating system refused something that the library needs.
 */
#define AMIO_ERROR_SYSTEM -17

/**
 * The caller's buffer is too small; the message says how large it must be.
 */
#define AMIO_ERROR_BUFFER_TOO_SMALL -18

/**
 * The program cancelled the work, by what its progress callback returned.
 */
#define AMIO_ERROR_CANCELLED -19

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the version of the library that the program runs with, such as "0.2.0".
 *
 * Thread: any. Ownership: the text is static.
 */
const char *amio_version_string(void);

/**
 * Checks that the library that the program runs with can serve the header that it was built
 * with: call `amio_version_check(AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR, AMIO_VERSION_PATCH)`
 * before anything else. The library serves headers of its own major version (and, while that is
 * 0, of its own minor version) that are not newer than itself.
 *
 * Thread: any.
 * Errors: AMIO_ERROR_UNSUPPORTED (the message names both versions).
 */
amio_status amio_version_check(uint32_t major, uint32_t minor, uint32_t patch);

/**
 * Returns a few words for a status. amio_last_error_message() says more.
 *
 * Thread: any. Ownership: the text is static; it is never NULL, and "unknown status" for a
 * number that is not a status.
 */
const char *amio_strerror(amio_status status);

/**
 * Returns what was wrong with the last call that failed on this thread: which argument, its value,
 * and what is allowed. An empty text if no call has failed. Calls that succeed do not change it.
 *
 * Thread: any; each thread has its own message. Ownership: the text belongs to the library and
 * is valid until the next call that fails on this thread, or the thread's end; it is never NULL.
 */
const char *amio_last_error_message(void);

/**
 * Opens the driver and makes an interface, stopped, its timeline at frame 0.
 *
 * Thread: any but the audio thread; waits up to 5 seconds for a server that does not answer, 7
 * more with AMIO_START_SERVER_ON, and for its turn (see "Threads").
 * Units: in the fields' names.
 * Ownership: `config` and its texts are borrowed for the call. Release the interface with
 * amio_interface_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a field is out of range, a text
 * is not UTF-8, the rate or the period is not the server's); AMIO_ERROR_UNSUPPORTED (the struct
 * is newer than the library); AMIO_ERROR_DRIVER_UNAVAILABLE (the message says what to install);
 * AMIO_ERROR_NO_SERVER; AMIO_ERROR_DRIVER; AMIO_ERROR_TIMEOUT; AMIO_ERROR_SYSTEM;
 * AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_interface_new(const struct amio_interface_config *config,
                               struct amio_interface **out_iface);

/**
 * Starts the audio: periods run, input is captured, and what is scheduled takes effect. The
 * transport stands still until amio_interface_set_rolling(). With the offline driver, it allows
 * amio_interface_advance().
 *
 * Thread: any but the audio thread; waits up to 5 seconds for a server that does not answer, also where
 * it has to be opened anew, after it was lost or a start or stop failed; and for its turn (see "Threads").
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (started
 * already, failed or closed); AMIO_ERROR_DRIVER; AMIO_ERROR_TIMEOUT; AMIO_ERROR_SYSTEM; where it
 * has to be opened anew, those of amio_interface_new() for a server too; AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_interface_start(struct amio_interface *iface);

/**
 * Stops the audio. Position, playspecs, pending swaps and captured input are kept, and
 * amio_interface_start() goes on from there. A lost interface no longer reconnects. Stopping
 * a stopped interface does nothing.
 *
 * Thread: any but the audio thread; waits up to a second for a server that does not answer, and for its
 * turn; before that, for another call that starts or stops the interface (see "Threads").
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed);
 * AMIO_ERROR_DRIVER; AMIO_ERROR_TIMEOUT. After the last two it is stopped all the same.
 */
amio_status amio_interface_stop(struct amio_interface *iface);

/**
 * Closes the driver within a second, also if the server hangs. Pending tickets end as cancelled.
 * Their events and the input captured so far can still be fetched, and state, position, statistics
 * and the like can still be asked for; a call that would change something gives
 * AMIO_ERROR_INVALID_STATE from now on. Fine if it is closed already. A program that does not want
 * to know the last events calls amio_interface_free() only.
 *
 * Thread: any but the audio thread; waits up to a second.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_close(struct amio_interface *iface);

/**
 * Closes the interface as amio_interface_close() does, and makes its handle invalid. Calls of
 * other threads that are under way end safely. Groups of the interface must still be freed.
 * NULL does nothing.
 *
 * Thread: any but the audio thread; waits up to a second.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_free(struct amio_interface *iface);

/**
 * Returns the state, one of AMIO_STATE_*.
 *
 * Thread: any.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_state(struct amio_interface *iface, uint32_t *out_state);

/**
 * Returns the frame rate. Clips that the interface plays must have the same rate.
 *
 * Thread: any. Units: frames per second.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_frame_rate_hz(struct amio_interface *iface, uint32_t *out_frame_rate_hz);

/**
 * Returns the frames per period. A server may change it while it runs.
 *
 * Thread: any.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_period_frames(struct amio_interface *iface, uint32_t *out_period_frames);

/**
 * Returns the latencies, as the driver reports them now: from the microphone to the period, and
 * from the period to the loudspeaker.
 *
 * Thread: any. Units: frames.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_latency(struct amio_interface *iface,
                                   uint32_t *out_capture_frames,
                                   uint32_t *out_playback_frames);

/**
 * Copies the name under which the server knows this client; it may differ from the one that was
 * asked for.
 *
 * Thread: any.
 * Units: `capacity_bytes` counts the NUL at the end of the text.
 * Ownership: `out_name` is the caller's.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_BUFFER_TOO_SMALL (the
 * message says what is needed; 256 bytes are enough for every JACK name).
 */
amio_status amio_interface_client_name(struct amio_interface *iface,
                                       char *out_name,
                                       size_t capacity_bytes);

/**
 * Runs the offline driver for `frames` frames, in whole periods and a shorter last one: reads
 * `input`, and renders into `output`. The interface must have been started.
 *
 * Thread: any; renders on the calling thread.
 * Units: `input` holds `frames * input_channels` interleaved floats, which are captured as they
 * are; `output` has room for `frames * output_channels`; `frames` is 1 to 2^60.
 * Ownership: both are borrowed for the call and must not overlap. Either may be NULL: without
 * `input`, the input clip is fed, or silence; without `output`, what is rendered is discarded.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no
 * frames, more than memory can hold, overlapping buffers, a buffer for a side without channels);
 * AMIO_ERROR_INVALID_STATE (not the offline driver, not started, failed or closed).
 */
amio_status amio_interface_advance(struct amio_interface *iface,
                                   uint64_t frames,
                                   const float *input,
                                   float *output);

/**
 * Sets the period of the following calls of amio_interface_advance(), as if a device had changed
 * it. Offline driver only.
 *
 * Thread: any. Units: frames per period, 1 to 65536.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
 * AMIO_ERROR_INVALID_STATE (not the offline driver, or closed); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_interface_set_period_frames(struct amio_interface *iface, uint32_t period_frames);

/**
 * Feeds a clip, from its first frame, to the following calls of amio_interface_advance() that
 * have no `input`; after its end, silence. NULL: silence from now on. Offline driver only.
 *
 * Thread: any. Ownership: the interface keeps the clip's data; the handle may be freed.
 * Units: a clip of one channel goes to all inputs; its frame rate must be the interface's.
 * Errors: AMIO_ERROR_NULL_POINTER (`iface`); AMIO_ERROR_INVALID_HANDLE;
 * AMIO_ERROR_RATE_MISMATCH; AMIO_ERROR_INVALID_STATE (not the offline driver, or closed).
 */
amio_status amio_interface_set_input_clip(struct amio_interface *iface, struct amio_clip *clip);

/**
 * Makes the next period begin as if the device had skipped frames before it, as in an xrun. So a program can be
 * tested. Offline driver only.
 *
 * Thread: any. Units: frames, 0 to 2^40.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
 * AMIO_ERROR_INVALID_STATE (not the offline driver, or closed).
 */
amio_status amio_interface_skip(struct amio_interface *iface,
                                uint64_t frames);

/**
 * Lists the devices that are there now: the JACK server that answers, then ALSA's default, the PCMs of sound cards, and
 * the other PCMs that ALSA's configuration names. Without any, the list is empty. `server_name` is the JACK server to
 * ask; NULL: the default one.
 *
 * No device is opened that somebody uses, or on which something else depends. A JACK server gets a client for a moment.
 * Nothing is printed.
 *
 * Thread: any but the audio thread; waits for the servers and devices, 3 seconds at most.
 * Ownership: `server_name` is borrowed for the call. Release the list with amio_devices_free().
 * Errors: AMIO_ERROR_NULL_POINTER (`out_devices`); AMIO_ERROR_INVALID_ARGUMENT (a name that is not UTF-8);
 * AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_devices_list(const char *server_name,
                              struct amio_devices **out_devices);

/**
 * Returns how many devices a list has.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_devices_count(struct amio_devices *devices, size_t *out_count);

/**
 * Copies what is known of a device of a list, counted from 0.
 *
 * Thread: any but the audio thread.
 * Ownership: `out_device` is the caller's.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the list is not so long, a wrong
 * struct_size).
 */
amio_status amio_devices_get(struct amio_devices *devices,
                             size_t index,
                             struct amio_device *out_device);

/**
 * Copies what a device of a list can do in one direction.
 *
 * Thread: any but the audio thread.
 * Units: `index` counts from 0; `direction` is one of AMIO_DIRECTION_*.
 * Ownership: `out_side` is the caller's.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the list is not so long, a
 * direction that does not exist, or that the device does not have, a wrong struct_size).
 */
amio_status amio_devices_get_side(struct amio_devices *devices,
                                  size_t index,
                                  uint32_t direction,
                                  struct amio_device_side *out_side);

/**
 * Frees a list of devices. NULL does nothing.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_devices_free(struct amio_devices *devices);

/**
 * Returns position, device frame, time, ticket and motion, all of one instant: the end
 * of the latest period.
 *
 * Thread: any. Ownership: `out_transport` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (struct_size).
 */
amio_status amio_interface_transport(struct amio_interface *iface,
                                     struct amio_transport *out_transport);

/**
 * Returns the timeline frame that plays next. After amio_interface_set_position() it is the new
 * one at once, although it takes effect with the next period.
 *
 * Thread: any. Units: frames, may be negative.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_position(struct amio_interface *iface, int64_t *out_position);

/**
 * Moves the position to a frame of the timeline, from the first frame of the next period on, whether the
 * transport rolls or not. What sounded fades over the declick length.
 *
 * Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
 * at most half a second. Units: frames, -2^61 to 2^61.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
 * AMIO_ERROR_QUEUE_FULL; AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_interface_set_position(struct amio_interface *iface,
                                        int64_t position);

/**
 * Returns whether the transport rolls: 1 or 0. After amio_interface_set_rolling() it is the new
 * value at once, although it takes effect with the next period.
 *
 * Thread: any.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_rolling(struct amio_interface *iface, uint32_t *out_rolling);

/**
 * Starts (1) or stops (0) the transport, from the first frame of the next period on. A stopped transport
 * is silent; capture goes on.
 *
 * Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
 * at most half a second.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (neither
 * 0 nor 1); AMIO_ERROR_QUEUE_FULL; AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_interface_set_rolling(struct amio_interface *iface,
                                       uint32_t rolling);

/**
 * Copies samples of any format and layout into a new clip.
 *
 * Thread: any but the audio thread; allocates and reads all samples.
 * Units: `frames` frames of `format->channels` samples each, 0 to 2^60 frames.
 * Ownership: `format` and `samples` are borrowed for the call; `samples` needs no alignment, and may be NULL
 * without frames. Release the clip with amio_clip_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a field of the format or the
 * length is out of range, a sample is NaN, infinite or beyond 1e6); AMIO_ERROR_UNSUPPORTED (the
 * struct is newer than the library); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_clip_new(const struct amio_clip_format *format,
                          const void *samples,
                          uint64_t frames,
                          struct amio_clip **out_clip);

/**
 * Copies interleaved floats into a new clip: amio_clip_new() for the most common format.
 *
 * Thread: any but the audio thread; allocates and reads all samples.
 * Units: `frames` frames of `channels` samples each, 0 to 2^60 frames, 1 to 64 channels;
 * `frame_rate_hz` 1000 to 768000; nominal range of a sample -1.0 to 1.0.
 * Ownership: `samples` is borrowed for the call, and may be NULL without frames. Release the clip with
 * amio_clip_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a number is out of range, a
 * sample is NaN, infinite or beyond 1e6); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_clip_new_f32(uint32_t frame_rate_hz,
                              uint32_t channels,
                              const float *samples,
                              uint64_t frames,
                              struct amio_clip **out_clip);

/**
 * Copies interleaved 16-bit integers into a new clip: amio_clip_new() for the format of most
 * WAV files.
 *
 * Thread: any but the audio thread; allocates.
 * Units: `frames` frames of `channels` samples each, 0 to 2^60 frames, 1 to 64 channels;
 * `frame_rate_hz` 1000 to 768000; -32768 is -1.0.
 * Ownership: `samples` is borrowed for the call, and may be NULL without frames. Release the clip with
 * amio_clip_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a number is out of range);
 * AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_clip_new_i16(uint32_t frame_rate_hz,
                              uint32_t channels,
                              const int16_t *samples,
                              uint64_t frames,
                              struct amio_clip **out_clip);

/**
 * Makes a clip that plays from the caller's memory, without a copy. The audio thread reads the
 * memory and converts what it reads, so lock it, or at least keep it from being swapped out. It must not
 * change until `release` is called.
 *
 * `release(user_data)` is called exactly once, when neither a handle nor a playspec uses the clip any more. It
 * runs on the thread that uses it last, which may be the one that calls amio_clip_free(), amio_playspec_free()
 * or amio_interface_free(), or one of the library's own, but never on the audio thread. It must not call the
 * library, and must return: see "Functions of the program" at the head of this file. If this function fails,
 * `release` is not called and the memory stays the caller's.
 *
 * Thread: any but the audio thread; reads all samples.
 * Units: as amio_clip_new().
 * Ownership: `format` is borrowed for the call, the samples until `release`; `user_data` is
 * handed to `release` as it is and may be NULL. Release the clip with amio_clip_free().
 * Errors: as amio_clip_new(); `release` NULL is AMIO_ERROR_NULL_POINTER (for memory that lives
 * for ever, give a function that does nothing).
 */
amio_status amio_clip_new_borrowed(const struct amio_clip_format *format,
                                   const void *samples,
                                   uint64_t frames,
                                   void (*release)(void *user_data),
                                   void *user_data,
                                   struct amio_clip **out_clip);

/**
 * A `release` for amio_clip_new_borrowed(), for programs whose own code must not run on other
 * threads, such as those in languages with a garbage collector. It stores 1 in the uint32_t that
 * `flag` points to, which is passed as `user_data`. The program reads the flag when it likes, by an atomic load
 * with acquire ordering; once it reads 1, the library no longer uses the samples or the flag.
 * NULL does nothing.
 *
 * Thread: any.
 * Ownership: `flag` is an aligned uint32_t, which begins as 0 and lives until it is 1.
 */
void amio_release_flag(void *flag);

/**
 * Returns a clip's rate, channels and length.
 *
 * Thread: any. Ownership: `out_properties` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (struct_size).
 */
amio_status amio_clip_info(struct amio_clip *clip, struct amio_clip_properties *out_properties);

/**
 * Copies frames of one channel, converted to float.
 *
 * Thread: any.
 * Units: `channel` from 0; frames `start_frame` to `start_frame + frames - 1` must lie in the
 * clip, at least one of them unless the clip has none.
 * Ownership: `out_samples` is the caller's and has room for `frames` floats.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a
 * channel or frame that the clip has not, no frames); AMIO_ERROR_IO (the file of a streamed clip
 * cannot be read; the message names it and the frame, and what could be read is in `out_samples`);
 * AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_clip_read(struct amio_clip *clip,
                           uint32_t channel,
                           uint64_t start_frame,
                           uint64_t frames,
                           float *out_samples);

/**
 * Adds an owner to a clip's handle; each owner calls amio_clip_free() once.
 *
 * Thread: any.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_clip_retain(struct amio_clip *clip);

/**
 * Takes an owner from a clip's handle. With the last owner the handle becomes invalid. The samples
 * are freed when no playspec uses them any more. NULL does nothing.
 *
 * Thread: any but the audio thread; may call the release callback of a borrowed clip.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_clip_free(struct amio_clip *clip);

/**
 * Loads a file whole, at the frame rate it has: amio_clip_open_with() without options.
 *
 * Thread: any but the audio thread; reads the file.
 * Units: `path` in the bytes of the file system, UTF-8 on most.
 * Ownership: `path` is borrowed for the call. Release the clip with amio_clip_free().
 * Errors: as amio_clip_open_with().
 */
amio_status amio_clip_open(const char *path, struct amio_clip **out_clip);

/**
 * Loads a file whole: WAV, RF64, Wave64, AIFF, AU and CAF with PCM or float samples, FLAC, ALAC, MP3,
 * AAC, Vorbis and Opus. Of a damaged file, all intact frames are loaded in their places. Frames between them that
 * cannot be read are an error, or silence if the encoding is lossy. Samples that are NaN,
 * infinite or beyond 1e6 become 0; amio_clip_info() returns how many there were.
 *
 * Thread: any but the audio thread; reads the file, and calls `progress`.
 * Units: `path` in the bytes of the file system, UTF-8 on most.
 * Ownership: `path` and `options` are borrowed for the call; `options` NULL: the defaults;
 * `user_data` is handed to `progress`. Release the clip with amio_clip_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_IO; AMIO_ERROR_FORMAT (the message says what was
 * found, and what is supported); AMIO_ERROR_INVALID_ARGUMENT (an empty path or one of 4096 bytes
 * or more; an option out of range); AMIO_ERROR_UNSUPPORTED (the struct is newer than the library);
 * AMIO_ERROR_CANCELLED; AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_clip_open_with(const char *path,
                                const struct amio_open_options *options,
                                amio_progress progress,
                                void *user_data,
                                struct amio_clip **out_clip);

/**
 * Makes a clip that plays a file without loading it, however long it is. An interface on which it is
 * scheduled reads ahead of what plays, and converts what it reads. It sounds bit for bit like the
 * loaded file. If the disk is too slow, missing frames are silent, counted in
 * amio_stats and reported by AMIO_EVENT_UNDERRUN. Frames that cannot be read are silent and reported by
 * AMIO_EVENT_STREAM_FAILED. Functions that read the clip, such as amio_clip_read(), read the file.
 *
 * The file stays open as long as the clip lives, and must not change. While it plays the clip takes
 * about 2 MiB of memory for two channels; more if it is played at many places at once or read
 * ahead further than by default.
 *
 * Thread: any but the audio thread; reads the beginning of the file; of MP3, ADTS and Ogg, all of it,
 * since their frames have to be counted.
 * Units, ownership: as amio_clip_open_with().
 * Errors: as amio_clip_open_with().
 */
amio_status amio_clip_open_stream(const char *path,
                                  const struct amio_open_options *options,
                                  struct amio_clip **out_clip);

/**
 * Makes a clip of the same sound at another frame rate. It is round(frames * new rate / old rate) frames
 * long, begins with the same sound, and is as loud.
 *
 * Thread: any but the audio thread; calls `progress`.
 * Units: `frame_rate_hz` 1000 to 768000; `quality` one of AMIO_QUALITY_*.
 * Ownership: `clip` stays as it is; `user_data` is handed to `progress`. Release the new clip with
 * amio_clip_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
 * AMIO_ERROR_CANCELLED; AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_clip_convert(struct amio_clip *clip,
                              uint32_t frame_rate_hz,
                              uint32_t quality,
                              amio_progress progress,
                              void *user_data,
                              struct amio_clip **out_clip);

/**
 * Writes the clip as a 32-bit float WAV file. An existing file is replaced. Beyond 4 GiB it is
 * RF64. amio_clip_save() writes other formats.
 *
 * Thread: any but the audio thread; writes the file.
 * Ownership: `path` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_IO;
 * AMIO_ERROR_INVALID_STATE (the file is being written already); AMIO_ERROR_INVALID_ARGUMENT (an
 * empty path or one of 4096 bytes or more); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_clip_save_wav(struct amio_clip *clip, const char *path);

/**
 * Writes the clip to a file in one of AMIO_FILE_*. An existing file is replaced. Integers are
 * rounded to the nearest, without dither, and clipped beyond -1.0 to 1.0.
 *
 * Thread: any but the audio thread; writes the file, and calls `progress` meanwhile.
 * Ownership: `path` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_IO (what could be written
 * can be played); AMIO_ERROR_CANCELLED; AMIO_ERROR_INVALID_STATE (the file is being written
 * already); AMIO_ERROR_INVALID_ARGUMENT (file_format; more than 8 channels, or a rate of 65535 Hz
 * or more that is not a multiple of 10 up to 655340, in FLAC; an empty path or one of 4096 bytes
 * or more); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_clip_save(struct amio_clip *clip,
                           const char *path,
                           uint32_t file_format,
                           amio_progress progress,
                           void *user_data);

/**
 * Returns what a file holds, without loading it.
 *
 * Thread: any but the audio thread; reads the beginning of the file; of MP3, ADTS and Ogg, all of it,
 * since their frames have to be counted.
 * Ownership: `path` is borrowed for the call; `out_info` is the caller's, its struct_size must be
 * set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_IO; AMIO_ERROR_FORMAT; AMIO_ERROR_INVALID_ARGUMENT
 * (an empty path or one of 4096 bytes or more; struct_size); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_file_probe(const char *path,
                            struct amio_file_info *out_info);

/**
 * Analyses a clip in one pass. An overview keeps the clip's data, and is exact at any zoom. The overview of a
 * streamed clip is that of its file: see amio_analysis_open().
 *
 * Thread: any but the audio thread; allocates and reads all samples.
 * Units: `parts` is AMIO_ANALYSE_OVERVIEW, AMIO_ANALYSE_LOUDNESS, or both added up, which 0 means
 * too. An overview takes a 64th of the memory of the clip as floats.
 * Ownership: `progress` may be NULL; it is called with `user_data` during the call. Release the
 * analysis with amio_analysis_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (parts
 * that do not exist); AMIO_ERROR_CANCELLED; AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_analysis_new(struct amio_clip *clip,
                              uint32_t parts,
                              amio_progress progress,
                              void *user_data,
                              struct amio_analysis **out_analysis);

/**
 * Analyses a file in one pass, without loading it. Its overview is exact if ranges begin and end at
 * multiples of 256 frames; otherwise it covers up to 255 more frames at each end.
 *
 * Thread: any but the audio thread; reads the file.
 * Units: `path` in the bytes of the file system, UTF-8 on most; `parts` as amio_analysis_new().
 * Ownership: `path` is borrowed for the call; `progress` may be NULL; it is called with `user_data`
 * during the call. Release the analysis with amio_analysis_free().
 * Errors: as amio_clip_open(); AMIO_ERROR_INVALID_ARGUMENT (parts that do not exist);
 * AMIO_ERROR_CANCELLED.
 */
amio_status amio_analysis_open(const char *path,
                               uint32_t parts,
                               amio_progress progress,
                               void *user_data,
                               struct amio_analysis **out_analysis);

/**
 * Returns rate, channels, length and bad samples of the clip or file; `streamed` and `id` are 0.
 *
 * Thread: any. Ownership: `out_properties` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (struct_size).
 */
amio_status amio_analysis_info(struct amio_analysis *analysis,
                               struct amio_clip_properties *out_properties);

/**
 * Divides a range of one channel into `bucket_count` parts, and returns for each of them what to
 * draw. Bucket n covers the frames from start_frame + n * frames / bucket_count, rounded down, up to
 * where the next one begins, and at least one. Frames beyond the end do not count. The time that this takes
 * grows only with the logarithm of the range's length.
 *
 * Thread: any; allocates nothing for the buckets.
 * Units: channels count from 0; `frames` and `bucket_count` at least 1, `frames` unless there are
 * none.
 * Ownership: `out_buckets` is the caller's.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such
 * channel, no frames, no buckets, a stretch beyond 2^64 frames, buckets that are not aligned);
 * AMIO_ERROR_INVALID_STATE (the analysis has no overview).
 */
amio_status amio_analysis_read(struct amio_analysis *analysis,
                               uint32_t channel,
                               uint64_t start_frame,
                               uint64_t frames,
                               struct amio_bucket *out_buckets,
                               uint64_t bucket_count);

/**
 * Returns the loudness.
 *
 * Thread: any. Ownership: `out_loudness` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (struct_size); AMIO_ERROR_INVALID_STATE (the analysis has no loudness).
 */
amio_status amio_analysis_loudness(struct amio_analysis *analysis,
                                   struct amio_loudness *out_loudness);

/**
 * Returns the levels of one channel.
 *
 * Thread: any. Units: channels count from 0.
 * Ownership: `out_levels` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such
 * channel, struct_size); AMIO_ERROR_INVALID_STATE (the analysis has no loudness).
 */
amio_status amio_analysis_levels(struct amio_analysis *analysis,
                                 uint32_t channel,
                                 struct amio_channel_levels *out_levels);

/**
 * Frees an analysis. NULL does nothing.
 *
 * Thread: any but the audio thread; may call the release callback of a borrowed clip.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_analysis_free(struct amio_analysis *analysis);

/**
 * Makes an empty playspec, which is silence.
 *
 * Thread: any but the audio thread.
 * Ownership: release it with amio_playspec_free(); what is scheduled plays on without it.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_playspec_new(struct amio_playspec **out_playspec);

/**
 * Sets every field of an entry: the whole clip once, unchanged, at timeline frame 0, from output
 * 0 on.
 *
 * Thread: any.
 * Units: `struct_size` is sizeof(amio_playspec_entry).
 * Ownership: `out_entry` is the caller's; `clip` is only noted in it.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (struct_size).
 */
amio_status amio_playspec_entry_init(struct amio_playspec_entry *out_entry,
                                     size_t struct_size,
                                     struct amio_clip *clip);

/**
 * Adds an entry; its number, counted from 0, names it in amio_playspec_set_gain().
 *
 * Thread: any but the audio thread.
 * Ownership: `entry` is borrowed for the call; the playspec keeps the clip's data.
 * Errors: AMIO_ERROR_NULL_POINTER (`entry->clip` too); AMIO_ERROR_INVALID_HANDLE;
 * AMIO_ERROR_INVALID_ARGUMENT (a field is out of range or beyond the clip; a repeat of which more
 * than 1024 copies would sound at once); AMIO_ERROR_UNSUPPORTED (the struct is newer than the
 * library); AMIO_ERROR_INVALID_STATE (it was scheduled: make a new playspec);
 * AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_playspec_add(struct amio_playspec *playspec,
                              const struct amio_playspec_entry *entry,
                              uint64_t *out_number);

/**
 * Changes the gain of an entry. Before the playspec is first scheduled, it changes the entry.
 * Afterwards it changes what sounds, on every interface on which this playspec has been
 * scheduled and that still exists: from the first frame of its next period, linearly over
 * `ramp_frames`. An interface on which the playspec is scheduled for the first time later begins
 * with the gains that the entries had before the first scheduling.
 *
 * Thread: any but the audio thread.
 * Units: `entry` as amio_playspec_add() numbered it; factors, finite, -1e6 to 1e6; `ramp_frames`
 * 0 to 2^60.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such
 * entry, a gain or the ramp is out of range); AMIO_ERROR_QUEUE_FULL (on at least one interface;
 * the others have it); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_playspec_set_gain(struct amio_playspec *playspec,
                                   uint64_t entry,
                                   float gain_left,
                                   float gain_right,
                                   uint64_t ramp_frames);

/**
 * Frees the handle. A scheduled playspec stays scheduled and plays on. NULL does nothing.
 *
 * Thread: any but the audio thread; may call the release callbacks of borrowed clips.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_playspec_free(struct amio_playspec *playspec);

/**
 * Schedules a playspec. When the position reaches `insert_at`, the playspec takes over, also in the middle of
 * a period. Its own frame `start_from` sounds there: the position becomes `start_from`. With
 * AMIO_START_CONTINUE the position goes on instead; use it if all playspecs lie on one timeline. Scheduled
 * swaps form a queue, first in, first out. Each `insert_at` is a frame of the timeline that is in force then,
 * the predecessor's. Each ticket ends in exactly one event: AMIO_EVENT_APPLIED, AMIO_EVENT_SUPERSEDED or
 * AMIO_EVENT_CANCELLED.
 *
 * After its first success, no entry can be added to the playspec.
 *
 * Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
 * at most half a second.
 * Units: positions in frames, -2^61 to 2^61, or AMIO_INSERT_AT_ONCE and AMIO_START_CONTINUE;
 * `late_policy` is one of AMIO_LATE_*. `user_data` is any number that the program chooses. The event with which
 * the ticket ends has it, also if another thread fetches that event before this call returns.
 * Ownership: the interface keeps what it needs of the playspec; the handle may be freed. If `user_data` is an
 * address, the library neither reads it nor frees it.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a
 * position, the late policy, an entry on outputs that the interface has not);
 * AMIO_ERROR_RATE_MISMATCH (a clip has another rate than the interface); AMIO_ERROR_QUEUE_FULL;
 * AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_SYSTEM (the thread that reads streamed clips
 * cannot be started); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_interface_schedule(struct amio_interface *iface,
                                    struct amio_playspec *playspec,
                                    int64_t insert_at,
                                    int64_t start_from,
                                    uint32_t late_policy,
                                    uint64_t user_data,
                                    uint64_t *out_ticket);

/**
 * Cancels a swap that has not taken over yet. Its ticket ends as cancelled, or as applied if it
 * was just being taken: the event says which.
 *
 * Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
 * at most half a second.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_NO_SUCH_TICKET (never
 * issued by this interface, or ended); AMIO_ERROR_QUEUE_FULL; AMIO_ERROR_INVALID_STATE (closed);
 * AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_interface_cancel(struct amio_interface *iface, uint64_t ticket);

/**
 * Makes an empty group for an interface. Its commands take effect only with
 * amio_group_commit().
 *
 * Thread: any.
 * Ownership: release it with amio_group_free(). It does not keep the interface from being freed.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_group_new(struct amio_interface *iface, struct amio_group **out_group);

/**
 * As amio_interface_schedule(), when the group is committed.
 *
 * Thread: any but the audio thread.
 * Units and ownership: as amio_interface_schedule().
 * Errors: as amio_interface_schedule(), but that a full queue is noticed by amio_group_commit();
 * AMIO_ERROR_INVALID_STATE also if the group was committed or is full.
 */
amio_status amio_group_schedule(struct amio_group *group,
                                struct amio_playspec *playspec,
                                int64_t insert_at,
                                int64_t start_from,
                                uint32_t late_policy,
                                uint64_t user_data,
                                uint64_t *out_ticket);

/**
 * As amio_interface_cancel(), when the group is committed.
 *
 * Thread: any but the audio thread.
 * Errors: as amio_interface_cancel(), but that a full queue is noticed by amio_group_commit();
 * AMIO_ERROR_INVALID_STATE also if the group was committed or is full.
 */
amio_status amio_group_cancel(struct amio_group *group, uint64_t ticket);

/**
 * Changes the gain of an entry of a scheduled playspec, on this group's interface only, when the
 * group is committed.
 *
 * Thread: any but the audio thread.
 * Units: as amio_playspec_set_gain().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such
 * entry, a gain or the ramp is out of range); AMIO_ERROR_INVALID_STATE (the playspec was never
 * scheduled, the group was committed or is full, or the interface is closed);
 * AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_group_set_gain(struct amio_group *group,
                                struct amio_playspec *playspec,
                                uint64_t entry,
                                float gain_left,
                                float gain_right,
                                uint64_t ramp_frames);

/**
 * As amio_interface_set_position(), when the group is committed.
 *
 * Thread: any but the audio thread. Units: frames, -2^61 to 2^61.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
 * AMIO_ERROR_INVALID_STATE (the group was committed or is full); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_group_set_position(struct amio_group *group, int64_t position);

/**
 * As amio_interface_set_rolling(), when the group is committed.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (neither
 * 0 nor 1); AMIO_ERROR_INVALID_STATE (the group was committed or is full);
 * AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_group_set_rolling(struct amio_group *group, uint32_t rolling);

/**
 * Sends all commands of the group to the interface. They take effect at the first frame of the
 * same period, in the order in which they were added. The group cannot be used again, also if this fails:
 * free it, and make a new one.
 *
 * Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
 * at most half a second.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (the group
 * was committed already, or the interface is closed); AMIO_ERROR_QUEUE_FULL;
 * AMIO_ERROR_OUT_OF_MEMORY. After these, nothing of the group happens, and tickets of its swaps
 * end as cancelled.
 */
amio_status amio_group_commit(struct amio_group *group);

/**
 * Frees a group. If it was not committed, its commands do not happen, and the tickets of its swaps end as
 * cancelled. NULL does nothing.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_group_free(struct amio_group *group);

/**
 * Fetches captured input: as much as waits, fits and follows without a gap; of several periods if
 * their times agree within 0.1 ms. Never blocks: if nothing waits, it returns AMIO_OK with
 * `out_chunk->frames` 0.
 *
 * Thread: any but the audio thread; one reader at a time, others wait their turn.
 * Units: `out_samples` has room for `capacity_frames * input_channels` floats, at least one
 * frame; they are written interleaved.
 * Ownership: both are the caller's; the struct_size of `out_chunk` must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (struct_size; no room, or more than any memory has); AMIO_ERROR_INVALID_STATE (no input
 * channels).
 */
amio_status amio_interface_read_input(struct amio_interface *iface,
                                      struct amio_chunk *out_chunk,
                                      float *out_samples,
                                      uint64_t capacity_frames);

/**
 * As amio_interface_read_input(), but if nothing waits, it sleeps until enough does: one frame, or
 * the number that was set by amio_interface_set_input_threshold().
 *
 * Thread: any but the audio thread; waits up to `timeout_ms`. One reader at a time, others wait
 * their turn.
 * Units and ownership: as amio_interface_read_input(); `timeout_ms` is milliseconds.
 * Errors: as amio_interface_read_input(); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE also if it
 * is closed and all was fetched.
 */
amio_status amio_interface_wait_input(struct amio_interface *iface,
                                      struct amio_chunk *out_chunk,
                                      float *out_samples,
                                      uint64_t capacity_frames,
                                      uint32_t timeout_ms);

/**
 * Sets how many captured frames must wait before the descriptor of amio_interface_input_fd()
 * becomes readable: 1 by default. A program that is woken less often needs less processor time.
 * A number above half of `capture_buffer_frames` is reduced to that half, so that there is time
 * to read. While the interface does not run, no more frames come, and any number of them is
 * enough. amio_interface_read_input() always gives all that waits.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (`threshold_frames` is 0); AMIO_ERROR_INVALID_STATE (the interface has no input channels).
 */
amio_status amio_interface_set_input_threshold(struct amio_interface *iface,
                                               uint64_t threshold_frames);

/**
 * Returns a descriptor that is readable while enough captured input waits: one frame, or the number
 * that was set by amio_interface_set_input_threshold(). It is for poll(), epoll, asyncio or GLib.
 * Only poll it: do not read, write or close it.
 *
 * Thread: any.
 * Ownership: it belongs to the interface and is valid until amio_interface_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_input_fd(struct amio_interface *iface, int *out_fd);

/**
 * Fetches the oldest MIDI message that has arrived at an input port of the interface (`midi_inputs` in its
 * configuration). Never blocks: if none waits, it returns AMIO_OK with `out_midi->size` 0. Up to 8192 messages, of 256
 * KiB in all, wait to be fetched; later ones are lost, and counted by the next one.
 *
 * Thread: any but the audio thread; each message goes to one caller.
 * Units: `out_bytes` has room for `capacity_bytes`; AMIO_MIDI_BYTES is enough for every message.
 * Ownership: both are the caller's; the struct_size of `out_midi` must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size; no room);
 * AMIO_ERROR_BUFFER_TOO_SMALL (for the message, which waits on; its size is in `out_midi->size`);
 * AMIO_ERROR_INVALID_STATE (no MIDI inputs).
 */
amio_status amio_interface_next_midi(struct amio_interface *iface,
                                     struct amio_midi *out_midi,
                                     uint8_t *out_bytes,
                                     uint64_t capacity_bytes);

/**
 * As amio_interface_next_midi(), but waits until there is one.
 *
 * Thread: any but the audio thread; waits up to `timeout_ms` milliseconds.
 * Units, Ownership: as amio_interface_next_midi().
 * Errors: as amio_interface_next_midi(); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE also if it is closed and
 * all were fetched.
 */
amio_status amio_interface_wait_midi(struct amio_interface *iface,
                                     struct amio_midi *out_midi,
                                     uint8_t *out_bytes,
                                     uint64_t capacity_bytes,
                                     uint32_t timeout_ms);

/**
 * Returns a descriptor that is readable while a MIDI message waits, for poll(), epoll, asyncio or GLib. Only poll it: do
 * not read, write or close it.
 *
 * Thread: any.
 * Ownership: it belongs to the interface and is valid until amio_interface_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_midi_fd(struct amio_interface *iface,
                                   int *out_fd);

/**
 * Has a MIDI message sent from output port `port` of the interface (`midi_outputs` in its configuration), at frame `at`
 * of the clock that `at_clock` names (one of AMIO_MIDI_AT_*). Messages go out in the order of their frames; those of one
 * frame in the order of the calls. A message goes out once, also if the timeline comes to its frame again.
 *
 * Up to 16384 messages, of 512 KiB in all, wait for frames of the timeline, and as many for the other frames. Between two
 * periods, and before the interface is started, up to 8192 are accepted, of 256 KiB in all. (A message counts as a
 * multiple of 16 bytes.) If the server's buffer is full, a message goes out with the next period, or is dropped, as
 * `late` says. One that the buffer never has room for is lost, and counted by the statistics.
 *
 * Thread: any but the audio thread; does not wait for it.
 * Units: `port` is counted from 0; `size_bytes` is 1 to AMIO_MIDI_BYTES, of one message that begins with a status byte;
 * `late` is one of AMIO_MIDI_LATE_*.
 * Ownership: `bytes` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such port; `at_clock`, `at`
 * or `late` out of range; no MIDI message); AMIO_ERROR_QUEUE_FULL (too many wait); AMIO_ERROR_INVALID_STATE (closed, or no MIDI outputs).
 */
amio_status amio_interface_send_midi(struct amio_interface *iface,
                                     uint32_t port,
                                     uint32_t at_clock,
                                     int64_t at,
                                     const uint8_t *bytes,
                                     uint64_t size_bytes,
                                     uint32_t late);

/**
 * Forgets all MIDI messages that wait for their frames, however many they are. From the next period on, none of them goes
 * out, and their room is free.
 *
 * Thread: any but the audio thread; does not wait for it.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or no MIDI outputs).
 */
amio_status amio_interface_cancel_midi(struct amio_interface *iface);

/**
 * Begins to record to a file. An existing file of this name is replaced. The interface may be running or
 * not. Up to 64 recorders run at once, also beside amio_interface_read_input(). A recording ends
 * with amio_recorder_stop(), at `end_frame`, after `most_frames`, when the disk is full, or when the
 * interface is closed. The events AMIO_EVENT_RECORDER_STARTED, _ENDED, _FAILED and _LOST report what happens.
 *
 * With `punch_in`, the first frame of the file is the one at which `begin_frame` is heard while the timeline
 * rolls. So a recording of the input is aligned with what was heard, for any latencies. Once begun
 * it goes on in real time, also over a stop or a seek. It ends before the first frame that is
 * heard rolling at `end_frame` or beyond. Frames that the device skipped, or for which the disk
 * was too slow, are silence in the file, so that all other frames keep their places. The offline driver and
 * a server in freewheel mode wait for the disk.
 *
 * The file is valid at any time: if the process is killed, at most the last second is
 * missing. If the machine loses power, what the system has not yet written to the disk is lost.
 *
 * Thread: any but the audio thread; makes the file, and a thread that writes it.
 * Units: in the fields' names.
 * Ownership: `path`, `config` and its channels are borrowed for the call. Release the recorder
 * with amio_recorder_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a field
 * is out of range, FLAC does not have the interface's rate, or the path is empty or has 4096 bytes
 * or more); AMIO_ERROR_UNSUPPORTED (the struct is newer than the library); AMIO_ERROR_IO (the file
 * cannot be made); AMIO_ERROR_INVALID_STATE (failed, closed, without channels of this kind, or the
 * file is being recorded already); AMIO_ERROR_QUEUE_FULL (64 recorders that the interface has not
 * yet let go of, or the command queue); AMIO_ERROR_OUT_OF_MEMORY; AMIO_ERROR_SYSTEM.
 */
amio_status amio_recorder_new(struct amio_interface *iface,
                              const char *path,
                              const struct amio_recorder_config *config,
                              struct amio_recorder **out_recorder);

/**
 * Ends the recording with the last period that has run, and completes the file. It may have
 * ended already.
 *
 * Thread: any but the audio thread; waits for the disk.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_IO or
 * AMIO_ERROR_OUT_OF_MEMORY (the file could not be written to its end, now or before; what was
 * written can be played, unless the file was deleted or replaced meanwhile).
 */
amio_status amio_recorder_stop(struct amio_recorder *recorder);

/**
 * Waits until the recording has ended by itself: at its `end_frame`, because the interface was closed, or
 * because the disk was full.
 *
 * Thread: any but the audio thread; waits up to `timeout_ms` milliseconds.
 * Errors: as amio_recorder_stop(); AMIO_ERROR_TIMEOUT.
 */
amio_status amio_recorder_wait(struct amio_recorder *recorder,
                               uint32_t timeout_ms);

/**
 * Returns what was recorded so far, or in all.
 *
 * Thread: any.
 * Ownership: `out_recording` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (struct_size).
 */
amio_status amio_recorder_recording(struct amio_recorder *recorder,
                                    struct amio_recording *out_recording);

/**
 * Ends the recording as amio_recorder_stop() does, and makes the handle invalid. Only amio_recorder_stop() and
 * the events say whether the whole file was written. NULL does nothing.
 *
 * Thread: any but the audio thread; waits for the disk.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_recorder_free(struct amio_recorder *recorder);

/**
 * Fetches the oldest event. Never blocks: if none waits, it returns AMIO_OK with the kind
 * AMIO_EVENT_NONE.
 *
 * Thread: any but the audio thread; each event goes to one caller.
 * Ownership: `out_event` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (struct_size).
 */
amio_status amio_interface_next_event(struct amio_interface *iface, struct amio_event *out_event);

/**
 * As amio_interface_next_event(), but waits until there is one.
 *
 * Thread: any but the audio thread; waits up to `timeout_ms` milliseconds.
 * Ownership: as amio_interface_next_event().
 * Errors: as amio_interface_next_event(); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE (closed,
 * and all were fetched).
 */
amio_status amio_interface_wait_event(struct amio_interface *iface,
                                      struct amio_event *out_event,
                                      uint32_t timeout_ms);

/**
 * Returns a descriptor that is readable while an event waits, for poll(), epoll, asyncio or GLib.
 * Only poll it: do not read, write or close it.
 *
 * Thread: any.
 * Ownership: it belongs to the interface and is valid until amio_interface_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_interface_event_fd(struct amio_interface *iface, int *out_fd);

/**
 * Returns the statistics. Until the audio thread has run, it asks the driver about real-time
 * scheduling, and waits up to a fifth of a second for it. While another thread starts, stops or closes
 * the interface it does not wait: AMIO_REALTIME_UNKNOWN if that is not known yet.
 *
 * Thread: any. Ownership: `out_stats` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (struct_size).
 */
amio_status amio_interface_stats(struct amio_interface *iface,
                                 struct amio_stats *out_stats);

/**
 * Reads the meters of all inputs or all outputs, as of the last period. Reading changes
 * nothing: all readers see the same. A program that reads every 0.29 s or more often misses
 * no peak. Skipped frames count as silence. While no periods run, meters stay as they are. A sample
 * of an input that is not a number counts as 1e15, which is the largest level. Allocates
 * nothing and never waits.
 *
 * Thread: any.
 * Units: `direction` is one of AMIO_METER_*; `capacity` is the room in meters, 64 is always enough;
 * `out_channels` gets how many were written, one for each channel, and may be 0.
 * Ownership: `out_meters` and `out_channels` are the caller's.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a
 * direction that does not exist, meters that are not aligned); AMIO_ERROR_BUFFER_TOO_SMALL.
 */
amio_status amio_interface_meters(struct amio_interface *iface,
                                  uint32_t direction,
                                  struct amio_meter *out_meters,
                                  uint32_t capacity,
                                  uint32_t *out_channels);

/**
 * Returns what was agreed with ALSA's devices: their formats, periods and buffers. Something else may be agreed when
 * a lost device comes back. AMIO_DRIVER_ALSA only.
 *
 * Thread: any. Ownership: `out_info` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
 * AMIO_ERROR_INVALID_STATE (another driver).
 */
amio_status amio_interface_alsa_info(struct amio_interface *iface,
                                     struct amio_alsa_info *out_info);

/**
 * Makes a ring. All its memory is touched, so that its first use causes no page fault.
 *
 * Thread: any; allocates. Real-time: no.
 * Units: `bytes` is how many bytes it has room for, from 1 on; all of them can be used.
 * Ownership: release the ring with amio_ring_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (no bytes); AMIO_ERROR_INVALID_STATE (there are 16384
 * rings); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_ring_new(size_t bytes,
                          struct amio_ring **out_ring);

/**
 * Frees a ring, once calls of other threads that use it have ended. Spans of it are no longer valid. NULL does
 * nothing.
 *
 * Thread: any. Real-time: no.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_ring_free(struct amio_ring *ring);

/**
 * Locks the ring's memory, so that it is never swapped out to a disk. It stays locked until the ring is freed. A ring
 * that is locked already stays so.
 *
 * Thread: any; calls the system. Real-time: no.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_SYSTEM (the process may not lock so much: see
 * RLIMIT_MEMLOCK).
 */
amio_status amio_ring_lock_memory(struct amio_ring *ring);

/**
 * Tells how many bytes the ring has room for.
 *
 * Thread: any. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_ring_size(const struct amio_ring *ring, size_t *out_bytes);

/**
 * Tells how many bytes can be written now. For the thread that writes, there are at least so many until it writes
 * some, unless the ring is reset. For other threads it is an estimate.
 *
 * Thread: any. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_ring_write_space(const struct amio_ring *ring,
                                  size_t *out_bytes);

/**
 * Tells how many bytes can be read now. For the thread that reads, there are at least so many until it reads some,
 * unless the ring is reset. For other threads it is an estimate.
 *
 * Thread: any. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_ring_read_space(const struct amio_ring *ring,
                                 size_t *out_bytes);

/**
 * Writes as many of `count` bytes as there is room for: the first ones. `out_written` gets how many, which may be 0.
 *
 * Thread: one at a time at the writing end. Real-time: yes.
 * Ownership: `bytes` is borrowed for the call, and may be NULL without bytes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (more bytes than any process
 * can address); AMIO_ERROR_INVALID_STATE (another thread writes, or resets the ring).
 */
amio_status amio_ring_write(struct amio_ring *ring,
                            const void *bytes,
                            size_t count,
                            size_t *out_written);

/**
 * Reads as many bytes as wait, at most `count`: the oldest ones. `out_read` gets how many, which may be 0.
 *
 * Thread: one at a time at the reading end. Real-time: yes.
 * Ownership: `bytes` is the caller's, and may be NULL without bytes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (more bytes than any process
 * can address); AMIO_ERROR_INVALID_STATE (another thread reads, or resets the ring).
 */
amio_status amio_ring_read(struct amio_ring *ring,
                           void *bytes,
                           size_t count,
                           size_t *out_read);

/**
 * As amio_ring_read(), but the bytes can be read again.
 *
 * Thread: one at a time at the reading end. Real-time: yes.
 * Ownership: as amio_ring_read().
 * Errors: as amio_ring_read().
 */
amio_status amio_ring_peek(struct amio_ring *ring, void *bytes, size_t count, size_t *out_read);

/**
 * Returns the memory that can be written to. The bytes that are written there in order, first to the first piece, are
 * handed over by amio_ring_write_advance().
 *
 * Thread: one at a time at the writing end. Real-time: yes.
 * Ownership: the memory is the ring's. The caller may write to it until it calls another function of the writing end,
 * or the ring is reset or freed.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (another thread writes, or
 * resets the ring).
 */
amio_status amio_ring_write_spans(struct amio_ring *ring,
                                  struct amio_ring_spans *out_spans);

/**
 * Hands the first `bytes` bytes of what amio_ring_write_spans() returned to the reading end. Those that the caller has
 * not written hold something from before, at first 0.
 *
 * Thread: one at a time at the writing end. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is not so much room);
 * AMIO_ERROR_INVALID_STATE (another thread writes, or resets the ring).
 */
amio_status amio_ring_write_advance(struct amio_ring *ring,
                                    size_t bytes);

/**
 * Returns the memory that waits to be read, in order: first the first piece.
 *
 * Thread: one at a time at the reading end. Real-time: yes.
 * Ownership: the memory is the ring's. The caller may read it, and write to it, until it calls another function of
 * the reading end, or the ring is reset or freed.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (another thread reads, or
 * resets the ring).
 */
amio_status amio_ring_read_spans(struct amio_ring *ring,
                                 struct amio_ring_spans *out_spans);

/**
 * Gives the first `bytes` bytes of what amio_ring_read_spans() returned back to the writing end.
 *
 * Thread: one at a time at the reading end. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (not so many bytes wait);
 * AMIO_ERROR_INVALID_STATE (another thread reads, or resets the ring).
 */
amio_status amio_ring_read_advance(struct amio_ring *ring,
                                   size_t bytes);

/**
 * Drops all bytes that wait. Spans of both ends are no longer valid: the threads that use them must know of it.
 *
 * Thread: any, while no other thread is in a call of either end. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (another thread writes, reads, or
 * resets the ring; nothing was dropped).
 */
amio_status amio_ring_reset(struct amio_ring *ring);

/**
 * Connects to a server. The client is inactive: it can have ports and look up those of others, but no cycles run yet.
 *
 * `out_status`, which may be NULL, is written also if the call fails after it was checked: what the server
 * said, AMIO_JACK_STATUS_* bits. AMIO_JACK_STATUS_FAILURE is set exactly if the client was not opened.
 *
 * Thread: any but the audio thread; waits for the server, and for its turn (see "Threads").
 * Ownership: the texts and the options are borrowed for the call; `log_user_data` is kept until the client is
 * closed. Release the client with amio_jack_client_free(). `options` may be NULL: all defaults.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a name that is empty, too long, not UTF-8, or has a
 * colon; a field out of range); AMIO_ERROR_UNSUPPORTED (the struct is newer than the library);
 * AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed); AMIO_ERROR_NO_SERVER; AMIO_ERROR_DRIVER (the server
 * refuses the client); AMIO_ERROR_INVALID_STATE (in a function that JACK calls); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_jack_client_open(const char *name,
                                  const struct amio_jack_options *options,
                                  uint32_t *out_status,
                                  struct amio_jack_client **out_client);

/**
 * Closes the client: its ports and connections go, and its functions are no longer called. Calls that other threads
 * have begun end before. The handle stays valid: all other functions that take it, or one of its ports, then return
 * AMIO_ERROR_INVALID_STATE. A client that is closed already is left as it is.
 *
 * Thread: any but the audio thread; waits for the server, and for its turn (see "Threads").
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (in a function that JACK
 * calls).
 */
amio_status amio_jack_client_close(struct amio_jack_client *client);

/**
 * Closes the client as amio_jack_client_close() does, and makes the handle invalid. The handles of its ports and event
 * queues stay valid and are freed by themselves. NULL does nothing.
 *
 * Thread: as amio_jack_client_close().
 * Errors: AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (in a function that JACK calls; the handle stays valid).
 */
amio_status amio_jack_client_free(struct amio_jack_client *client);

/**
 * Returns the client that an interface is on its JACK server. With it, the program looks up and connects ports, renames
 * those of the interface (amio_jack_client_rename_port()), gives them metadata, adds MIDI ports, follows
 * events, and moves JACK's transport. The interface runs and closes it: amio_jack_client_activate(),
 * _deactivate(), _close() and _set_process() return AMIO_ERROR_INVALID_STATE.
 *
 * When the server is lost, or the interface is closed, its functions return AMIO_ERROR_INVALID_STATE. After
 * AMIO_EVENT_RECONNECTED the interface has another client, and ports that the program has added are to be added again.
 * The interface's own ports keep their names and connections.
 *
 * Thread: any but the audio thread.
 * Ownership: release the client with amio_jack_client_free(), which does not close it.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or its driver is not
 * JACK); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_interface_jack_client(struct amio_interface *iface,
                                       struct amio_jack_client **out_client);

/**
 * Begins the cycles. From then on, the client's ports can be connected.
 *
 * Thread: any but the audio thread; waits for the server, and for its turn (see "Threads").
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
 * JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
 */
amio_status amio_jack_client_activate(struct amio_jack_client *client);

/**
 * Ends the cycles, and all connections of the client's ports.
 *
 * Thread, Errors: as amio_jack_client_activate().
 */
amio_status amio_jack_client_deactivate(struct amio_jack_client *client);

/**
 * Copies the name by which the server knows the client. It may differ from the one that was asked for.
 *
 * Thread: any but the audio thread; waits for the server.
 * Units: `capacity_bytes` counts the NUL at the end of the text.
 * Ownership: `out_name` is the caller's; AMIO_JACK_NAME_BYTES are enough.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
 * JACK calls); AMIO_ERROR_BUFFER_TOO_SMALL (the message says what is needed).
 */
amio_status amio_jack_client_name(struct amio_jack_client *client,
                                  char *out_name,
                                  size_t capacity_bytes);

/**
 * Returns the UUID of the client, the subject of its metadata; 0 where the server gives none.
 *
 * Thread: any but the audio thread; waits for the server.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
 * JACK calls).
 */
amio_status amio_jack_client_uuid(struct amio_jack_client *client,
                                  uint64_t *out_uuid);

/**
 * Returns the UUID of the client of this name, which may be any of the server's; 0 if there is none.
 *
 * Thread: any but the audio thread; waits for the server.
 * Ownership: `name` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (not UTF-8);
 * AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls).
 */
amio_status amio_jack_client_uuid_of(struct amio_jack_client *client,
                                     const char *name,
                                     uint64_t *out_uuid);

/**
 * Copies the name of the client with this UUID, which may be any of the server's; an empty text if there is none.
 *
 * Thread, Units, Ownership, Errors: as amio_jack_client_name().
 */
amio_status amio_jack_client_name_of(struct amio_jack_client *client,
                                     uint64_t uuid,
                                     char *out_name,
                                     size_t capacity_bytes);

/**
 * Returns the server's frame rate.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_frame_rate_hz(struct amio_jack_client *client, uint32_t *out_hz);

/**
 * Returns the server's period: how many frames a cycle has.
 *
 * Thread, Errors: as amio_jack_client_frame_rate_hz().
 */
amio_status amio_jack_client_period_frames(struct amio_jack_client *client, uint32_t *out_frames);

/**
 * Asks the server for another period. AMIO_JACK_EVENT_PERIOD tells all clients of it. PipeWire changes it some cycles
 * later.
 *
 * Thread: any but the audio thread; waits for the server.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
 * JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
 */
amio_status amio_jack_client_set_period_frames(struct amio_jack_client *client,
                                               uint32_t frames);

/**
 * Returns how much of each cycle the server and its clients are at work, in percent.
 *
 * Thread, Errors: as amio_jack_client_frame_rate_hz().
 */
amio_status amio_jack_client_cpu_load_percent(struct amio_jack_client *client, float *out_percent);

/**
 * Returns whether the server runs in real time: 1 or 0.
 *
 * Thread, Errors: as amio_jack_client_frame_rate_hz().
 */
amio_status amio_jack_client_is_realtime(struct amio_jack_client *client, uint32_t *out_realtime);

/**
 * Returns the longest delay of a cycle so far, in microseconds, as the server reports it with xruns.
 *
 * Thread, Errors: as amio_jack_client_frame_rate_hz().
 */
amio_status amio_jack_client_max_delayed_us(struct amio_jack_client *client,
                                            float *out_us);

/**
 * Begins to look for the longest delay anew.
 *
 * Thread, Errors: as amio_jack_client_frame_rate_hz().
 */
amio_status amio_jack_client_reset_max_delayed(struct amio_jack_client *client);

/**
 * Starts (1) or ends (0) freewheeling: cycles follow each other as fast as they can, and no device plays.
 *
 * Thread: any but the audio thread; waits for the server.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (neither 0 nor 1);
 * AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
 */
amio_status amio_jack_client_set_freewheel(struct amio_jack_client *client,
                                           uint32_t on);

/**
 * Returns the frame that is due now, as far as the server can say between two cycles. The server counts frames in 32
 * bits, so their numbers wrap.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_frame_time(struct amio_jack_client *client,
                                        uint32_t *out_frame);

/**
 * Returns the first frame of the cycle that runs now, or ran last.
 *
 * Thread, Errors: as amio_jack_client_frame_time().
 */
amio_status amio_jack_client_last_frame_time(struct amio_jack_client *client, uint32_t *out_frame);

/**
 * Returns how many frames have passed since the cycle began.
 *
 * Thread, Errors: as amio_jack_client_frame_time().
 */
amio_status amio_jack_client_frames_since_cycle_start(struct amio_jack_client *client,
                                                      uint32_t *out_frames);

/**
 * Returns when a frame is due, in microseconds of the server's clock.
 *
 * Thread, Errors: as amio_jack_client_frame_time().
 */
amio_status amio_jack_client_frames_to_time(struct amio_jack_client *client,
                                            uint32_t frame,
                                            uint64_t *out_us);

/**
 * Returns which frame is due at a time, in microseconds of the server's clock.
 *
 * Thread, Errors: as amio_jack_client_frame_time().
 */
amio_status amio_jack_client_time_to_frames(struct amio_jack_client *client,
                                            uint64_t us,
                                            uint32_t *out_frame);

/**
 * Returns the times of the cycle that runs now, or ran last.
 *
 * Thread: any but the audio thread.
 * Ownership: `out_times` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
 * AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER (the server does not know them).
 */
amio_status amio_jack_client_cycle_times(struct amio_jack_client *client,
                                         struct amio_jack_cycle_times *out_times);

/**
 * Returns the server's clock now, in microseconds.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_STATE (this process has had no client yet, with which the
 * clock begins).
 */
amio_status amio_jack_time_us(uint64_t *out_us);

/**
 * Returns libjack's version: major, minor and micro version, and that of its protocol. jackd's library says 0 to all.
 *
 * Thread: any but the audio thread; loads libjack.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed).
 */
amio_status amio_jack_version(uint32_t *out_major,
                              uint32_t *out_minor,
                              uint32_t *out_micro,
                              uint32_t *out_protocol);

/**
 * Copies libjack's version in words.
 *
 * Thread: any but the audio thread; loads libjack.
 * Units: `capacity_bytes` counts the NUL at the end of the text.
 * Ownership: `out_text` is the caller's; 256 bytes are enough.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed);
 * AMIO_ERROR_BUFFER_TOO_SMALL (the message says what is needed).
 */
amio_status amio_jack_version_string(char *out_text, size_t capacity_bytes);

/**
 * Returns how many bytes the longest name of a client has, without a NUL, as libjack says; jackd's server takes one
 * less.
 *
 * Thread: any but the audio thread; loads libjack.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed).
 */
amio_status amio_jack_longest_client_name(size_t *out_bytes);

/**
 * Returns how many bytes the longest full name of a port has, without a NUL.
 *
 * Thread, Errors: as amio_jack_longest_client_name().
 */
amio_status amio_jack_longest_port_name(size_t *out_bytes);

/**
 * Returns the process of the client of this name; 0 if there is none, or the server does not say.
 *
 * Thread: any but the audio thread; loads libjack.
 * Ownership: `name` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (not UTF-8); AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is
 * not installed).
 */
amio_status amio_jack_client_pid(const char *name,
                                 int32_t *out_pid);

/**
 * Hands each line that libjack writes in this process to `line` from now on, once; NULL: no longer. Clients hand
 * them to their `log`s as well (see amio_jack_options). This waits for the calls of the function before that run.
 *
 * Thread: any but the audio thread; loads libjack.
 * Ownership: `user_data` is kept until the next call.
 * Errors: AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed); AMIO_ERROR_INVALID_STATE (in a function that JACK
 * calls).
 */
amio_status amio_jack_set_log(amio_jack_line line,
                              void *user_data);

/**
 * Returns how many names a list has.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_names_count(struct amio_jack_names *names, size_t *out_count);

/**
 * Copies a name of a list, counted from 0.
 *
 * Thread: any but the audio thread.
 * Units: `capacity_bytes` counts the NUL at the end of the text.
 * Ownership: `out_name` is the caller's; AMIO_JACK_NAME_BYTES are enough.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the list is not so long);
 * AMIO_ERROR_BUFFER_TOO_SMALL (the message says what is needed).
 */
amio_status amio_jack_names_get(struct amio_jack_names *names,
                                size_t index,
                                char *out_name,
                                size_t capacity_bytes);

/**
 * Frees a list of names. NULL does nothing.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_names_free(struct amio_jack_names *names);

/**
 * Makes a port. `short_name` is its name within the client. `type` is AMIO_JACK_AUDIO, AMIO_JACK_MIDI, or another one
 * that the server knows. `flags` are AMIO_JACK_PORT_* bits; exactly one of INPUT and OUTPUT is among them.
 *
 * The port is there until amio_jack_port_unregister(), or until the client is closed.
 *
 * Thread: any but the audio thread; waits for the server.
 * Ownership: the texts are borrowed for the call. Give the handle back with amio_jack_port_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a text that is empty or not UTF-8;
 * flags that are unknown, or that have neither or both of INPUT and OUTPUT); AMIO_ERROR_INVALID_STATE (closed, or in a
 * function that JACK calls); AMIO_ERROR_DRIVER (the server refuses the port: there is one of this name or alias, its
 * type is unknown, there are too many ports, or the name is longer than the server keeps); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_jack_port_register(struct amio_jack_client *client,
                                    const char *short_name,
                                    const char *type,
                                    uint32_t flags,
                                    struct amio_jack_port **out_port);

/**
 * Ends a port and its connections. The handle stays valid: other functions that take it then return
 * AMIO_ERROR_INVALID_STATE.
 *
 * Thread: any but the audio thread; waits for the server, and for the end of the cycle that runs.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (unregistered before, the
 * client is closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
 */
amio_status amio_jack_port_unregister(struct amio_jack_port *port);

/**
 * Gives the handle of a port back. The port stays registered until its client is closed, unless
 * amio_jack_port_unregister() was called before. NULL does nothing.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_port_free(struct amio_jack_port *port);

/**
 * Copies the full name of a port: the client's name, a colon, and the short name.
 *
 * Thread: any but the audio thread.
 * Units: `capacity_bytes` counts the NUL at the end of the text.
 * Ownership: `out_name` is the caller's; AMIO_JACK_NAME_BYTES are enough.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (unregistered, or the client
 * is closed); AMIO_ERROR_BUFFER_TOO_SMALL (the message says what is needed).
 */
amio_status amio_jack_port_name(struct amio_jack_port *port,
                                char *out_name,
                                size_t capacity_bytes);

/**
 * Gives a port another short name. It keeps its connections.
 *
 * Thread: any but the audio thread; waits for the server.
 * Ownership: `short_name` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (empty, or not UTF-8);
 * AMIO_ERROR_INVALID_STATE (unregistered, the client is closed, or in a function that JACK calls); AMIO_ERROR_DRIVER
 * (another port of the client has this name or alias, the server refuses it, or it would cut it).
 */
amio_status amio_jack_port_rename(struct amio_jack_port *port,
                                  const char *short_name);

/**
 * Lists the full names of the ports that a port is connected to.
 *
 * Thread: any but the audio thread.
 * Ownership: release the list with amio_jack_names_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (unregistered, or the client
 * is closed); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_jack_port_connections(struct amio_jack_port *port,
                                       struct amio_jack_names **out_names);

/**
 * Ends all connections of a port.
 *
 * Thread: any but the audio thread; waits for the server.
 * Errors: as amio_jack_port_unregister().
 */
amio_status amio_jack_port_disconnect_all(struct amio_jack_port *port);

/**
 * Returns what is known of the port with this full name.
 *
 * Thread: any but the audio thread.
 * Ownership: `name` is borrowed for the call; `out_info` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, the
 * name is not UTF-8, or struct_size); AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_port(struct amio_jack_client *client,
                                  const char *name,
                                  struct amio_jack_port_info *out_info);

/**
 * Returns what is known of the port with this number of the server's, which an amio_jack_event has named.
 *
 * Thread: any but the audio thread.
 * Ownership: `out_info` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, or
 * struct_size); AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_port_by_id(struct amio_jack_client *client,
                                        uint32_t id,
                                        struct amio_jack_port_info *out_info);

/**
 * Returns whether there is a port with this full name: 1 or 0.
 *
 * Thread: any but the audio thread.
 * Ownership: `name` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the name is empty or not
 * UTF-8); AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_has_port(struct amio_jack_client *client,
                                      const char *name,
                                      uint32_t *out_exists);

/**
 * Lists the full names of ports, in the server's order. `name_pattern` is an extended regular expression (POSIX) that
 * is in the full name, `type_pattern` one that is in the name of the type; NULL or an empty text: any. `flags` are
 * AMIO_JACK_PORT_* bits that a port must all have. If a pattern is no regular expression, the list is empty.
 *
 * Thread: any but the audio thread.
 * Ownership: the texts are borrowed for the call. Release the list with amio_jack_names_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a text that is not UTF-8,
 * unknown flags); AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_jack_client_find_ports(struct amio_jack_client *client,
                                        const char *name_pattern,
                                        const char *type_pattern,
                                        uint32_t flags,
                                        struct amio_jack_names **out_names);

/**
 * Lists the full names of the ports that the port with this full name is connected to.
 *
 * Thread: any but the audio thread.
 * Ownership: `port` is borrowed for the call. Release the list with amio_jack_names_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, or
 * the name is not UTF-8); AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_jack_client_connections(struct amio_jack_client *client,
                                         const char *port,
                                         struct amio_jack_names **out_names);

/**
 * Returns the latencies of the port with this full name, as the server has computed them last: of the shortest and
 * of the longest way that sound takes. `mode` is one of AMIO_JACK_LATENCY_*.
 *
 * Thread: any but the audio thread.
 * Ownership: `port` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, the
 * name is not UTF-8, or an unknown mode); AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_latency(struct amio_jack_client *client,
                                     const char *port,
                                     uint32_t mode,
                                     uint32_t *out_min_frames,
                                     uint32_t *out_max_frames);

/**
 * Returns whether what comes in by the port with this full name is played at once: 1 or 0.
 *
 * Thread: any but the audio thread.
 * Ownership: `port` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, or
 * the name is not UTF-8); AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_is_monitored(struct amio_jack_client *client,
                                          const char *port,
                                          uint32_t *out_monitored);

/**
 * Connects an output to an input, by their full names. They may be connected already. A port of the program's own can
 * be connected while its client is active.
 *
 * Thread: any but the audio thread; waits for the server.
 * Ownership: the texts are borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a name that is empty
 * or not UTF-8); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (the server refuses
 * it: no such port, the wrong direction or type, or a client that is not active; or the name is also an alias of another
 * port).
 */
amio_status amio_jack_client_connect(struct amio_jack_client *client,
                                     const char *source,
                                     const char *destination);

/**
 * Disconnects an output from an input, by their full names.
 *
 * Thread, Ownership: as amio_jack_client_connect().
 * Errors: as amio_jack_client_connect(); AMIO_ERROR_DRIVER also if they are not connected.
 */
amio_status amio_jack_client_disconnect(struct amio_jack_client *client,
                                        const char *source,
                                        const char *destination);

/**
 * Has the server compute the latencies of all ports anew.
 *
 * Thread: any but the audio thread; waits for the server.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
 * JACK calls); AMIO_ERROR_DRIVER.
 */
amio_status amio_jack_client_recompute_latencies(struct amio_jack_client *client);

/**
 * Gives the port with this full name another short name, which keeps its connections.
 *
 * Thread: any but the audio thread; waits for the server.
 * Ownership: the texts are borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, or a
 * text is empty or not UTF-8); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER
 * (another port of this client has this name or alias, the server refuses it, or it would cut it).
 */
amio_status amio_jack_client_rename_port(struct amio_jack_client *client,
                                         const char *port,
                                         const char *short_name);

/**
 * Adds another name to the port with this full name. A port can have two.
 *
 * Thread: any but the audio thread; waits for the server.
 * Ownership: the texts are borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port; a
 * text that is empty or not UTF-8; an alias that is too long); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK
 * calls); AMIO_ERROR_DRIVER (it has two already).
 */
amio_status amio_jack_client_set_alias(struct amio_jack_client *client,
                                       const char *port,
                                       const char *alias);

/**
 * Takes a name from a port that amio_jack_client_set_alias() has given it. PipeWire's library of version 0.3.65 keeps
 * it.
 *
 * Thread, Ownership: as amio_jack_client_set_alias().
 * Errors: as amio_jack_client_set_alias(); AMIO_ERROR_DRIVER if it has no such alias.
 */
amio_status amio_jack_client_unset_alias(struct amio_jack_client *client,
                                         const char *port,
                                         const char *alias);

/**
 * Asks (1) for what comes in by a port to be played at once, or no longer (0): it ends when it was called as often with
 * 0 as with 1. Only ports with AMIO_JACK_PORT_CAN_MONITOR do it.
 *
 * Thread: any but the audio thread.
 * Ownership: `port` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, the
 * name is not UTF-8, or `on` is neither 0 nor 1); AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER.
 */
amio_status amio_jack_client_request_monitor(struct amio_jack_client *client,
                                             const char *port,
                                             uint32_t on);

/**
 * Starts JACK's transport, as soon as all clients are ready. PipeWire ignores what is asked of the transport before
 * the first cycle of the client.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_transport_start(struct amio_jack_client *client);

/**
 * Stops JACK's transport with the next cycle.
 *
 * Thread, Errors: as amio_jack_client_transport_start().
 */
amio_status amio_jack_client_transport_stop(struct amio_jack_client *client);

/**
 * Moves JACK's transport to a frame, from the next cycle on.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER
 * (the server refuses it).
 */
amio_status amio_jack_client_transport_locate(struct amio_jack_client *client,
                                              uint32_t frame);

/**
 * Moves JACK's transport to a position, from the next cycle on. The server's fields of it are ignored, and so are
 * unknown bits of `valid`. PipeWire's library of version 0.3.65 takes only the frame.
 *
 * Thread: any but the audio thread.
 * Ownership: `position` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
 * AMIO_ERROR_UNSUPPORTED (the struct is newer than the library); AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER
 * (the server refuses it).
 */
amio_status amio_jack_client_transport_reposition(struct amio_jack_client *client,
                                                  const struct amio_jack_position *position);

/**
 * Returns what JACK's transport does, one of AMIO_JACK_TRANSPORT_*, and its position at the beginning of the cycle.
 *
 * Thread: any but the audio thread.
 * Ownership: `out_position` is the caller's, and may be NULL; otherwise its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
 * AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_transport(struct amio_jack_client *client,
                                       uint32_t *out_state,
                                       struct amio_jack_position *out_position);

/**
 * Returns the frame of JACK's transport now, as far as the server can say between two cycles.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed).
 */
amio_status amio_jack_client_transport_frame(struct amio_jack_client *client, uint32_t *out_frame);

/**
 * Sets how long JACK's transport waits for clients that are not ready: for all clients of the server.
 *
 * Thread: any but the audio thread.
 * Units: microseconds.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER
 * (the server refuses it).
 */
amio_status amio_jack_client_set_sync_timeout(struct amio_jack_client *client,
                                              uint64_t us);

/**
 * Has JACK's transport wait for the program: when it starts or moves, `sync` is asked whether the program is ready. The
 * transport rolls once all clients are ready, or when the time of amio_jack_client_set_sync_timeout() is over. PipeWire's
 * library of version 0.3.65 does not always wait. `sync` takes the place of the one before; NULL: none.
 *
 * Thread: any but the audio thread; waits for the server, and for a call of the function before. That one is not
 * called any more when this returns.
 * Ownership: `user_data` is kept until another function is set or the client is closed; it may be NULL.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
 * JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
 */
amio_status amio_jack_client_set_sync(struct amio_jack_client *client,
                                      amio_jack_sync sync,
                                      void *user_data);

/**
 * Becomes the timebase: `timebase` describes the position of each next cycle to all clients. With `conditional` 1, only
 * if no other client is the timebase; with 0, in place of the one before.
 *
 * Thread: any but the audio thread; waits for the server, and for a call of the function before.
 * Ownership: `user_data` is kept until another function is set, amio_jack_client_release_timebase() is called, or the
 * client is closed; it may be NULL.
 * Errors: AMIO_ERROR_NULL_POINTER (also of `timebase`); AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
 * (`conditional` is neither 0 nor 1); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls);
 * AMIO_ERROR_DRIVER (there is another timebase, or the server refuses it).
 */
amio_status amio_jack_client_set_timebase(struct amio_jack_client *client,
                                          uint32_t conditional,
                                          amio_jack_timebase timebase,
                                          void *user_data);

/**
 * Stops being the timebase. jackd's library crashes if it calls `timebase` at the same instant, so the client must be
 * inactive, or the transport stopped.
 *
 * Thread: any but the audio thread; waits for the server. `timebase` is not called any more when this returns.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
 * JACK calls); AMIO_ERROR_DRIVER (it was not the timebase).
 */
amio_status amio_jack_client_release_timebase(struct amio_jack_client *client);

/**
 * Has `process` called in each cycle of the client from now on, in place of the function before. NULL: none; the
 * outputs are silent then. No cycle is left out in between.
 *
 * Thread: any but the audio thread; waits for the end of the cycle that runs. The function before is not called any
 * more when this returns.
 * Ownership: `user_data` is kept until another function is set or the client is closed; it may be NULL.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
 * JACK calls).
 */
amio_status amio_jack_client_set_process(struct amio_jack_client *client,
                                         amio_jack_process process,
                                         void *user_data);

/**
 * Returns the buffer of a port of any type. For an audio port it is what amio_jack_cycle_audio() returns. That of a
 * MIDI port has the server's own format.
 *
 * Thread: only in the process function of the port's client. Real-time: yes.
 * Ownership: the buffer is the server's, and is there until the call of the process function ends. That of an input
 * must not be written to, and may be that of an output of the same client.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a port of another client);
 * AMIO_ERROR_INVALID_STATE (unregistered); AMIO_ERROR_DRIVER (the server has no buffer for the port).
 */
amio_status amio_jack_cycle_buffer(const struct amio_jack_cycle *cycle,
                                   const struct amio_jack_port *port,
                                   void **out_buffer);

/**
 * Returns the samples of an audio port: as many as the cycle has frames. Those of an input are to be read, those of an
 * output to be written.
 *
 * Thread: only in the process function of the port's client. Real-time: yes.
 * Units: nominal range of a sample -1.0 to 1.0.
 * Ownership: as amio_jack_cycle_buffer().
 * Errors: as amio_jack_cycle_buffer(); AMIO_ERROR_INVALID_ARGUMENT also if it is not an audio port.
 */
amio_status amio_jack_cycle_audio(const struct amio_jack_cycle *cycle,
                                  const struct amio_jack_port *port,
                                  float **out_samples);

/**
 * Returns the server's number of the first frame of the cycle. It wraps.
 *
 * Thread: only in the process function. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_cycle_first_frame(const struct amio_jack_cycle *cycle, uint32_t *out_frame);

/**
 * Returns how many frames have passed since the cycle began. With amio_jack_cycle_first_frame() that is the frame of the
 * server's clock now; with amio_jack_cycle_get_times(), frames become times and times become frames.
 *
 * Thread: only in the process function. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_cycle_frames_since_start(const struct amio_jack_cycle *cycle,
                                               uint32_t *out_frames);

/**
 * Returns the times of the cycle, by the server's clock.
 *
 * Thread: only in the process function. Real-time: yes.
 * Ownership: `out_times` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
 * AMIO_ERROR_DRIVER (the server does not know them).
 */
amio_status amio_jack_cycle_get_times(const struct amio_jack_cycle *cycle,
                                      struct amio_jack_cycle_times *out_times);

/**
 * Returns what the transport does in the cycle, one of AMIO_JACK_TRANSPORT_*, and where.
 *
 * Thread: only in the process function. Real-time: yes, but lock-free instead of wait-free: it reads again
 * while the server writes.
 * Ownership: `out_state` and `out_position` are the caller's. `out_position` may be NULL; otherwise its struct_size must
 * be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size).
 */
amio_status amio_jack_cycle_transport(const struct amio_jack_cycle *cycle,
                                      uint32_t *out_state,
                                      struct amio_jack_position *out_position);

/**
 * Starts JACK's transport, as soon as all clients are ready.
 *
 * Thread: only in the process function. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_cycle_transport_start(const struct amio_jack_cycle *cycle);

/**
 * Stops JACK's transport.
 *
 * Thread: only in the process function. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_cycle_transport_stop(const struct amio_jack_cycle *cycle);

/**
 * Moves JACK's transport to a frame.
 *
 * Thread: only in the process function. Real-time: yes.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_DRIVER (the server refuses it).
 */
amio_status amio_jack_cycle_transport_locate(const struct amio_jack_cycle *cycle,
                                             uint32_t frame);

/**
 * Returns how many events a MIDI port has in the cycle: those that arrived at an input, or those that were written to
 * an output so far; and how many were lost in this cycle, since buffers are limited.
 *
 * Thread: only in the process function of the port's client. Real-time: yes.
 * Ownership: `out_count` and `out_lost` are the caller's; `out_lost` may be NULL.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a port of another client, or
 * not a MIDI port); AMIO_ERROR_INVALID_STATE (unregistered); AMIO_ERROR_DRIVER (the server has no buffer for the port).
 */
amio_status amio_jack_cycle_midi_count(const struct amio_jack_cycle *cycle,
                                       const struct amio_jack_port *port,
                                       uint32_t *out_count,
                                       uint32_t *out_lost);

/**
 * Returns an event of a MIDI port. Events are in the order of their frames.
 *
 * Thread: only in the process function of the port's client. Real-time: yes.
 * Units: `index` counts from 0 on.
 * Ownership: `out_event` is the caller's. Its bytes are the server's, and are there until the call of the process
 * function ends, or an output of the client is written to.
 * Errors: as amio_jack_cycle_midi_count(); AMIO_ERROR_INVALID_ARGUMENT also if there is no such event.
 */
amio_status amio_jack_cycle_midi_get(const struct amio_jack_cycle *cycle,
                                     const struct amio_jack_port *port,
                                     uint32_t index,
                                     struct amio_jack_midi_event *out_event);

/**
 * Removes the events that were written to a MIDI output in the cycle. A cycle begins without events, so
 * this is not needed for that.
 *
 * Thread: only in the process function of the port's client. Real-time: yes.
 * Errors: as amio_jack_cycle_midi_count(); AMIO_ERROR_INVALID_ARGUMENT also if it is an input.
 */
amio_status amio_jack_cycle_midi_clear(const struct amio_jack_cycle *cycle,
                                       const struct amio_jack_port *port);

/**
 * Adds an event to a MIDI output, at a frame of the cycle. Events are written in the order of their frames; several may
 * have the same one.
 *
 * Thread: only in the process function of the port's client. Real-time: yes.
 * Ownership: `bytes` is borrowed for the call.
 * Errors: as amio_jack_cycle_midi_clear(); AMIO_ERROR_INVALID_ARGUMENT also for no bytes, and for a frame that is not
 * in the cycle, or before that of the event before; AMIO_ERROR_QUEUE_FULL (there is no room: see
 * amio_jack_cycle_midi_room()).
 */
amio_status amio_jack_cycle_midi_write(const struct amio_jack_cycle *cycle,
                                       const struct amio_jack_port *port,
                                       uint32_t frame,
                                       const uint8_t *bytes,
                                       size_t size);

/**
 * Adds an event as amio_jack_cycle_midi_write() does, and returns its bytes, which are 0 and are to be set.
 *
 * Thread: only in the process function of the port's client. Real-time: yes.
 * Ownership: `out_bytes` gets `size` bytes of the server's, which may be written to until another event is added, or
 * the call of the process function ends.
 * Errors: as amio_jack_cycle_midi_write().
 */
amio_status amio_jack_cycle_midi_reserve(const struct amio_jack_cycle *cycle,
                                         const struct amio_jack_port *port,
                                         uint32_t frame,
                                         size_t size,
                                         uint8_t **out_bytes);

/**
 * Returns how many bytes the largest event has for which a MIDI output has room now.
 *
 * Thread: only in the process function of the port's client. Real-time: yes.
 * Errors: as amio_jack_cycle_midi_clear().
 */
amio_status amio_jack_cycle_midi_room(const struct amio_jack_cycle *cycle,
                                      const struct amio_jack_port *port,
                                      size_t *out_bytes);

/**
 * Sets a property of a client or a port, by its UUID, also one that is there. `key` is a URI, for instance one of
 * AMIO_JACK_KEY_*. `type` is a MIME type or a URI; NULL or an empty text: plain text.
 *
 * Thread: any but the audio thread; waits for the server.
 * Units: `value` has up to 2^20 bytes.
 * Ownership: the texts are borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a text that is too long or
 * not UTF-8); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (the server, or
 * its data base, refuses it).
 */
amio_status amio_jack_client_set_property(struct amio_jack_client *client,
                                          uint64_t subject,
                                          const char *key,
                                          const char *value,
                                          const char *type);

/**
 * Removes a property of a client or a port, by its UUID. PipeWire's library of version 0.3.65 keeps it, and returns
 * AMIO_OK.
 *
 * Thread: any but the audio thread; waits for the server.
 * Ownership: `key` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (not UTF-8);
 * AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (there is no such property).
 */
amio_status amio_jack_client_remove_property(struct amio_jack_client *client,
                                             uint64_t subject,
                                             const char *key);

/**
 * Removes all properties of a client or a port, by its UUID, and returns how many there were. PipeWire: as
 * amio_jack_client_remove_property().
 *
 * Thread: any but the audio thread; waits for the server.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
 * JACK calls); AMIO_ERROR_DRIVER (the server, or its data base, refuses it).
 */
amio_status amio_jack_client_remove_properties(struct amio_jack_client *client,
                                               uint64_t subject,
                                               uint32_t *out_count);

/**
 * Removes all properties of all clients and ports.
 *
 * Thread: any but the audio thread; waits for the server.
 * Errors: as amio_jack_client_remove_properties().
 */
amio_status amio_jack_client_remove_all_properties(struct amio_jack_client *client);

/**
 * Lists the properties of a client or a port, by its UUID; with `subject` 0, those of all clients and ports. It needs no
 * client of its own, but libjack reads metadata only while this process has any client.
 *
 * Thread: any but the audio thread; waits for its turn (see "Threads").
 * Ownership: release the list with amio_jack_properties_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed); AMIO_ERROR_INVALID_STATE
 * (this process has no open client, or in a function that JACK calls); AMIO_ERROR_DRIVER (the data base cannot be
 * read); AMIO_ERROR_OUT_OF_MEMORY.
 */
amio_status amio_jack_get_properties(uint64_t subject,
                                     struct amio_jack_properties **out_properties);

/**
 * Returns how many properties a list has.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_properties_count(struct amio_jack_properties *properties, size_t *out_count);

/**
 * Returns a property of a list, counted from 0: whose it is, its key, its value, and its type, which is empty for plain
 * text.
 *
 * Thread: any but the audio thread.
 * Ownership: the texts belong to the list, and are valid until amio_jack_properties_free(). They are never NULL.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the list is not so long).
 */
amio_status amio_jack_properties_get(struct amio_jack_properties *properties,
                                     size_t index,
                                     uint64_t *out_subject,
                                     const char **out_key,
                                     const char **out_value,
                                     const char **out_type);

/**
 * Frees a list of properties. NULL does nothing.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_properties_free(struct amio_jack_properties *properties);

/**
 * Begins a queue of what happens from now on, for at most `capacity` events that wait. Events that find it full are lost
 * and counted. A client can have several queues. A queue can be used after its client was closed.
 *
 * Thread: any but the audio thread.
 * Units: `capacity` is 1 to 2^20.
 * Ownership: release the queue with amio_jack_events_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the capacity);
 * AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY; AMIO_ERROR_SYSTEM.
 */
amio_status amio_jack_events_new(struct amio_jack_client *client,
                                 size_t capacity,
                                 struct amio_jack_events **out_events);

/**
 * Fetches the oldest event. Never blocks: if none waits, it returns AMIO_OK with the kind AMIO_JACK_EVENT_NONE.
 *
 * Thread: any but the audio thread; each event goes to one caller.
 * Ownership: `out_event` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size).
 */
amio_status amio_jack_events_next(struct amio_jack_events *events,
                                  struct amio_jack_event *out_event);

/**
 * As amio_jack_events_next(), but waits until there is one.
 *
 * Thread: any but the audio thread; waits up to `timeout_ms` milliseconds, also if the client is closed or the queue is
 * freed meanwhile.
 * Ownership: as amio_jack_events_next().
 * Errors: as amio_jack_events_next(); AMIO_ERROR_TIMEOUT.
 */
amio_status amio_jack_events_wait(struct amio_jack_events *events,
                                  struct amio_jack_event *out_event,
                                  uint32_t timeout_ms);

/**
 * Returns a descriptor that is readable while an event waits, for poll(), epoll, asyncio or GLib. It may stay readable
 * until amio_jack_events_next() has found no event. Only poll it: do not read, write or close it.
 *
 * Thread: any but the audio thread.
 * Ownership: it belongs to the queue and is valid until amio_jack_events_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_events_fd(struct amio_jack_events *events,
                                int *out_fd);

/**
 * Returns how many events were lost so far, because the queue was full.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_events_lost(struct amio_jack_events *events, uint64_t *out_count);

/**
 * Ends a queue. NULL does nothing.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_events_free(struct amio_jack_events *events);

/**
 * Begins to exchange audio in blocks with a thread of the program, from the next cycle on, beside or without a process
 * function. No code of the program runs on the audio thread for it.
 *
 * Input is cut into blocks that follow each other without a gap. Where the program does not read, whole blocks are lost; if the
 * server skips frames, the block that was begun is lost. All these frames are counted. Output answers the block that was read
 * last, and sounds a constant latency after it. What comes too late is dropped and counted; where nothing was written, there is
 * silence, which is counted. While the server freewheels, the audio thread waits for the program, up to two seconds. Events of
 * amio_jack_midi_receiver and amio_jack_midi_sender use the same clock.
 *
 * Thread: any but the audio thread; waits for the cycle that runs.
 * Ownership: the ports are borrowed for the call, and stay registered afterwards. Release the exchange with
 * amio_jack_blocks_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a value of the configuration, a port
 * of another client, not of audio, or of the other direction); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK
 * calls); AMIO_ERROR_UNSUPPORTED; AMIO_ERROR_OUT_OF_MEMORY; AMIO_ERROR_SYSTEM; AMIO_ERROR_DRIVER.
 */
amio_status amio_jack_blocks_new(struct amio_jack_client *client,
                                 const struct amio_jack_blocks_config *config,
                                 struct amio_jack_blocks **out_blocks);

/**
 * Writes the answer to the block that was read last, and reads the next one. The first call reads first, and its output
 * answers a block before the first one. After AMIO_ERROR_TIMEOUT, the output is written; the next call only waits for
 * input, and its `output` has no effect.
 *
 * Thread: one at a time, any but the audio thread; waits up to `timeout_ms` milliseconds, also if the exchange is freed
 * meanwhile.
 * Units: for each port in the order of the configuration, a pointer to as many floats as a block has frames.
 * Ownership: `output` is borrowed for the call; `input` and `out_block` are the caller's, and the struct_size of
 * `out_block` must be set. An input must not overlap with another one, or with an output. `output` and `input` may be NULL
 * without such ports.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size, a pointer that is
 * not aligned, memory that overlaps); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE (another thread is in a call of the exchange, the client is closed,
 * or the server is gone).
 */
amio_status amio_jack_blocks_exchange(struct amio_jack_blocks *blocks,
                                      const float *const *output,
                                      float *const *input,
                                      uint32_t timeout_ms,
                                      struct amio_jack_block *out_block);

/**
 * Reads the next block of input.
 *
 * Thread: as amio_jack_blocks_exchange().
 * Units: as amio_jack_blocks_exchange().
 * Ownership: as amio_jack_blocks_exchange().
 * Errors: as amio_jack_blocks_exchange().
 */
amio_status amio_jack_blocks_read(struct amio_jack_blocks *blocks,
                                  float *const *input,
                                  uint32_t timeout_ms,
                                  struct amio_jack_block *out_block);

/**
 * Writes the answer to the block that was read last; where that is answered already, the block after the answer. Before
 * anything was read, the block sounds the latency after the cycle that runs now. Waits for room, which there is for all
 * answers. Returns the frame at which the block sounds.
 *
 * Thread: as amio_jack_blocks_exchange().
 * Units: as amio_jack_blocks_exchange().
 * Ownership: as amio_jack_blocks_exchange(); `out_frame` may be NULL.
 * Errors: as amio_jack_blocks_exchange().
 */
amio_status amio_jack_blocks_write(struct amio_jack_blocks *blocks,
                                   const float *const *output,
                                   uint32_t timeout_ms,
                                   uint32_t *out_frame);

/**
 * Writes a block that sounds at a frame of the server's clock, not before the end of the one that was written last: what
 * overlaps is late. amio_jack_blocks_write() then goes on after it.
 *
 * Thread: as amio_jack_blocks_exchange().
 * Units: as amio_jack_blocks_exchange().
 * Ownership: as amio_jack_blocks_exchange().
 * Errors: as amio_jack_blocks_exchange().
 */
amio_status amio_jack_blocks_write_at(struct amio_jack_blocks *blocks,
                                      uint32_t frame,
                                      const float *const *output,
                                      uint32_t timeout_ms);

/**
 * Returns how many frames after the beginning of a block of input its answer sounds.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_blocks_latency_frames(struct amio_jack_blocks *blocks, uint32_t *out_frames);

/**
 * Returns a descriptor that is readable while a block of input waits, and once no more come, for poll(), epoll, asyncio or
 * GLib. It may stay readable until a call has found no block. Only poll it: do not read, write or close it.
 *
 * Thread: any but the audio thread.
 * Ownership: it belongs to the exchange and is valid until amio_jack_blocks_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_blocks_fd(struct amio_jack_blocks *blocks,
                                int *out_fd);

/**
 * Ends an exchange. Its ports stay registered, and its outputs are silent. NULL does nothing.
 *
 * Thread: any but the audio thread; waits for the cycle that runs.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_blocks_free(struct amio_jack_blocks *blocks);

/**
 * Has the events of a MIDI input handed to any thread from the next cycle on, beside or without a process function. Those
 * that find the queue full are lost and counted; while the server freewheels, the audio thread waits for room, up to two
 * seconds.
 *
 * Thread: any but the audio thread; waits for the cycle that runs.
 * Units: `capacity` is how many events may wait, 1 to 2^20. An event takes the room of one for each 16 bytes that it has.
 * Ownership: the port stays registered afterwards. Release the receiver with amio_jack_midi_receiver_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the capacity, or a port of another
 * client, or that is not a MIDI input); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls);
 * AMIO_ERROR_OUT_OF_MEMORY; AMIO_ERROR_SYSTEM.
 */
amio_status amio_jack_midi_receiver_new(struct amio_jack_client *client,
                                        const struct amio_jack_port *port,
                                        size_t capacity,
                                        struct amio_jack_midi_receiver **out_receiver);

/**
 * Fetches the oldest event. Never blocks: if none waits, it returns AMIO_OK with the size 0.
 *
 * Thread: any but the audio thread; each event goes to one caller.
 * Units: `out_frame` is a frame of the server's clock, which wraps. `capacity_bytes` is the room at `out_bytes`.
 * Ownership: `out_frame`, `out_bytes` and `out_size` are the caller's. `out_bytes` may be NULL without room.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_BUFFER_TOO_SMALL (for the event, which waits on; its size
 * is in `out_size`).
 */
amio_status amio_jack_midi_receiver_next(struct amio_jack_midi_receiver *receiver,
                                         uint32_t *out_frame,
                                         uint8_t *out_bytes,
                                         size_t capacity_bytes,
                                         size_t *out_size);

/**
 * As amio_jack_midi_receiver_next(), but waits until there is one.
 *
 * Thread: any but the audio thread; waits up to `timeout_ms` milliseconds, also if the receiver is freed meanwhile.
 * Units: as amio_jack_midi_receiver_next().
 * Ownership: as amio_jack_midi_receiver_next().
 * Errors: as amio_jack_midi_receiver_next(); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE (no more events come: the client is
 * closed, or the server is gone).
 */
amio_status amio_jack_midi_receiver_wait(struct amio_jack_midi_receiver *receiver,
                                         uint32_t *out_frame,
                                         uint8_t *out_bytes,
                                         size_t capacity_bytes,
                                         size_t *out_size,
                                         uint32_t timeout_ms);

/**
 * Returns a descriptor that is readable while an event waits, and once no more come, for poll(), epoll, asyncio or GLib. It
 * may stay readable until amio_jack_midi_receiver_next() has found no event. Only poll it: do not read, write or close it.
 *
 * Thread: any but the audio thread.
 * Ownership: it belongs to the receiver and is valid until amio_jack_midi_receiver_free().
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_midi_receiver_fd(struct amio_jack_midi_receiver *receiver,
                                       int *out_fd);

/**
 * Returns how many events were lost so far: the queue was full, or the server had lost them.
 *
 * Thread: any but the audio thread.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_midi_receiver_lost(struct amio_jack_midi_receiver *receiver,
                                         uint64_t *out_count);

/**
 * Ends a receiver. Its port stays registered. NULL does nothing.
 *
 * Thread: any but the audio thread; waits for the cycle that runs.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_midi_receiver_free(struct amio_jack_midi_receiver *receiver);

/**
 * Has events sent by a MIDI output, from any thread, beside or without a process function. Events leave in the order of
 * their frames; those of the same frame in the order of the calls. An event whose frame has passed leaves at the
 * first frame of the next cycle. So does one for which the server's buffer had no room.
 *
 * Thread: any but the audio thread; waits for the cycle that runs.
 * Units: `capacity` is how many events may wait, 1 to 2^20. An event takes the room of one for each 16 bytes that it has.
 * Ownership: the port stays registered afterwards; nobody else may write to it. Release the sender with
 * amio_jack_midi_sender_free().
 * Errors: as amio_jack_midi_receiver_new(), of a MIDI output.
 */
amio_status amio_jack_midi_sender_new(struct amio_jack_client *client,
                                      const struct amio_jack_port *port,
                                      size_t capacity,
                                      struct amio_jack_midi_sender **out_sender);

/**
 * Sends an event at a frame of the server's clock.
 *
 * Thread: any but the audio thread.
 * Units: `frame` is less than 2^31 frames from now.
 * Ownership: `bytes` is borrowed for the call.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no bytes, or more than the queue
 * has room for); AMIO_ERROR_QUEUE_FULL (there is no room now); AMIO_ERROR_INVALID_STATE (the port is unregistered, or the
 * client is closed).
 */
amio_status amio_jack_midi_sender_send(struct amio_jack_midi_sender *sender,
                                       uint32_t frame,
                                       const uint8_t *bytes,
                                       size_t size);

/**
 * Returns what became of the events so far.
 *
 * Thread: any but the audio thread.
 * Ownership: `out_counts` is the caller's; its struct_size must be set.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size).
 */
amio_status amio_jack_midi_sender_counts(struct amio_jack_midi_sender *sender,
                                         struct amio_jack_midi_counts *out_counts);

/**
 * Ends a sender. Events that have not left are dropped. Its port stays registered. NULL does nothing.
 *
 * Thread: any but the audio thread; waits for the cycle that runs.
 * Errors: AMIO_ERROR_INVALID_HANDLE.
 */
amio_status amio_jack_midi_sender_free(struct amio_jack_midi_sender *sender);

/**
 * Gives a port a latency of its own, in place of what comes from the client's other ports. The server then computes all
 * latencies anew, which takes some cycles, and needs an active client. A capture latency of an output counts from where
 * sound comes in up to the port, a playback latency of an input from the port to where sound goes out.
 *
 * With PipeWire's library, the client's other ports take part when a latency is set, when blocks begin, and in
 * amio_jack_client_recompute_latencies(), not when the latency of another client changes.
 *
 * Thread: any but the audio thread; waits for the server.
 * Units: `mode` is one of AMIO_JACK_LATENCY_*.
 * Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the mode, or a range that ends
 * before it begins); AMIO_ERROR_INVALID_STATE (unregistered, the client is closed, or in a function that JACK calls);
 * AMIO_ERROR_DRIVER (the server refuses it).
 */
amio_status amio_jack_port_set_latency(struct amio_jack_port *port,
                                       uint32_t mode,
                                       uint32_t min_frames,
                                       uint32_t max_frames);

/**
 * Takes back what amio_jack_port_set_latency() has set for a port. Outputs then have the capture latencies of the client's
 * inputs, inputs the playback latencies of its outputs; the ports of amio_jack_blocks add its latency.
 *
 * Thread: any but the audio thread; waits for the server.
 * Units: `mode` is one of AMIO_JACK_LATENCY_*.
 * Errors: as amio_jack_port_set_latency().
 */
amio_status amio_jack_port_clear_latency(struct amio_jack_port *port,
                                         uint32_t mode);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* AMIO_H */
