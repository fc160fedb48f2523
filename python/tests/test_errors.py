"""Errors: one class for each of the library's codes; and arguments that are refused."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import amio
from amio import AmioError, Entry, OfflineInterface, PlayspecEntry, _abi, errors

RATE = 48_000
NAN, INFINITY = float("nan"), float("inf")
HUGE = 1 << 70

BASES: dict[str, type[BaseException]] = {
    "INTERNAL": RuntimeError,
    "INVALID_HANDLE": ValueError,
    "INVALID_ARGUMENT": ValueError,
    "UNSUPPORTED": NotImplementedError,
    "INVALID_STATE": RuntimeError,
    "OUT_OF_MEMORY": MemoryError,
    "NO_SUCH_TICKET": LookupError,
    "QUEUE_FULL": RuntimeError,
    "TIMEOUT": TimeoutError,
    "DRIVER_UNAVAILABLE": OSError,
    "NO_SERVER": ConnectionError,
    "DRIVER": OSError,
    "IO": OSError,
    "FORMAT": ValueError,
    "RATE_MISMATCH": ValueError,
    "SYSTEM": OSError,
    "BUFFER_TOO_SMALL": BufferError,
    "CANCELLED": RuntimeError,
    "NULL_POINTER": ValueError,
}


@pytest.mark.parametrize("name", BASES)
def test_each_code_is_an_exception_of_its_own_and_a_built_in_one(name: str) -> None:
    code = getattr(_abi, f"ERROR_{name}")
    error = errors.error_of(code, "what was wrong")
    assert isinstance(error, AmioError)
    assert isinstance(error, BASES[name])
    assert (error.code, error.message, str(error)) == (code, "what was wrong", "what was wrong")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.code, str(again)) == (type(error), code, "what was wrong")


def test_there_is_a_class_for_each_code_of_the_library() -> None:
    codes = {name for name in dir(_abi) if name.startswith("ERROR_")}
    assert codes == {f"ERROR_{name}" for name in BASES}
    assert len({type(errors.error_of(getattr(_abi, code), "")) for code in codes}) == len(codes)
    assert type(errors.error_of(12345, "of a newer library")) is errors.InternalError


def test_errors_of_files_have_the_systems_number_and_can_be_pickled() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        amio.Clip.open("/there/is/no/such file.wav")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (errors.FileMissingError, str(caught.value))
    assert caught.value.errno == again.errno == 2
    assert "such file.wav" in str(caught.value)


# ---- Arguments

CLIP = amio.Clip(np.ones(100, np.float32), RATE)
WHOLE = (1.5, "1", None, NAN)
Call = Callable[[OfflineInterface, Any], object]


def wrong_entry(**changes: Any) -> list[PlayspecEntry]:
    return [PlayspecEntry(CLIP, 0, 100, 0, 0, 1.0, 1.0)._replace(**changes)]


#: What is called; its values that are a ValueError, and those that are a TypeError.
CALLS: dict[str, tuple[Call, tuple[Any, ...], tuple[Any, ...]]] = {
    "position": (lambda i, v: i.set_position(v), (HUGE, -HUGE), WHOLE),
    "at": (lambda i, v: i.schedule([], v), (HUGE, -HUGE), (1.5, "1", NAN)),
    "start": (lambda i, v: i.schedule([], 0, start=v), (HUGE, -HUGE), WHOLE),
    "late": (lambda i, v: i.schedule([], 0, late=v), ("", "never", None, 1, []), ()),
    "callback": (lambda i, v: i.schedule([], 0, callback=v), (), (1, "print")),
    "insert_at": (lambda i, v: i.schedule_playspec_change([], v, 0, None), (HUGE,), (1.5, "1")),
    "start_from": (lambda i, v: i.schedule_playspec_change([], 0, v, None), (HUGE,), WHOLE),
    "playspec": (lambda i, v: i.schedule(v, 0), (), (None, 1, [None], [(1, 2)], ["x"])),
    "clip": (lambda i, v: i.schedule(wrong_entry(clip=v)), (None, 1, "a.wav"), ()),
    "frame_a": (lambda i, v: i.schedule(wrong_entry(frame_a=v)), (HUGE, -HUGE), WHOLE),
    "frame_b": (lambda i, v: i.schedule(wrong_entry(frame_b=v)), (HUGE, -HUGE), WHOLE),
    "play_at_frame": (lambda i, v: i.schedule(wrong_entry(play_at_frame=v)), (HUGE, -HUGE), WHOLE),
    "repeat interval": (
        lambda i, v: i.schedule(wrong_entry(repeat_interval=v)),
        (-1, 0.5, HUGE, NAN, INFINITY),
        (None, "1", 1j),
    ),
    "gain_l": (lambda i, v: i.schedule(wrong_entry(gain_l=v)), (), (None, "1", 1j)),
    "gain": (lambda i, v: i.schedule(wrong_entry(gain_l=v)), (NAN, INFINITY, 1e7, -1e300), ()),
    "left": (lambda i, v: i.schedule([Entry(CLIP)]).set_gain(0, v), (), (None, "1", 1j)),
    "gain_right": (
        lambda i, v: i.schedule([Entry(CLIP)]).set_gain(0, 1, v),
        (NAN, INFINITY, 1e7, 1e300),
        (),
    ),
    "ramp": (
        lambda i, v: i.schedule([Entry(CLIP)]).set_gain(0, 1, ramp=v),
        (-1, HUGE),
        WHOLE,
    ),
    "entry": (lambda i, v: i.schedule([Entry(CLIP)]).set_gain(v, 1), (HUGE,), WHOLE),
    "timeout": (lambda i, v: i.schedule([], 1 << 40).wait(v), (NAN,), ("1", 1j, [])),
    "frames": (lambda i, v: i.render(v), (0, -1, HUGE), WHOLE),
    "frames to advance": (lambda i, v: i.advance(v), (0, -1, HUGE), WHOLE),
    "frames to read": (lambda i, v: i.read(v, 0), (0, -1, HUGE), WHOLE),
    "frames to skip": (lambda i, v: i.skip(v), (-1, HUGE), WHOLE),
    "period": (lambda i, v: i.set_period(v), (0, -1, HUGE, (1 << 32) + 256), WHOLE),
    "side": (lambda i, v: i.meters(v), ("", "left", None, 1), ()),
    "input_chunk_callback": (
        lambda i, v: setattr(i, "input_chunk_callback", v),
        (),
        (1, "print"),
    ),
    "source": (lambda i, v: i.record("/tmp/x.wav", source=v), ("", "in", None), ()),
    "file_format": (lambda i, v: i.record("/tmp/x", file_format=v), ("mp3", 1, None), ()),
    "path": (lambda i, v: i.record(v, file_format="wav_16"), ("a\0b", b"a\0b"), (None, 1)),
    "channels": (
        lambda i, v: i.record("/tmp/x.wav", channels=v),
        ((), (2,), (-1,), (1 << 32,)),
        (1, ("a",), (1.5,)),
    ),
    "begin": (lambda i, v: i.record("/tmp/x.wav", begin=v), (HUGE,), (1.5, "1")),
    "end": (lambda i, v: i.record("/tmp/x.wav", end=v), (HUGE,), (1.5, "1")),
    "most frames": (lambda i, v: i.record("/tmp/x.wav", frames=v), (0, -1, HUGE), (1.5, "1")),
}


@pytest.mark.parametrize("name", CALLS)
def test_arguments_that_are_not_allowed_are_refused_by_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call, values, types = CALLS[name]
    for kind, given in (
        *((ValueError, value) for value in values),
        *((TypeError, value) for value in types),
    ):
        with OfflineInterface() as interface:
            before = interface.transport
            expected = (kind, IndexError) if name == "entry" else kind
            with pytest.raises(expected) as caught:
                call(interface, given)
            assert "ctypes" not in str(caught.value)
            assert interface.transport == before
            interface.render(10)  # and it goes on


OPTIONS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "client_name": (("a\0b",), (None, 1, b"bytes")),
    "server_name": (("a\0b",), (1, b"bytes")),
    "frame_rate": ((0, -1, NAN, INFINITY, 44100.5, 1 << 32), (None, "48000")),
    "period": ((0, -1, 1 << 32, (1 << 32) + 256), (1.5, "256")),
    "inputs": ((-1, 65, (1 << 32) - 1, 1 << 32), (None, 1.5, "2")),
    "outputs": ((-1, 65, (1 << 32) - 1, 1 << 32), (None, 1.5, "2")),
    "declick": ((-1, (1 << 32) - 1, 1 << 32), (None, 1.5, "2")),
    "skip": (("", "ahead", None), ()),
    "swap_queue": ((0, -1, 1 << 32), (1.5, "2")),
    "command_queue": ((0, -1, 1 << 32), (1.5, "2")),
    "capture_buffer": ((0, -1, 1 << 32), (1.5, "2")),
    "capture_latency": ((-1, 1 << 32), (1.5, "2")),
    "playback_latency": ((-1, 1 << 32), (1.5, "2")),
    "read_ahead": ((0, -1, 1 << 32), (1.5, "2")),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_that_are_not_allowed_are_refused_by_name(name: str) -> None:
    values, types = OPTIONS[name]
    for kind, given in (
        *((ValueError, value) for value in values),
        *((TypeError, value) for value in types),
    ):
        with pytest.raises(kind, match=name.split("_")[0]):
            OfflineInterface(**{name: given}).open()


def test_an_option_that_is_not_known_is_a_type_error_that_lists_them() -> None:
    with pytest.raises(TypeError, match="no option is called 'buffer'; there are client_name"):
        OfflineInterface(buffer=1)  # type: ignore[call-arg]  # what is tried here


@pytest.mark.parametrize(("name", "kind"), [("a\0b", ValueError), (None, TypeError)])
def test_a_name_that_c_would_cut_is_refused(name: Any, kind: type[Exception]) -> None:
    interface = OfflineInterface()
    with pytest.raises(kind, match="client_name"):
        asyncio.run(interface.init(name))


@pytest.mark.parametrize("shape", [(9, 2), (10, 3), (10,), (10, 2, 1)])
def test_input_of_the_wrong_shape_is_refused(shape: tuple[int, ...]) -> None:
    with OfflineInterface() as interface, pytest.raises(ValueError, match="it must be"):
        interface.render(10, np.zeros(shape))
