#!/usr/bin/env python3
"""Captures a second of input into a WAV file.

    ./capture_to_wav.py OUT.wav [--driver jack|null]

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

DRIVERS = {"jack": 1, "null": 2}  # AMIO_DRIVER_*
CHANNELS = 2  # the default number of inputs of an interface


class Config(c.Structure):
    """The first fields of amio_interface_config. The library takes the defaults for the others."""

    _fields_ = [("struct_size", c.c_uint32), ("driver", c.c_uint32)]


class Chunk(c.Structure):
    """amio_chunk"""

    _fields_ = [
        ("struct_size", c.c_uint32),
        ("rolling", c.c_uint32),
        ("frames", c.c_uint64),
        ("position", c.c_int64),
        ("device_frame", c.c_uint64),
        ("time_ns", c.c_uint64),
        ("ticket", c.c_uint64),
        ("lost_before_frames", c.c_uint64),
        ("xrun", c.c_uint32),
        ("capture_latency_frames", c.c_uint32),
        ("playback_latency_frames", c.c_uint32),
        ("reserved", c.c_uint32),
    ]


def must(status):
    """Ends the program if a call has failed. The message says what was wrong."""
    if status != 0:
        message = amio.amio_last_error_message().decode()
        raise SystemExit(f"amio: {message} ({amio.amio_strerror(status).decode()})")


def floats(array):
    return array.ctypes.data_as(c.POINTER(c.c_float))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", metavar="OUT.wav")
    parser.add_argument("--driver", choices=DRIVERS, default="jack")
    arguments = parser.parse_args()

    iface, rate = c.c_void_p(), c.c_uint32()
    config = Config(c.sizeof(Config), DRIVERS[arguments.driver])
    must(amio.amio_interface_new(c.byref(config), c.byref(iface)))
    must(amio.amio_interface_frame_rate_hz(iface, c.byref(rate)))

    samples = np.zeros((rate.value, CHANNELS), dtype=np.float32)
    chunk = Chunk(struct_size=c.sizeof(Chunk))
    frames = lost = 0
    must(amio.amio_interface_start(iface))
    while frames < len(samples):
        rest = samples[frames:]
        capacity = c.c_uint64(len(rest))
        must(amio.amio_interface_wait_input(iface, c.byref(chunk), floats(rest), capacity, 5000))
        if frames == 0:
            print(f"the first frame is device frame {chunk.device_frame}")
        # Lost frames are only counted here. A recording program would insert silence for them.
        lost += chunk.lost_before_frames
        frames += chunk.frames
    must(amio.amio_interface_free(iface))

    clip = c.c_void_p()
    must(amio.amio_clip_new_f32(rate, CHANNELS, floats(samples), c.c_uint64(frames), c.byref(clip)))
    must(amio.amio_clip_save_wav(clip, os.fsencode(arguments.out)))
    must(amio.amio_clip_free(clip))
    print(f"{frames} frames at {rate.value} Hz in {arguments.out}, {lost} lost")


if __name__ == "__main__":
    main()
