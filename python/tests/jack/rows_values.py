"""Rows 12 to 15: rings, and what needs no server, or none that runs."""

from __future__ import annotations

import array
import os
import threading
import time
from typing import Any

from tests.jack.steps import periods_pass, raises, runs, wait_for

# Which of the two modules it is, and the name of the server; rows.py sets both.
jack: Any = None
server = ""


def row_12() -> None:
    ring = jack.RingBuffer(100)
    assert (ring.size, ring.write_space, ring.read_space) == (128, 127, 0)
    assert [jack.RingBuffer(size).size for size in (0, 1, 2, 3, 64, 65)] == [2, 2, 2, 4, 64, 128]
    assert ring.write(b"abc") == 3
    assert ring.write([1, 2, 255]) == 3
    assert ring.write(memoryview(b"de")) == 2
    assert ring.write(array.array("h", [0x6666])) == 2
    for wrong, kind in (("text", TypeError), (5, TypeError), ([256], OverflowError)):
        with raises(kind):
            ring.write(wrong)
    with raises(TypeError):
        ring.write(byte for byte in b"ab")
    peeked = ring.peek(4)
    assert peeked == b"abc\x01"
    assert (len(peeked), peeked[0], peeked[-1], peeked[1:3]) == (4, b"a", b"\x01", b"bc")
    assert list(peeked) == [b"a", b"b", b"c", b"\x01"]
    assert memoryview(peeked).format == "B"
    assert bytes(ring.read(6)) == b"abc\x01\x02\xff"
    assert bytes(ring.read(100)) == b"deff"
    assert len(ring.read(10)) == 0
    with raises(IndexError):
        peeked[4]
    with raises(TypeError):
        peeked[0:4:2]
    assert ring.write(bytes(200)) == 127
    assert ring.write_space == 0
    ring.read_advance(100)
    assert ring.read_space == 27
    first, second = ring.write_buffers
    assert len(first) + len(second) == 100
    first[0:3] = b"xyz"
    first[3] = b"!"
    with raises(ValueError):
        first[0:3] = b"ab"
    with raises(TypeError):
        first[0] = 5
    ring.write_advance(4)
    ring.read_advance(27)
    first, second = ring.read_buffers
    assert bytes(first) + bytes(second) == b"xyz!"
    ring.mlock()
    ring.reset()
    assert (ring.read_space, ring.write_space) == (0, 127)
    ring.reset(16)
    assert (ring.size, ring.write_space) == (16, 15)
    passed: list[bytes] = []
    content = os.urandom(100_000)
    ring = jack.RingBuffer(1000)

    def read() -> None:
        left = len(content)
        while left:
            passed.append(bytes(ring.read(333)))
            left -= len(passed[-1])
            time.sleep(0.0001)

    reader = threading.Thread(target=read)
    reader.start()
    at = 0
    while at < len(content):
        at += ring.write(content[at : at + 500])
        time.sleep(0.0001)
    reader.join(10)
    assert b"".join(passed) == content


def row_13() -> None:
    names = [
        "failure",
        "invalid_option",
        "name_not_unique",
        "server_started",
        "server_failed",
        "server_error",
        "no_such_client",
        "load_failure",
        "init_failure",
        "shm_failure",
        "version_error",
        "backend_error",
        "client_zombie",
    ]
    for number, name in enumerate(names):
        status = jack.Status(1 << number)
        assert [other for other in names if getattr(status, other)] == [name]
    assert repr(jack.Status(0x21)) == "<jack.Status 0x21: failure, server_error>"
    assert repr(jack.Status(0)) == "<jack.Status 0x0: no flags set>"
    states = [jack.STOPPED, jack.ROLLING, jack.STARTING, jack.NETSTARTING]
    assert states == [0, 1, 3, 4]
    shown = [repr(jack.TransportState(state)) for state in states]
    assert shown == ["jack.STOPPED", "jack.ROLLING", "jack.STARTING", "jack.NETSTARTING"]
    assert jack.TransportState(1) == jack.ROLLING
    assert jack.TransportState(1) == jack.TransportState(1)
    assert jack.TransportState(1) != jack.STOPPED
    assert hash(jack.TransportState(3)) == hash(3)
    bits = ["BBT", "TIMECODE", "BBT_FRAME_OFFSET", "AUDIO_VIDEO_RATIO", "VIDEO_FRAME_OFFSET"]
    assert [getattr(jack, f"POSITION_{bit}") for bit in bits] == [16, 32, 64, 128, 256]


def row_14() -> None:
    assert len(jack.version()) == 4
    assert all(isinstance(number, int) for number in jack.version())
    assert isinstance(jack.version_string(), str)
    assert jack.client_name_size() > 32
    assert jack.port_name_size() > jack.client_name_size()
    lines: list[str] = []
    jack.set_error_function(lines.append)
    jack.set_info_function(lines.append)
    with raises(jack.JackOpenError):
        jack.Client("n" * (jack.client_name_size() + 10), use_exact_name=True, servername="none")
    client = runs(jack.Client("fourteen"))
    assert isinstance(jack.client_pid("fourteen"), int)
    with raises(jack.JackErrorCode):
        client.connect("nobody:out", "nobody:in")
    if server == "jackd":
        wait_for(lambda: lines)
        assert all(isinstance(line, str) for line in lines)
    client.close()
    jack.set_error_function()
    jack.set_info_function(None)


def row_15() -> None:
    assert issubclass(jack.JackErrorCode, jack.JackError)
    assert issubclass(jack.JackOpenError, jack.JackError)
    assert not issubclass(jack.CallbackExit, jack.JackError)
    error = jack.JackErrorCode("message", 5)
    assert (error.message, error.code, str(error)) == ("message", 5, "message (5)")
    status = jack.Status(1)
    error = jack.JackOpenError("name", status)
    assert (error.name, error.status, error.args) == ("name", status, ("name", status))
    assert str(error) == 'Error initializing "name": <jack.Status 0x1: failure>'
    if server == "jackd":
        with raises(jack.JackOpenError) as caught:
            jack.Client("fifteen", no_start_server=True, servername="nowhere")
        assert caught[0].name == "fifteen"
        assert caught[0].status.server_failed
        assert caught[0].status.failure

    client = jack.Client("fifteen")
    calls: list[int] = []

    def process(frames: int) -> None:
        calls.append(frames)
        raise ValueError("a mistake")

    client.set_process_callback(process)
    client.activate()
    wait_for(lambda: calls)
    periods_pass(jack)
    if "amio" in jack.__name__ or server == "jackd":
        assert len(calls) == 1
    client.deactivate()
    client.close()
    print("stderr has the exception")
