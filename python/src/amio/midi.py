"""MIDI messages that have arrived at an interface."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MidiMessage:
    """A MIDI message, and when it arrived.

    Attributes:
        port: the input that it came by, from 0.
        bytes: the message.
        position: the timeline frame that was heard then: the latencies of input and output are
            taken into account.
        device_frame: the device frame at which it arrived, counted since the interface was opened.
        server_frame: the server's number of that frame, which wraps at 2**32.
        time_ns: when that frame was due: ``time.monotonic_ns()``.
        ticket: the number of the ticket of what was heard; 0 before the first.
        rolling: whether the transport was rolling when it was heard.
        lost_before: how many messages were lost just before it, since nobody fetched them in time.
    """

    port: int
    bytes: bytes
    position: int
    device_frame: int
    server_frame: int
    time_ns: int
    ticket: int
    rolling: bool
    lost_before: int
