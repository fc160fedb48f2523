"""What JACK-Client does in detail; test_details.py runs it with both modules.

Usage: python -m tests.jack.details MODULE NAME

MODULE is `jack` (JACK-Client itself) or `amio.jack`.
"""

from __future__ import annotations

import gc
import importlib
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.jack.steps import raises, wait_for
from tests.programs import main

# Which of the two modules it is; main() sets it.
jack: Any = None

KEY = "http://example.org/key"


def whole_numbers() -> None:
    """A number that is out of range is refused, and not cut off."""
    client = jack.Client("numbers")
    client.activate()
    subjects: list[Callable[[Any], object]] = [
        lambda number: client.set_property(number, KEY, "value"),
        lambda number: client.remove_property(number, KEY),
        lambda number: client.remove_properties(number),
        lambda number: jack.get_property(number, KEY),
        jack.get_properties,
    ]
    calls: list[tuple[int, Callable[[Any], object]]] = [
        (32, lambda number: setattr(client, "blocksize", number)),
        (32, lambda number: setattr(client, "transport_frame", number)),
        (64, client.set_sync_timeout),
        *((64, subject) for subject in subjects),
        (64, jack.RingBuffer),
        (64, jack.RingBuffer(8).write_advance),
        (64, jack.RingBuffer(8).read_advance),
        (64, jack.RingBuffer(8).reset),
    ]
    for bits, call in calls:
        for number in (-1, 2**bits, 2**100):
            with raises(OverflowError):
                call(number)
        for wrong in (1.5, [1]):
            with raises(TypeError):
                call(wrong)
    for digits in (" 12", "1_0", "12abc", "", "12", "\u0661"):
        with raises(ValueError):
            client.set_property(digits, KEY, "value")
    assert client.transport_frame == 0
    assert jack.get_all_properties() == {}
    client.transport_frame = np.int64(7)
    wait_for(lambda: client.transport_frame == 7)
    client.close()


def positions() -> None:
    client = jack.Client("positions")
    position = client.transport_query_struct()[1]
    for field, least, most in (
        ("frame", 0, 2**32 - 1),
        ("frame_rate", 0, 2**32 - 1),
        ("valid", 0, 2**32 - 1),
        ("usecs", 0, 2**64 - 1),
        ("bar", -(2**31), 2**31 - 1),
        ("tick", -(2**31), 2**31 - 1),
        ("bbt_offset", 0, 2**32 - 1),
        ("video_offset", 0, 2**32 - 1),
    ):
        for number in (least, most):
            setattr(position, field, number)
            assert getattr(position, field) == number
        for number in (least - 1, most + 1):
            with raises(OverflowError):
                setattr(position, field, number)
        with raises(TypeError):
            setattr(position, field, 1.5)
        assert getattr(position, field) == most
    position.beats_per_minute = 120
    with raises(TypeError):
        position.beats_per_minute = "fast"
    with raises(AttributeError):
        position.nonsense = 1
    client.close()


def values_of_properties() -> None:
    client = jack.Client("values")
    for wrong in (5, None, bytearray(b"x"), [1, 2]):
        with raises(TypeError):
            client.set_property(client, KEY, wrong)
        with raises(TypeError):
            client.set_property(client, KEY, "value", wrong)
    assert jack.get_property(client, KEY) is None
    client.close()
    # Nobody can be asked now.
    assert jack.get_property(5, KEY) is None
    with raises(RuntimeError):
        jack.get_properties(5)


def buffers() -> None:
    ring = jack.RingBuffer(8)
    ring.write(b"abc")
    content, nothing = ring.peek(3), ring.peek(0)
    assert (bool(content), bool(nothing)) == (True, False)
    ring.reset()
    ring.write(b"\0")
    assert ring.read(1)
    assert not ring.read(1)
    assert content == b"abc"
    assert not content != b"abc"  # noqa: SIM202 - the operator is tested
    assert content != b"abd"
    assert content != "abc"
    assert content != None  # noqa: E711 - the operator is tested
    assert b"abb" < content < b"abd"
    assert nothing < b"a" <= content
    assert content > nothing
    assert content >= bytearray(b"abc")
    with raises(TypeError):
        content < "abd"  # noqa: B015
    assert b"x" + content == b"xabc"
    assert bytearray(b"x") + content == bytearray(b"xabc")
    operations: list[Callable[[], object]] = [
        lambda: content + b"x",
        lambda: content + content,
        lambda: content * 2,
        lambda: content + 1,
        lambda: 1 + content,
    ]
    for operation in operations:
        with raises(TypeError):
            operation()
    assert b"b" in content
    assert b"x" not in content
    assert b"".join([content, nothing]) == b"abc"
    assert (np.zeros(3, np.uint8) + content).tolist() == [97, 98, 99]
    assert np.frombuffer(content, np.uint8).tolist() == [97, 98, 99]
    with raises(TypeError):
        hash(content)


def buffers_of_a_ring_that_has_another_size() -> None:
    ring = jack.RingBuffer(2**24)
    first, _ = ring.write_buffers
    ring.reset(2**10)
    gc.collect()
    first[:] = b"x" * len(first)
    assert first[0:3] == b"xxx"
    assert (ring.size, ring.write_space) == (2**10, 2**10 - 1)


def codes_of_connections() -> None:
    client, other = jack.Client("codes"), jack.Client("other")
    into, out = client.inports.register("in"), client.outports.register("out")
    midi = client.midi_inports.register("midi")
    client.activate()
    other.activate()
    client.connect(out, into)
    for source, destination, code in (
        (out, into, 17),
        (into, out, -1),
        (out, midi, -1),
        (out, "codes:nothing", -1),
        ("codes:nothing", into, -1),
        (out, out, -1),
    ):
        with raises(jack.JackErrorCode) as caught:
            client.connect(source, destination)
        assert caught[0].code == code, (source, destination, caught)
    with raises(jack.JackErrorCode):
        client.disconnect(into, out)
    assert out.connections == [into]
    for wrong in (5, None):
        for use in (client.get_all_connections, client.owns):
            with raises(TypeError):
                use(wrong)
    client.close()
    other.close()


def codes_of_midi() -> None:
    client = jack.Client("codes")
    port = client.midi_outports.register("port")
    errors: list[Exception] = []
    lost: list[int] = []
    done = threading.Event()

    def process(frames: int) -> None:
        port.clear_buffer()
        port.write_midi_event(9, b"\xf8")
        lost.append(port.lost_midi_events)
        for at, event in (
            (frames, b"\xf8"),
            (2**32 - 1, b"\xf8"),
            (8, b"\xf8"),
            (10, bytes(100_000)),
            (-1, b"\xf8"),
            (2**32, b"\xf8"),
            (2**32 + 9, b"\xf8"),
            (1.5, b"\xf8"),
        ):
            try:
                port.write_midi_event(at, event)
            except Exception as error:
                errors.append(error)
        lost.append(port.lost_midi_events)
        port.clear_buffer()
        lost.append(port.lost_midi_events)
        for at, size in ((10, -1), (-1, 3), (2**32 + 10, 3), (10, 2**64)):
            try:
                port.reserve_midi_event(at, size)
            except Exception as error:
                errors.append(error)
        done.set()
        raise jack.CallbackExit

    client.set_process_callback(process)
    client.activate()
    assert done.wait(5)
    assert lost == [0, 1, 0]
    codes = [error.code for error in errors if isinstance(error, jack.JackErrorCode)]
    assert codes == [-22, -22, -22, -105]
    others = [type(error) for error in errors[4:]]
    assert others == [OverflowError] * 3 + [TypeError] + [OverflowError] * 4, others
    client.deactivate()
    client.close()


def attributes() -> None:
    """A program may set attributes of its own."""
    client = jack.Client("attributes")
    own = client.outports.register("port")
    client.activate()
    others = client.get_ports("^system:")
    for thing in (client, own, others[0], jack.RingBuffer(4)):
        thing.mine = 5
        assert thing.mine == 5
    client.close()


PROGRAMS: tuple[Callable[[], None], ...] = (
    whole_numbers,
    positions,
    values_of_properties,
    buffers,
    buffers_of_a_ring_that_has_another_size,
    codes_of_connections,
    codes_of_midi,
    attributes,
)


if __name__ == "__main__":
    jack = importlib.import_module(sys.argv[1])
    main(PROGRAMS, sys.argv[2])
