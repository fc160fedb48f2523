#!/usr/bin/env python3
"""Plays two beeps at exact frames, and says where they sounded.

    ./play_two_clips.py [--driver jack|null|offline]

It uses only ctypes and numpy; the declarations below are copied from amio.h. To use another library
than the installed one, set AMIO_LIBRARY to its path.
"""

import argparse
import ctypes as c
import os

import numpy as np

amio = c.CDLL(os.environ.get("AMIO_LIBRARY", "libamio.so.0"))
amio.amio_strerror.restype = c.c_char_p
amio.amio_last_error_message.restype = c.c_char_p

DRIVERS = {"jack": 1, "null": 2, "offline": 3}  # AMIO_DRIVER_*
EVENT_APPLIED = 1
LATE_CATCH_UP = 0


class Config(c.Structure):
    """The first fields of amio_interface_config. The library takes the defaults for the others."""

    _fields_ = [("struct_size", c.c_uint32), ("driver", c.c_uint32)]


class Entry(c.Structure):
    """amio_playspec_entry"""

    _fields_ = [
        ("struct_size", c.c_uint32),
        ("first_output_channel", c.c_uint32),
        ("clip", c.c_void_p),
        ("source_begin_frame", c.c_uint64),
        ("source_end_frame", c.c_uint64),
        ("play_at_frame", c.c_int64),
        ("repeat_interval_frames", c.c_uint64),
        ("repeat_interval_denominator", c.c_uint32),
        ("reserved", c.c_uint32),
        ("repeat_count", c.c_uint64),
        ("gain_left", c.c_float),
        ("gain_right", c.c_float),
        ("fade_in_frames", c.c_uint64),
        ("fade_out_frames", c.c_uint64),
    ]


class Event(c.Structure):
    """amio_event"""

    _fields_ = [
        ("struct_size", c.c_uint32),
        ("kind", c.c_uint32),
        ("ticket", c.c_uint64),
        ("position", c.c_int64),
        ("device_frame", c.c_uint64),
        ("time_ns", c.c_uint64),
        ("frames", c.c_uint64),
        ("silent_ms", c.c_uint64),
        ("count", c.c_uint64),
        ("cancel_reason", c.c_uint32),
        ("skip_policy", c.c_uint32),
        ("capture_latency_frames", c.c_uint32),
        ("playback_latency_frames", c.c_uint32),
        ("message", c.c_char * 256),
    ]


def must(status):
    """Ends the program if a call has failed. The message says what was wrong."""
    if status != 0:
        message = amio.amio_last_error_message().decode()
        raise SystemExit(f"amio: {message} ({amio.amio_strerror(status).decode()})")


def beep(rate, hz):
    """A clip of a quarter of a second, one channel, that fades away."""
    frames = np.arange(rate // 4)
    samples = 0.5 * np.cos(2 * np.pi * hz * frames / rate) * (1 - frames / len(frames))
    samples = samples.astype(np.float32)
    clip = c.c_void_p()
    pointer = samples.ctypes.data_as(c.POINTER(c.c_float))
    must(amio.amio_clip_new_f32(rate, 1, pointer, c.c_uint64(len(samples)), c.byref(clip)))
    return clip  # it has its own copy of the samples


def add(playspec, clip, frame):
    entry = Entry()
    must(amio.amio_playspec_entry_init(c.byref(entry), c.c_size_t(c.sizeof(entry)), clip))
    entry.play_at_frame = frame
    must(amio.amio_playspec_add(playspec, c.byref(entry), c.byref(c.c_uint64())))


def schedule(iface, playspec, frame):
    """Lets the playspec take over at this frame; returns the ticket of the swap."""
    ticket = c.c_uint64()
    at = c.c_int64(frame)
    number = c.c_uint64(0)
    must(amio.amio_interface_schedule(iface, playspec, at, at, LATE_CATCH_UP, number, c.byref(ticket)))
    return ticket.value


def wait_for(iface, offline, ticket):
    """Waits until the swap has been applied. Offline, time passes only in amio_interface_advance()."""
    event = Event(struct_size=c.sizeof(Event))
    while event.kind != EVENT_APPLIED or event.ticket != ticket:
        if offline:
            must(amio.amio_interface_advance(iface, c.c_uint64(256), None, None))
            must(amio.amio_interface_next_event(iface, c.byref(event)))
        else:
            must(amio.amio_interface_wait_event(iface, c.byref(event), 5000))
    return event


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--driver", choices=DRIVERS, default="jack")
    driver = parser.parse_args().driver

    iface, beeps, silence, rate = c.c_void_p(), c.c_void_p(), c.c_void_p(), c.c_uint32()
    config = Config(c.sizeof(Config), DRIVERS[driver])
    must(amio.amio_interface_new(c.byref(config), c.byref(iface)))
    must(amio.amio_interface_frame_rate_hz(iface, c.byref(rate)))
    must(amio.amio_playspec_new(c.byref(beeps)))
    must(amio.amio_playspec_new(c.byref(silence)))

    places = {440: 4800, 660: 10001}
    for hz, frame in places.items():
        clip = beep(rate.value, hz)
        add(beeps, clip, frame)
        must(amio.amio_clip_free(clip))  # the playspec keeps its own reference to the clip

    # The beeps play from frame 0 on. At frame 24000, an empty playspec replaces them; its event tells us
    # that this frame has been reached.
    beeps_ticket = schedule(iface, beeps, 0)
    silence_ticket = schedule(iface, silence, 24000)
    must(amio.amio_interface_start(iface))
    must(amio.amio_interface_set_rolling(iface, 1))
    begun = wait_for(iface, driver == "offline", beeps_ticket)
    for hz, frame in places.items():
        device_frame = begun.device_frame + frame - begun.position
        print(f"{hz} Hz at frame {frame}, device frame {device_frame}", flush=True)
    wait_for(iface, driver == "offline", silence_ticket)

    must(amio.amio_interface_free(iface))
    must(amio.amio_playspec_free(beeps))
    must(amio.amio_playspec_free(silence))


if __name__ == "__main__":
    main()
