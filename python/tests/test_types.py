"""Annotations: they can be evaluated, and mypy, which checks this file, accepts their use."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from datetime import datetime, timezone

import numpy as np
import pytest

import amio
import amio.jack
import amio.pyjack

PUBLIC = {name: getattr(amio, name) for name in amio.__all__}
PUBLIC |= {f"jack.{name}": getattr(amio.jack, name) for name in amio.jack.__all__}
PUBLIC |= {f"pyjack.{name}": getattr(amio.pyjack, name) for name in amio.pyjack.__all__}
FUNCTIONS: dict[str, Callable[..., object]] = {
    f"{name}.{inner}" if inner else name: function
    for name, thing in PUBLIC.items()
    if inspect.isclass(thing) or inspect.isfunction(thing)
    for inner, function in (vars(thing).items() if inspect.isclass(thing) else [("", thing)])
    if inspect.isfunction(function) and (not inner.startswith("_") or inner == "__init__")
    if function.__module__.startswith("amio")
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_annotations_can_be_evaluated(name: str) -> None:
    hints = typing.get_type_hints(FUNCTIONS[name])
    given = inspect.signature(FUNCTIONS[name]).parameters
    assert hints.keys() - {"return"} <= given.keys()


def test_the_constructor_of_each_interface_lists_its_options() -> None:
    for kind in (amio.TimerInterface, amio.NativeInterface, amio.EngineInterface):
        text = inspect.getdoc(kind.__init__) or ""
        for option in amio.Options.__annotations__:
            assert option in text, (kind, option)
    text = inspect.getdoc(amio.AlsaInterface.__init__) or ""
    for option in amio.AlsaOptions.__annotations__:
        assert option in text, option


def test_what_annotations_name_can_be_imported_from_amio() -> None:
    late: amio.LatePolicy = "slip"
    quality: amio.Quality = "good"
    file_format: amio.FileFormat = "wav_16"
    chunks: list[amio.InputAudioChunk] = []
    changes: list[bool] = []
    events: list[amio.Event] = []
    on_chunk: amio.InputChunkCallback = chunks.append
    on_change: amio.PlayspecChangeCallback = changes.append
    on_event: amio.EventCallback = events.append
    clip = amio.Clip(np.ones(10), 48_000)
    heard: amio.AnyClip = clip
    spec: amio.AnyPlayspec = (amio.Entry(heard, gain=gain) for gain in (1, [1, 0.5], np.ones(2)))
    options: amio.Options = {"period": 100, "inputs": None}
    with amio.OfflineInterface(**options) as interface:
        interface.input_chunk_callback, interface.event_callback = on_chunk, on_event
        interface.schedule(spec, 0, late=late, callback=on_change)
        interface.advance(interface.period)
    assert (sum(map(len, chunks)), changes) == (100, [True])
    assert amio.EventKind.APPLIED in [event.kind for event in events]
    assert len(clip.convert(96_000, quality=quality)) == 20
    assert file_format in typing.get_args(amio.FileFormat)


def test_an_interface_by_the_name_of_its_driver_has_the_type_of_its_class() -> None:
    null: amio.NullInterface = amio.create_io_interface("null", frame_rate=8000)
    then = datetime(2000, 1, 1, tzinfo=timezone.utc)
    later: amio.NullInterface = amio.create_io_interface(
        driver="null", frame_rate=8000, starting_time=then
    )
    assert (null.get_position(), later.get_current_virtual_time()) == (0, then)
    dummy: amio.DummyInterface = amio.create_io_interface("dummy", frame_rate=8000)
    assert dummy.secs_to_frame(2) == 16_000
    offline: amio.OfflineInterface = amio.create_io_interface("offline", outputs=1)
    with offline:
        assert offline.render(10).shape == (10, 1)
    timer: amio.TimerInterface = amio.create_io_interface("timer", period=64)
    alsa: amio.AlsaInterface = amio.create_io_interface("alsa", format="S16_LE", inputs=0)
    jack: amio.NativeInterface = amio.create_io_interface()
    same: amio.NativeInterface = amio.create_io_interface("jack", frame_rate=1, starting_time=then)
    assert [type(made) for made in (timer, alsa, jack, same)] == [
        amio.TimerInterface,
        amio.AlsaInterface,
        amio.NativeInterface,
        amio.NativeInterface,
    ]
    driver = "dummy"[:]
    unknown: amio.Interface = amio.create_io_interface(driver, frame_rate=8000)
    assert isinstance(unknown, amio.DummyInterface)


def test_a_swap_in_a_group_needs_no_frame() -> None:
    with amio.OfflineInterface() as interface:
        with interface.group() as group:
            ticket = group.schedule([])
        interface.render(1)
        interface.render(1)
        assert ticket.outcome
        assert ticket.outcome.late == 0


def test_numbers_of_numpy_are_numbers_to_mypy_too() -> None:
    """Calls accept numpy numbers without a conversion."""
    frame, count = np.int64(100), np.uint32(64)
    factor, rate, half = np.float32(0.5), np.float64(48_000), np.float32(0.5)
    clip = amio.Clip(np.ones(1000), rate)
    same = amio.AudioClip(np.ones(1000), np.float32(48_000))
    entry = amio.Entry(
        clip, frame, start=frame, end=np.int32(900), every=np.int64(2000), times=np.int8(2),
        gain=factor, fade_in=count, fade_out=count, output=np.int16(0),
    )  # fmt: skip
    left, right = np.array([0.5, 0.25], np.float32)
    pair = amio.Entry(clip, gain=(left, right), every=factor * 4000)
    old = amio.PlayspecEntry(same, frame, frame + 100, frame, np.float32(0), factor, factor)
    with amio.OfflineInterface(frame_rate=rate, period=count, inputs=np.int64(1)) as interface:
        interface.chunk_frames, interface.chunk_interval = count, half
        ticket = interface.schedule([entry, pair, old], at=frame, start=frame)
        interface.schedule_playspec_change([old], frame, frame, None)
        ticket.set_gain(np.int64(0), factor, factor, ramp=count)
        with interface.group() as group:
            group.schedule([entry], at=frame)
            group.set_gain(ticket, np.int64(0), factor, ramp=count)
            group.set_position(frame)
        interface.set_position(frame)
        interface.position = frame
        interface.advance(count)
        assert interface.render(count).shape == (64, 2)
        assert len(interface.read(count, half)) == 64
        assert interface.secs_to_frame(half) == 24_000
        assert interface.frame_to_secs(frame * 480) == 1
    assert amio.dB_to_factor(np.float32(0)) == amio.factor_to_dB(np.float32(10)) / 20
    assert amio.Fader(np.float32(0), np.int8(0)).left_gain_factor == 1
    assert len(clip.read(frame, count)) == 64
    assert (entry.at, entry.stop, entry.frame_of(1)) == (100, 900, 2100)
    assert amio.AudioClip.sine(factor * 880, factor, count, np.int64(1), rate).channels == 1
    assert len(amio.AudioClip.zeros(count, np.int64(2), rate)) == 64
