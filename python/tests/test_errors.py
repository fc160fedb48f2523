"""Errors: one class for each of the library's codes; and invalid arguments."""

from __future__ import annotations

import asyncio
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import amio
from amio import AmioError, AudioClip, Entry, OfflineInterface, PlayspecEntry, _abi, errors
from amio.errors import ContractError

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
WHOLE_OR_NONE = (1.5, "1", NAN)
Call = Callable[[OfflineInterface, Any], object]


def wrong_entry(**changes: Any) -> list[PlayspecEntry]:
    return [PlayspecEntry(CLIP, 0, 100, 0, 0, 1.0, 1.0)._replace(**changes)]


def audio(sample: float, frame_rate: float = RATE) -> AudioClip:
    return AudioClip(np.array([sample]), frame_rate)


def shrunk() -> Entry:
    clip = AudioClip(np.ones(10), RATE)
    entry = Entry(clip, end=10)
    clip.resize(5)
    return entry


#: A call; values for which it raises ValueError; values for which it raises TypeError.
CALLS: dict[str, tuple[Call, tuple[Any, ...], tuple[Any, ...]]] = {
    "position": (lambda i, v: i.set_position(v), (HUGE, -HUGE), WHOLE),
    "at": (lambda i, v: i.schedule([], v), (HUGE, -HUGE), (1.5, "1", NAN)),
    "start": (lambda i, v: i.schedule([], 0, start=v), (HUGE, -HUGE), WHOLE_OR_NONE),
    "late": (lambda i, v: i.schedule([], 0, late=v), ("", "never", None, 1, []), ()),
    "callback": (lambda i, v: i.schedule([], 0, callback=v), (), (1, "print")),
    "insert_at": (lambda i, v: i.schedule_playspec_change([], v, 0, None), (HUGE,), (1.5, "1")),
    "start_from": (lambda i, v: i.schedule_playspec_change([], 0, v, None), (HUGE,), WHOLE),
    "playspec": (
        lambda i, v: i.schedule(v, 0),
        (),
        (None, 1, [None], [(1, 2)], ["x"], Entry(CLIP), *wrong_entry(), np.ones(3)),
    ),
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
    "right": (
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
    "rolling": (lambda i, v: setattr(i, "rolling", v), (), ("false", "", None, 2, 0.5)),
    "rolling of a group": (lambda i, v: i.group().set_rolling(v), (), ("false", None)),
    "event_callback": (lambda i, v: setattr(i, "event_callback", v), (), (3, "print")),
    "chunk_frames": (lambda i, v: setattr(i, "chunk_frames", v), (0, -1), (64.0, None, "1")),
    "chunk_interval": (
        lambda i, v: setattr(i, "chunk_interval", v),
        (-1, NAN, INFINITY),
        (None, "1"),
    ),
    "input clip": (lambda i, v: i.set_input_clip(v), (), (1, "a.wav", np.ones(3))),
    "ticket to cancel": (lambda i, v: i.group().cancel(v), (), (None, 1)),
    "ticket to turn down": (lambda i, v: i.group().set_gain(v, 0, 1), (), (None, 1)),
    "gain of what never sounds": (
        lambda i, v: i.schedule([Entry(CLIP, end=0)]).set_gain(0, v),
        (NAN,),
        (None, "x"),
    ),
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
    "client_name": (("a\0b",), (1, b"bytes")),
    "server_name": (("a\0b",), (1, b"bytes")),
    "start_server": ((), ("no", 2, 0.0)),
    "frame_rate": ((0, -1, NAN, INFINITY, 44100.5, 1 << 32), ("48000",)),
    "period": ((0, -1, 65_537, (1 << 32) + 256), (1.5, "256")),
    "inputs": ((-1, 65, (1 << 32) - 1, 1 << 32), (1.5, "2")),
    "outputs": ((-1, 65, (1 << 32) - 1, 1 << 32), (1.5, "2")),
    "midi_inputs": ((-1, 17, (1 << 32) - 1, 1 << 32), (1.5, "2")),
    "midi_outputs": ((-1, 17, (1 << 32) - 1, 1 << 32), (1.5, "2")),
    "connect": ((), ("no", 2, [])),
    "clamp": ((), ("no", "", 2)),
    "declick": ((-1, 768_001, 1 << 32), (1.5, "2")),
    "skip": (("", "ahead", 1), ()),
    "swap_queue": ((0, -1, 65_537, 1 << 32), (1.5, "2")),
    "command_queue": ((0, -1, 65_537, 1 << 32), (1.5, "2")),
    "capture_buffer": ((0, -1, (1 << 26) + 1, 1 << 32), (1.5, "2")),
    "capture_latency": ((-1, (1 << 20) + 1, 1 << 32), (1.5, "2")),
    "playback_latency": ((-1, (1 << 20) + 1, 1 << 32), (1.5, "2")),
    "read_ahead": ((0, -1, (1 << 24) + 1, 1 << 32), (1.5, "2")),
    "latency_offset": ((-(1 << 20) - 1, (1 << 20) + 1, 1 << 32), (1.5, "2")),
    "realtime_priority": ((0, -1, 100, 1 << 32), (1.5, "2")),
}
#: The smallest and the largest allowed value.
ALLOWED: dict[str, tuple[int, int]] = {
    "frame_rate": (1000, 768_000),
    "period": (1, 65_536),
    "inputs": (0, 64),
    "outputs": (0, 64),
    "midi_inputs": (0, 16),
    "midi_outputs": (0, 16),
    "declick": (0, 768_000),
    "swap_queue": (1, 65_536),
    "command_queue": (1, 65_536),
    "capture_buffer": (1, 1 << 26),
    "capture_latency": (0, 1 << 20),
    "playback_latency": (0, 1 << 20),
    "read_ahead": (1, 1 << 24),
    "latency_offset": (-(1 << 20), 1 << 20),
    "realtime_priority": (1, 99),
}


def test_all_options_are_tried_below() -> None:
    assert OPTIONS.keys() == amio.Options.__annotations__.keys()


@pytest.mark.parametrize("name", ALLOWED)
def test_the_ends_of_the_range_of_an_option_are_allowed(name: str) -> None:
    for value in ALLOWED[name]:
        options: dict[str, Any] = {name: value}
        with OfflineInterface(**options) as interface:
            interface.render(1)


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_is_none_is_as_if_left_out(name: str) -> None:
    options: dict[str, Any] = {name: None}
    with OfflineInterface(**options) as interface:
        assert interface.render(10).shape == (10, 2)
        assert interface.read(10).array.shape == (10, 2)


@pytest.mark.parametrize("name", OPTIONS)
def test_options_that_are_not_allowed_are_refused_by_name(name: str) -> None:
    values, types = OPTIONS[name]
    for kind, given in (
        *((ValueError, value) for value in values),
        *((TypeError, value) for value in types),
    ):
        with pytest.raises(kind, match=rf"^{name} is .*; it must (be|not have)"):
            OfflineInterface(**{name: given})


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


BAD_ENTRIES: dict[str, tuple[Callable[[], object], str]] = {
    "no entry": (lambda: CLIP, "it is a Clip; it must be a PlayspecEntry or an Entry"),
    "no clip": (lambda: wrong_entry(clip=None)[0], "clip is a NoneType; it must be an AudioClip"),
    "its frames": (lambda: wrong_entry(frame_b=1.5)[0], "frame_b is 1.5; it must be a whole"),
    "its interval": (lambda: wrong_entry(repeat_interval=-5)[0], "repeat interval is -5; it must"),
    "its gain": (lambda: wrong_entry(gain_r=1e9)[0], "gain_r is 1000000000.0; it must be -1e6 to"),
    "samples": (lambda: Entry(audio(np.nan)), "sample NaN at frame 0, channel 0; samples must be"),
    "the rate of an AudioClip": (
        lambda: Entry(audio(0.0, RATE / 2)),
        "a clip has a frame rate of 24",
    ),
    "the rate of a Clip": (
        lambda: Entry(amio.Clip(np.ones(1), 44100)),
        r"the clip of playspec\[2\] has 44100 Hz",
    ),
    "its output": (lambda: Entry(CLIP, output=5), r"playspec\[2\]: needs outputs 5 to 5"),
    "a clip that became shorter": (shrunk, "end is 10; the clip has 5 frames"),
}


@pytest.mark.parametrize("what", BAD_ENTRIES)
def test_what_is_wrong_with_an_entry_tells_which_one_it_is(what: str) -> None:
    make, message = BAD_ENTRIES[what]
    where = "" if "playspec" in message else r"^playspec\[2\]: "
    entries: Any = [Entry(CLIP, end=0), Entry(CLIP), make()]
    with (
        OfflineInterface() as interface,
        pytest.raises((ValueError, TypeError), match=where + message) as caught,
    ):
        interface.schedule(entries)
    assert "->" not in str(caught.value)


def test_one_entry_is_no_playspec() -> None:
    one: Any = (Entry(CLIP), *wrong_entry())
    with OfflineInterface() as interface:
        for entry, name in zip(one, ("an Entry", "a PlayspecEntry"), strict=True):
            with pytest.raises(TypeError, match=f"playspec is {name}; it must be a list of"):
                interface.schedule(entry)


def test_a_playspec_may_be_any_iterable() -> None:
    with OfflineInterface(declick=0) as interface:
        ticket = interface.schedule((Entry(CLIP, at=frame) for frame in (0, 200)), 0)
        interface.rolling = True
        heard = interface.render(300)[:, 0]
        ticket.set_gain(-1, 0.5)
    assert np.flatnonzero(heard).tolist() == [*range(100), *range(200, 300)]


def test_a_group_refuses_tickets_of_other_interfaces() -> None:
    with OfflineInterface() as one, OfflineInterface() as other:
        ticket, theirs = one.schedule([Entry(CLIP)], 9), other.schedule([Entry(CLIP)])
        group = one.group()
        with pytest.raises(ValueError, match="of another interface"):
            group.cancel(theirs)
        with pytest.raises(ValueError, match="of another interface"):
            group.set_gain(theirs, 0, 1)
        group.cancel(ticket)
        group.commit()
        one.render(10)
        other.render(10)
        assert theirs.outcome
        assert ticket.outcome is not None
        assert ticket.outcome.kind is amio.EventKind.CANCELLED


def test_a_closed_interface_is_not_opened_again() -> None:
    interface = OfflineInterface()
    interface.open()
    with pytest.raises(ContractError, match="opened already; make another one"):
        interface.open()
    interface.shutdown()
    with pytest.raises(ContractError, match="was closed; make another one"), interface:
        pass


NUMBERS: dict[str, Callable[[Any], object]] = {
    "frame_rate": lambda v: amio.NullInterface(v),
    "frame_rate of a dummy": lambda v: amio.DummyInterface(v),
    "frame_rate of an AudioClip": lambda v: AudioClip(np.ones(3), v),
    "vol_dB": lambda v: amio.Fader(v),
    "pan": lambda v: amio.Fader(0, v),
    "vol_factor": lambda v: setattr(amio.Fader(), "vol_factor", v),
}


@pytest.mark.parametrize("what", NUMBERS)
@pytest.mark.parametrize("given", [None, "48000", b"1", [1]])
def test_what_is_no_number_is_refused_by_name(what: str, given: Any) -> None:
    with pytest.raises(TypeError, match=rf"{what.split()[0]} is .*; it must be a number"):
        NUMBERS[what](given)


def test_what_is_analysed_and_where_is_refused_by_name() -> None:
    nothing: Any = None
    with pytest.raises(TypeError, match="source is None; it must be a Clip, or the path of"):
        amio.Analysis(nothing)
    word: Any = "a"
    with pytest.raises(TypeError, match="start is 'a'; it must be a whole number"):
        amio.Analysis(CLIP).overview(10, start=word)


def test_messages_name_arguments_as_python_does(tmp_path: Path) -> None:
    with OfflineInterface() as interface, pytest.raises(ValueError, match="channels") as caught:
        interface.record(tmp_path / "a.wav", channels=[7])
    assert "->" not in str(caught.value)
    with pytest.raises(ValueError, match="client_name") as caught:
        OfflineInterface(client_name="a:b").open()
    assert "->" not in str(caught.value)


def test_a_library_of_another_version_is_an_import_error_that_names_both(tmp_path: Path) -> None:
    package = shutil.copytree(Path(amio.__file__).parent, tmp_path / "amio")
    ours = f"{_abi.VERSION_MAJOR}.{_abi.VERSION_MINOR}.{_abi.VERSION_PATCH}"
    text = (package / "_abi.py").read_text()
    other = text.replace(f"VERSION_MINOR = {_abi.VERSION_MINOR}", "VERSION_MINOR = 999")
    (package / "_abi.py").write_text(other)
    done = subprocess.run(
        [sys.executable, "-c", "import amio"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    message = done.stderr.splitlines()[-1]
    assert message.startswith("ImportError: ")
    assert ours in message
    assert f"{_abi.VERSION_MAJOR}.999.{_abi.VERSION_PATCH}" in message
