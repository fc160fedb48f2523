"""Interfaces beyond AMIO: rendering, gains, groups, tickets, meters, statistics, recorders."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import amio
from amio import (
    Clip,
    Entry,
    EventKind,
    OfflineInterface,
    RecorderState,
    TimerInterface,
    _abi,
    events,
)
from amio.errors import FileError, InvalidStateError, NoSuchTicketError

RATE = 48_000


def hard(**options: object) -> OfflineInterface:
    return OfflineInterface(declick=0, **options)  # type: ignore[arg-type]  # of any option


def constant(value: float = 1.0, frames: int = 10_000) -> Clip:
    return Clip(np.full(frames, value, np.float32), RATE)


# ---- Life


def test_context_managers_open_and_close() -> None:
    interface = TimerInterface()
    assert repr(interface) == "<TimerInterface: not opened>"
    with interface as same:
        assert same is interface
        assert interface.stats.periods >= 0
        assert repr(interface) == "<TimerInterface: 48000 Hz, stopped at frame 0>"
    assert interface.closed
    assert repr(interface) == "<TimerInterface: closed>"
    with pytest.raises(ValueError, match="was closed; make another one"), interface:
        pass

    async def main() -> None:
        interface = TimerInterface()
        with contextlib.suppress(ZeroDivisionError):
            async with interface as same:
                assert same.stats.periods >= 0
                raise ZeroDivisionError
        assert interface.closed

    asyncio.run(main())


def test_statistics_can_be_asked_for_after_it_was_closed() -> None:
    with OfflineInterface(period=100) as interface:
        interface.advance(1000)
    assert interface.stats.periods == 10
    assert interface.stats.device_frames == 1000


# ---- Rendering


def test_a_million_frames_are_rendered_to_an_array() -> None:
    with hard() as interface:
        clips = [Clip(np.full(3, 1 / 64, np.float32), RATE) for _ in range(10)]
        spec = [Entry(clip, 7 * index, every=1000) for index, clip in enumerate(clips)]
        interface.schedule(spec, 0)
        interface.rolling = True
        heard = interface.render(1_000_000)
    assert heard.shape == (1_000_000, 2)
    assert heard.dtype == np.float32
    assert heard.flags.c_contiguous
    assert heard.flags.writeable
    expected = np.zeros((1000, 1000), np.float32)
    for index in range(10):
        expected[:, 7 * index : 7 * index + 3] = 1 / 64
    assert (heard[:, 0] == expected.reshape(-1)).all()


def test_rendering_in_parts_gives_the_same_bits() -> None:
    def render(parts: list[int], period: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        noise = np.random.default_rng(1).uniform(-1, 1, 5000)
        with OfflineInterface(period=period) as interface:
            interface.schedule([Entry(Clip(noise, RATE), 10, every=1234.5, gain=0.1)], 0)
            interface.schedule([Entry(Clip(noise, RATE), 10, fade_in=100)], 3333)
            interface.rolling = True
            return np.concatenate([interface.render(part) for part in parts])

    assert (render([8000], 256) == render([1, 2, 333, 4000, 3664], 37)).all()


@pytest.mark.parametrize("outputs", [0, 1, 2, 5, 64])
def test_there_are_as_many_outputs_as_were_asked_for(outputs: int) -> None:
    with hard(outputs=outputs, inputs=0) as interface:
        interface.schedule([Entry(Clip(np.ones((10, 1)), RATE), output=0)] if outputs else [], 0)
        interface.rolling = True
        assert interface.render(10).shape == (10, outputs)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "i4", ">f8", ">i2"])
def test_input_has_the_full_scale_that_clips_have(dtype: str) -> None:
    whole = {"i2": 1 << 15, "i4": 1 << 31}.get(dtype[-2:], 1)
    given = (np.array([[0.5, -1], [0.25, 0]]) * whole).astype(dtype)
    with OfflineInterface() as interface:
        interface.render(2, given)
        heard = interface.read(2).array
    assert heard.tolist() == [[0.5, -1], [0.25, 0]]
    assert (heard == Clip(given, RATE).read()).all()


@pytest.mark.parametrize("dtype", [np.complex64, np.int64, np.uint8, np.float16, bool, "U1"])
def test_input_of_another_type_is_refused(dtype: Any) -> None:
    with OfflineInterface() as interface:
        given = np.zeros((2, 2), dtype)
        with pytest.raises(TypeError, match=f"input has dtype {given.dtype}; it must be float32, "):
            interface.render(2, given)
        assert interface.stats.device_frames == 0


def test_input_comes_from_the_caller_or_a_clip() -> None:
    with OfflineInterface(inputs=1) as interface:
        interface.render(10, np.arange(10.0))
        interface.set_input_clip(constant(0.5, 5))
        interface.render(10)
        interface.set_input_clip(None)
        interface.render(10)
        chunk = interface.read(30)
    assert chunk.array[:, 0].tolist() == [*range(10)] + [0.5] * 5 + [0] * 15


def test_an_audio_clip_is_input_as_it_was_when_it_was_set() -> None:
    clip = amio.AudioClip(np.full(5, 0.25, np.float32), RATE)
    with OfflineInterface(inputs=1) as interface:
        interface.set_input_clip(clip)
        clip.array[:] = 0.75
        interface.render(10)
        assert interface.read(10).array[:, 0].tolist() == [0.25] * 5 + [0] * 5
        with pytest.raises(ValueError, match="frame rate of 44100 Hz"):
            interface.set_input_clip(amio.AudioClip(np.ones(5), 44100))


# ---- Gains, groups, tickets


def test_a_gain_changes_while_it_sounds_with_a_ramp() -> None:
    with hard(period=100) as interface:
        ticket = interface.schedule([Entry(constant(0.5)), Entry(constant(0.25))], 0)
        interface.rolling = True
        assert (interface.render(100) == 0.75).all()
        ticket.set_gain(0, 0.0, 1.0, ramp=50)
        ticket.set_gain(-1, 0.0)
        heard = interface.render(200)
    assert (heard[0:50, 0] < 0.5 + 1e-6).all()
    assert (np.diff(heard[:50, 0]) < 0).all()
    assert (heard[50:] == [0, 0.5]).all()


def test_entries_that_never_sound_have_gains_that_change_nothing() -> None:
    with hard() as interface:
        spec = [
            amio.PlayspecEntry(constant(), 5, 5, 0, 0, 1.0, 1.0),
            amio.PlayspecEntry(constant(), 0, 5, 0, 0, 1.0, 1.0),
        ]
        ticket = interface.schedule(spec, 0)
        ticket.set_gain(0, 0.5)
        ticket.set_gain(1, 0.25)
        interface.rolling = True
        assert (interface.render(5) == 0.25).all()
        with pytest.raises(IndexError, match="entry is 2; the playspec has 2"):
            ticket.set_gain(2, 1)


def give_up_a_group(interface: OfflineInterface) -> amio.Ticket:
    with contextlib.suppress(ZeroDivisionError), interface.group() as group:
        ticket = group.schedule([], 0)
        group.set_rolling(False)
        raise ZeroDivisionError
    return ticket


def test_a_group_takes_effect_at_once_or_not_at_all() -> None:
    with hard() as interface:
        with interface.group() as group:
            ticket = group.schedule([Entry(constant(0.5), 1000)], 1000, start=1000)
            group.set_gain(ticket, 0, 0.5)
            group.set_position(1000)
            group.set_rolling(True)
        assert (interface.render(10) == 0.25).all()
        assert ticket.outcome is not None
        with pytest.raises(RuntimeError):
            group.commit()
        given_up = give_up_a_group(interface)
        interface.render(10)
        assert interface.rolling
        assert given_up.outcome is not None
        assert given_up.outcome.kind is EventKind.CANCELLED
        waiting = interface.schedule([], 10**9)
        with interface.group() as group:
            group.cancel(waiting)
        interface.render(1)
        assert waiting.outcome is not None
        assert waiting.outcome.cancel_reason is amio.CancelReason.ASKED
        with pytest.raises(LookupError), interface.group() as group:
            group.cancel(waiting)


@pytest.mark.parametrize(
    ("late", "position", "kind"),
    [
        ("catch_up", 150, EventKind.APPLIED),
        ("slip", 50, EventKind.APPLIED),
        ("refuse", 200, EventKind.CANCELLED),
    ],
)
def test_what_comes_late_is_dealt_with_as_asked(
    late: amio.LatePolicy, position: int, kind: EventKind
) -> None:
    with hard(period=100) as interface:
        interface.schedule([], 0)
        interface.rolling = True
        interface.advance(200)
        ticket = interface.schedule([], 100, start=50, late=late)
        interface.advance(1)
        assert ticket.outcome is not None
        assert ticket.outcome.kind is kind
        assert interface.position == position + 1
        if kind is EventKind.APPLIED:
            assert (ticket.outcome.position, ticket.outcome.late) == (position, 100)
        else:
            assert ticket.outcome.cancel_reason is amio.CancelReason.LATE


def test_a_swap_without_a_frame_to_take_over_at_is_not_late_in_its_event_either() -> None:
    events: list[amio.Event] = []
    with OfflineInterface() as interface:
        interface.event_callback = events.append
        ticket = interface.schedule([])
        interface.advance(64)
        applied = [event for event in events if event.kind is EventKind.APPLIED]
        assert [(event.ticket, event.frames) for event in applied] == [(ticket.number, 0)]


def test_a_ticket_of_what_has_ended_cannot_be_cancelled() -> None:
    with OfflineInterface() as interface:
        ticket = interface.schedule([], 0)
        assert repr(ticket) == f"<Ticket {ticket.number}: pending>"
        interface.advance(1)
        assert repr(ticket) == f"<Ticket {ticket.number}: APPLIED>"
        cancelled = interface.schedule([], 1_000_000)
        cancelled.cancel()
        interface.advance(64)
        assert repr(cancelled) == f"<Ticket {cancelled.number}: CANCELLED>"
        assert not ticket.cancel()
        assert ticket.wait() is ticket.outcome
        assert issubclass(NoSuchTicketError, LookupError)
    assert ticket.wait() is ticket.outcome


# ---- Meters and statistics


def test_meters_show_peak_and_rms_of_both_sides() -> None:
    with hard(inputs=1) as interface:
        interface.schedule([Entry(constant(2.0, 48_000), gain=(0.25, 1.0))], 0)
        interface.rolling = True
        interface.render(24_000, np.full(24_000, 0.125))
        left, right = interface.meters()
        (microphone,) = interface.meters("inputs")
    assert (left.peak, left.clipped) == (0.5, 0)
    assert left.rms == pytest.approx(0.5, abs=0.01)
    assert right.peak == 2.0
    assert right.clipped == 24_000
    assert microphone.peak == 0.125


def test_statistics_are_a_frozen_dataclass() -> None:
    with OfflineInterface(period=64, capture_buffer=1000) as interface:
        interface.advance(640)
        interface.skip(100)
        interface.advance(64)
        stats = interface.stats
    assert dataclasses.asdict(stats)["periods"] == 11
    assert (stats.skipped_frames, stats.realtime) == (100, amio.Realtime.NOT_NEEDED)
    assert (stats.input_frames.now, stats.input_frames.capacity) == (704, 1000)
    with pytest.raises(dataclasses.FrozenInstanceError):
        stats.periods = 0  # type: ignore[misc]  # what is tried here


def test_skipped_frames_are_told_and_mark_the_input() -> None:
    events: list[amio.Event] = []
    with OfflineInterface(inputs=1) as interface:
        interface.event_callback = events.append
        interface.advance(100)
        interface.skip(50)
        interface.advance(100)
        before, after = interface.read(100), interface.read(100)
    assert not before.skipped_before
    assert after.skipped_before
    assert after.device_frame == 150
    skipped = next(event for event in events if event.kind is EventKind.SKIPPED)
    assert skipped.frames == 50
    assert "SKIPPED at frame" in str(skipped)


# ---- Streams and recorders


def test_a_streamed_clip_sounds_like_the_loaded_one(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (200_000, 2))
    Clip(noise, RATE).save(tmp_path / "a.wav")
    heard = []
    for clip in (Clip.open(tmp_path / "a.wav"), Clip.stream(tmp_path / "a.wav")):
        with OfflineInterface() as interface:
            interface.schedule([Entry(clip, 10, start=777)], 0)
            interface.rolling = True
            heard.append(interface.render(200_000))
            assert interface.stats.underruns == 0
    assert (heard[0] == heard[1]).all()


@pytest.mark.parametrize(
    "file_format",
    ["wav_f32", "wav_24", "wav_16", "flac_24", "flac_16", "wave64_f32", "wave64_16"],
)
def test_output_is_recorded_from_frame_to_frame(
    tmp_path: Path, file_format: amio.clip.FileFormat
) -> None:
    ramp = Clip(np.arange(5000, dtype=np.float32) / 8192, RATE)
    with hard() as interface:
        interface.schedule([Entry(ramp)], 0)
        interface.rolling = True
        recorder = interface.record(
            tmp_path / "a", source="output", file_format=file_format, begin=1001, end=2002
        )
        assert recorder.recording.state is RecorderState.WAITING
        interface.advance(3000)
        done = recorder.wait(5)
    assert (done.state, done.frames, done.position) == (RecorderState.ENDED, 1001, 1001)
    assert done.lost_frames == done.skipped_frames == done.clipped_samples == 0
    opened = Clip.open(tmp_path / "a").read()
    assert opened[:, 0] == pytest.approx(np.arange(1001, 2002) / 8192, abs=1 / 30_000)


def test_input_is_recorded_by_channel_and_length_and_lined_up(tmp_path: Path) -> None:
    with OfflineInterface(inputs=3, capture_latency=100, playback_latency=20) as interface:
        given = np.random.default_rng(1).uniform(-0.5, 0.5, (2000, 3)).astype(np.float32)
        interface.rolling = True
        with interface.record(
            tmp_path / "a.wav", channels=(2, 0), begin=500, frames=700
        ) as recorder:
            interface.render(2000, given)
        assert recorder.recording.frames == 700
        assert "ENDED, 700 frames" in repr(recorder)
    assert (Clip.open(tmp_path / "a.wav").read() == given[620:1320][:, [2, 0]]).all()


def test_a_latency_offset_lines_input_up(tmp_path: Path) -> None:
    with OfflineInterface(inputs=1, capture_latency=100, latency_offset=-40) as interface:
        given = np.random.default_rng(1).uniform(-0.5, 0.5, (2000, 1)).astype(np.float32)
        interface.rolling = True
        with interface.record(tmp_path / "a.wav", begin=500, frames=700):
            interface.render(2000, given)
    assert (Clip.open(tmp_path / "a.wav").read() == given[560:1260]).all()


def test_a_recorder_can_be_awaited(tmp_path: Path) -> None:
    async def main() -> amio.Recording:
        async with TimerInterface() as interface:
            recorder = interface.record(tmp_path / "a.wav", frames=3000)
            with pytest.raises(TimeoutError):
                recorder.wait(0)
            return await asyncio.wait_for(recorder.finished(), 10)

    assert asyncio.run(main()).frames == 3000
    assert len(Clip.open(tmp_path / "a.wav")) == 3000


def test_a_file_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    with OfflineInterface() as interface:
        with pytest.raises(FileNotFoundError):
            interface.record(tmp_path / "no folder" / "a.wav")
        with pytest.raises(FileError):
            interface.record(tmp_path, file_format="wav_16")
    with pytest.raises(InvalidStateError):
        interface.record(tmp_path / "a.wav")


def test_a_recording_ends_with_its_interface(tmp_path: Path) -> None:
    with OfflineInterface() as interface:
        recorder = interface.record(tmp_path / "a.wav")
        interface.advance(1234)
    assert recorder.wait(5).frames == 1234
    assert recorder.stop().state is RecorderState.ENDED


@pytest.mark.parametrize(
    ("kind", "count", "missing", "freewheeling"),
    [
        (EventKind.EVENTS_LOST, 3, 3, False),
        (EventKind.FREEWHEEL, 1, 0, True),
        (EventKind.FREEWHEEL, 0, 0, False),
        (EventKind.XRUN, 0, 0, False),
    ],
)
def test_an_event_tells_what_is_missing_and_whether_the_server_freewheels(
    kind: EventKind, count: int, missing: int, freewheeling: bool
) -> None:
    event = events._event_of(_abi.Event(kind=kind, count=count))
    assert (event.kind, event.events_missing, event.freewheeling) == (kind, missing, freewheeling)
    assert type(event.freewheeling) is bool
