"""The behaviour of AMIO 0.1.1, row by row; and its known defects, which are fixed.

Rows 10 and 16 to 22 are in test_playspec.py, test_audio_clip.py and test_fader.py; row 12, and
other tests that need a server, in test_jackd.py; row 13 in test_event_loop.py.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import amio
from amio import AudioClip, InputAudioChunk, NullInterface, OfflineInterface, PlayspecEntry
from tests import programs, servers

RATE = 48_000
PRINTED = """\
rolling True True
stopped False True
applied [True, True, True, True]
input True True
"""


def ones(frames: int, channels: int = 1) -> AudioClip:
    return AudioClip(np.ones((frames, channels), np.float32), RATE)


def entry(clip: AudioClip, at: int, every: float = 0, left: float = 1, right: float = 1) -> Any:
    return PlayspecEntry(clip, 0, len(clip), at, every, left, right)


def hard(**options: Any) -> OfflineInterface:
    """An interface without fades, so that samples can be compared."""
    return OfflineInterface(declick=0, **options)


def run_the_program(driver: str) -> str:
    program = Path(__file__).with_name("amio_program.py")
    done = programs.run(str(program), driver)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_rows_1_to_15_a_program_for_amio_runs_unchanged_on_jack(jackd: servers.Jackd) -> None:
    """AMIO 0.1.1 prints the same."""
    assert run_the_program("jack") == PRINTED


def test_row_14_a_program_for_amio_runs_unchanged_on_null() -> None:
    assert run_the_program("null") == PRINTED


# ---- Rows 1 to 5


@pytest.mark.parametrize(
    ("driver", "options", "kind"),
    [
        ("jack", {}, amio.NativeInterface),
        ("jack", {"frame_rate": 44100, "starting_time": None}, amio.NativeInterface),
        ("null", {"frame_rate": 44100}, NullInterface),
        (
            "null",
            {"frame_rate": 8000.5, "starting_time": datetime.now(timezone.utc)},
            NullInterface,
        ),
        ("dummy", {"frame_rate": 44100}, amio.DummyInterface),
    ],
)
def test_row_1_interfaces_are_made_by_the_name_of_their_driver(
    driver: str, options: dict[str, Any], kind: type
) -> None:
    interface = amio.create_io_interface(driver, **options)
    assert type(interface) is kind
    assert isinstance(interface, amio.Interface)


def test_row_1_jack_is_the_default_and_another_driver_is_not_implemented() -> None:
    assert type(amio.create_io_interface()) is amio.NativeInterface
    with pytest.raises(NotImplementedError, match="'oss'; it must be one of 'jack', 'null'"):
        amio.create_io_interface("oss")


@pytest.mark.parametrize("kind", [amio.TimerInterface, OfflineInterface])
def test_row_2_a_second_init_is_a_value_error(kind: type[amio.EngineInterface]) -> None:
    async def main() -> None:
        interface = kind()
        await interface.init("twice")
        with pytest.raises(ValueError, match="make another one"):
            await interface.init("twice")
        await interface.close()
        with pytest.raises(ValueError, match="make another one"):
            await interface.init("twice")

    asyncio.run(main())


def test_row_2_a_second_init_on_jack_is_a_value_error(jackd: servers.Jackd) -> None:
    async def main() -> None:
        interface = amio.NativeInterface()
        await interface.init("the name")
        assert interface.client_name == "the name"
        with pytest.raises(ValueError, match="make another one"):
            await interface.init("the name")
        await interface.close()

    asyncio.run(main())


def test_row_3_closed_says_whether_it_was_closed() -> None:
    """Known defects: closed before init, and never after close."""

    async def main() -> None:
        interface = amio.TimerInterface()
        assert not interface.is_closed()
        assert not interface.closed
        await interface.init("closed")
        assert not interface.closed
        await interface.close()
        after = interface.is_closed(), interface.closed
        assert after == (True, True)
        await interface.close()  # fine

    asyncio.run(main())


USES: dict[str, Callable[[amio.EngineInterface], object]] = {
    "get_frame_rate": lambda i: i.get_frame_rate(),
    "get_position": lambda i: i.get_position(),
    "set_position": lambda i: i.set_position(0),
    "is_transport_rolling": lambda i: i.is_transport_rolling(),
    "set_transport_rolling": lambda i: i.set_transport_rolling(True),
    "schedule_playspec_change": lambda i: i.schedule_playspec_change([], 0, 0, None),
}


@pytest.mark.parametrize("name", USES)
def test_row_3_a_closed_interface_and_one_not_opened_yet_cannot_be_used(name: str) -> None:
    interface = OfflineInterface()
    for why in ("not opened", "closed"):
        # AMIO's native interface raised the first, its null interface the second.
        for kind in (ValueError, AssertionError):
            with pytest.raises(kind, match=why):
                USES[name](interface)
        interface.shutdown()


@pytest.mark.parametrize(
    ("rate", "seconds", "frame"),
    [(48000, 0.99999, 47999), (44100, 1, 44100), (48000, -0.00003, -1)],
)
def test_row_4_seconds_become_frames_truncated(rate: float, seconds: float, frame: int) -> None:
    """Rows 4 and 15."""
    interface = amio.DummyInterface(frame_rate=rate)
    assert interface.get_frame_rate() == rate
    assert interface.secs_to_frame(seconds) == frame
    assert type(interface.secs_to_frame(seconds)) is int
    assert interface.frame_to_secs(frame) == frame / rate


def test_row_5_position_and_transport_are_set_and_asked_for() -> None:
    with OfflineInterface() as interface:
        assert (interface.get_position(), interface.is_transport_rolling()) == (0, False)
        interface.advance(100)
        assert interface.get_position() == 0
        interface.set_transport_rolling(True)
        interface.set_position(5000)
        assert (interface.get_position(), interface.is_transport_rolling()) == (5000, True)
        interface.advance(100)
        assert interface.get_position() == 5100
        interface.set_position(-200)
        interface.advance(100)
        assert interface.get_position() == -100
        interface.set_transport_rolling(False)
        interface.advance(1000)
        assert not interface.is_transport_rolling()


def test_positions_have_64_bits() -> None:
    """Known defects: 32-bit positions, 12.4 hours at 48 kHz."""
    far = 1 << 50
    with hard(inputs=1) as interface:
        chunks: list[InputAudioChunk] = []
        interface.input_chunk_callback = chunks.append
        told: list[bool] = []
        interface.schedule_playspec_change([entry(ones(3), far + 5)], far, far, told.append)
        interface.position = far
        interface.rolling = True
        assert np.flatnonzero(interface.render(64)[:, 0]).tolist() == [5, 6, 7]
        assert chunks[0].starting_frame == far
        assert interface.position == far + 64
        assert told == [True]


# ---- Rows 6 and 7


def test_row_6_chunks_are_audio_clips_with_stamps() -> None:
    chunks: list[InputAudioChunk] = []
    with OfflineInterface() as interface:
        assert interface.input_chunk_callback is None
        interface.input_chunk_callback = chunks.append
        assert interface.input_chunk_callback == chunks.append
        ticket = interface.schedule([], 0)
        given = np.arange(1280, dtype=np.float32).reshape(640, 2) / 4096
        interface.rolling = True
        interface.render(640, given)
        interface.input_chunk_callback = None
        interface.render(640)
    assert [len(chunk) for chunk in chunks] == [64] * 10
    assert (np.concatenate([chunk.array for chunk in chunks]) == given).all()
    chunk = chunks[3]
    assert isinstance(chunk, AudioClip)
    assert (chunk.channels, chunk.frame_rate) == (2, RATE)
    assert (chunk.starting_frame, chunk.was_transport_rolling) == (192, True)
    assert chunk.playspec_id == ticket.number
    assert chunk.wall_time.tzinfo is timezone.utc
    assert chunk.wall_time - chunks[0].wall_time == timedelta(milliseconds=4)


def test_wall_time_is_that_of_the_capture() -> None:
    """Known defects: it was the time of the poll."""
    chunks: list[InputAudioChunk] = []

    async def main() -> tuple[datetime, float]:
        interface = amio.TimerInterface()
        interface.chunk_interval = 0.2
        interface.input_chunk_callback = chunks.append
        async with interface:
            await asyncio.sleep(0.7)
            transport = interface.transport
            now, age = datetime.now(timezone.utc), time.monotonic_ns() - transport.time_ns
            at = now - timedelta(microseconds=age / 1000)
            return at, transport.device_frame

    at, device_frame = asyncio.run(main())
    for chunk in chunks:
        expected = at - timedelta(seconds=(device_frame - chunk.device_frame) / RATE)
        assert abs(chunk.wall_time - expected) < timedelta(milliseconds=30)
    # The times are regular, although each chunk came up to 0.2 s later.
    assert len(chunks) > 100


def test_row_7_chunks_come_while_stopped_too() -> None:
    chunks: list[InputAudioChunk] = []
    with OfflineInterface() as interface:
        interface.input_chunk_callback = chunks.append
        interface.position = 777
        interface.advance(640)
    assert len(chunks) == 10
    assert {(c.starting_frame, c.was_transport_rolling) for c in chunks} == {(777, False)}


def test_row_7_starting_frame_is_lowered_by_the_latency() -> None:
    chunks: list[InputAudioChunk] = []
    with OfflineInterface(capture_latency=100, playback_latency=50) as interface:
        interface.rolling = True
        interface.position = 1000
        interface.advance(1000)
        interface.input_chunk_callback = chunks.append
        interface.advance(64)
    assert [c.starting_frame for c in chunks] == [2000 - 150]


# ---- Rows 8, 9 and 11


@pytest.mark.parametrize("period", [1, 64, 256, 333, 1000])
def test_row_8_a_change_takes_over_at_its_frame_inside_a_period(period: int) -> None:
    """Known defects: periods that are no multiple of 64."""
    told: list[bool] = []
    with hard(period=period) as interface:
        interface.schedule_playspec_change([entry(ones(5000), 0, left=0.25)], 0, 0, told.append)
        interface.schedule_playspec_change([entry(ones(10), 205)], 500, 200, told.append)
        interface.rolling = True
        heard = interface.render(1000)[:, 0]
        assert interface.position == 700
    assert (heard[:500] == 0.25).all()
    assert np.flatnonzero(heard[500:] == 1).tolist() == list(range(5, 15))
    assert told == [True, True]


def test_row_8_a_change_that_is_late_starts_later() -> None:
    with hard(period=64) as interface:
        interface.schedule_playspec_change([], 0, 0, None)
        interface.rolling = True
        interface.advance(640)
        interface.schedule_playspec_change([entry(ones(1), 110)], 600, 60, None)
        heard = interface.render(64)[:, 0]
        # Frame 60 was scheduled for 600, so at 640 frame 100 sounds.
        assert np.flatnonzero(heard).tolist() == [10]
        assert interface.position == 164


def test_row_9_changes_wait_in_a_queue_first_in_first_out() -> None:
    told: list[tuple[int, bool]] = []
    with hard() as interface:
        for number in range(10):

            def callback(used: bool, number: int = number) -> None:
                told.append((number, used))

            spec = [entry(ones(1), 0, left=(1 + number) / 16)]
            interface.schedule_playspec_change(spec, 100 if number else 0, 0, callback)
        interface.rolling = True
        heard = interface.render(1000)[:, 0]
    assert told == [(number, True) for number in range(10)]
    assert (heard[::100] == np.arange(1, 11) / 16).all()


def test_row_9_the_callback_gets_false_when_superseded_or_closed() -> None:
    told: list[tuple[str, bool]] = []
    with OfflineInterface() as interface:
        for name in ("first", "second"):
            interface.schedule_playspec_change(
                [], 0, 0, partial(lambda name, used: told.append((name, used)), name)
            )
        interface.advance(1)
        assert told == [("first", False), ("second", True)]
        interface.schedule_playspec_change([], 10**9, 0, lambda used: told.append(("third", used)))
        interface.schedule_playspec_change([], 10**9, 0, None)
    assert told[2:] == [("third", False)]


def test_many_commands_are_carried_out_in_one_period() -> None:
    """Known defects: one command per period."""
    with OfflineInterface() as interface:
        interface.schedule([])
        tickets = [interface.schedule([], 0) for _ in range(500)]
        interface.set_position(100)
        interface.set_transport_rolling(True)
        interface.advance(1)
        assert interface.stats.periods == 1
        assert all(ticket.outcome for ticket in tickets[-1:])
        assert all(ticket.outcome is not None for ticket in tickets)
        assert interface.is_transport_rolling()


def test_row_11_mono_goes_to_both_sides_each_with_its_gain_and_stereo_stays() -> None:
    stereo = AudioClip(np.stack([np.full(8, 0.5), np.full(8, 0.25)], axis=1), RATE)
    with hard() as interface:
        interface.rolling = True
        interface.schedule([entry(ones(8), 0, left=0.25, right=-0.5)], 0)
        assert interface.render(8).tolist() == [[0.25, -0.5]] * 8
        interface.schedule([entry(stereo, 0, left=1, right=2)], start=0)
        assert interface.render(8).tolist() == [[0.5, 0.5]] * 8


def test_row_11_crop_repeat_clamp_and_silence_when_stopped() -> None:
    ramp = AudioClip(np.arange(10, dtype=np.float32) / 16, RATE)
    with hard(clamp=True) as interface:
        interface.schedule([PlayspecEntry(ramp, 2, 5, 3, 10, 1, 1)], 0)
        assert not interface.render(100).any()
        interface.rolling = True
        once = [0, 0, 0, 2 / 16, 3 / 16, 4 / 16, 0, 0, 0, 0]
        assert interface.render(30)[:, 0].tolist() == once * 3
        interface.schedule([entry(ones(4), 0, left=3, right=-3)], start=0)
        assert interface.render(4).tolist() == [[1, -1]] * 4
        interface.rolling = False
        assert not interface.render(100).any()


def test_a_stop_fades_out() -> None:
    """Known defects: stop cut with a click."""
    with OfflineInterface() as interface:
        interface.schedule([entry(ones(48_000), 0)], 0)
        interface.rolling = True
        assert (interface.render(1000)[500:] == 1).all()
        interface.rolling = False
        steps = np.diff(interface.render(1000)[:, 0])
    assert (steps <= 0).all()
    assert steps.min() > -0.02


def test_mixing_keeps_what_16_bits_would_lose() -> None:
    """Known defects: clips were mixed from 16 bits."""
    quiet = AudioClip(np.full(10, 1e-7, np.float32), RATE)
    with hard() as interface:
        interface.schedule([entry(quiet, 0, left=1e5)], 0)
        interface.rolling = True
        assert interface.render(1)[0, 0] == pytest.approx(0.01, rel=1e-6)


def test_a_clip_of_another_frame_rate_is_refused() -> None:
    clip = AudioClip.zeros(10, 1, 44100)
    with OfflineInterface() as interface:
        for kind in (ValueError, AssertionError):
            with pytest.raises(kind, match=r"44100 Hz; the interface's is 48000"):
                interface.schedule_playspec_change([entry(clip, 0)], 0, 0, None)


def test_row_12_immutable_clips_are_made_once_for_any_number_of_playspecs(
    jackd: servers.Jackd,
) -> None:
    with amio.NativeInterface(connect=False) as interface:
        source = ones(10, 2)
        clip = interface.generate_immutable_clip(source)
        assert (len(clip), clip.channels, clip.frame_rate) == (10, 2, RATE)
        interface.schedule_playspec_change([PlayspecEntry(clip, 0, 10, 0, 0, 1, 1)], 0, 0, None)
        with pytest.raises(AssertionError, match="44100"):
            interface.generate_immutable_clip(AudioClip.zeros(1, 1, 44100))


# ---- Rows 14 and 15


def test_row_14_null_advances_by_chunks_of_silence_in_virtual_time() -> None:
    begin = datetime(2020, 2, 29, 12, tzinfo=timezone.utc)
    interface = NullInterface(48000, begin)
    chunks: list[InputAudioChunk] = []
    interface.input_chunk_callback = chunks.append
    assert NullInterface.chunk_length == 4800
    assert interface.get_current_virtual_time() == begin
    interface.advance_single_chunk_length()
    assert interface.get_position() == 0
    interface.set_transport_rolling(True)
    interface.advance_single_chunk_length()
    assert interface.get_position() == 4800
    assert interface.get_current_virtual_time() == begin + timedelta(seconds=0.2)
    assert [c.array.shape for c in chunks] == [(4800, 2)] * 2
    assert not any(c.array.any() for c in chunks)
    assert [c.wall_time for c in chunks] == [begin, begin + timedelta(seconds=0.1)]
    assert [c.was_transport_rolling for c in chunks] == [False, True]
    asyncio.run(interface.close())
    assert interface.closed
    with pytest.raises(AssertionError):
        interface.get_position()


@pytest.mark.parametrize("rate", [0.5, 44100, 48000.25, 1e7])
def test_row_14_null_has_any_frame_rate(rate: float) -> None:
    interface = NullInterface(frame_rate=rate)
    clip = AudioClip.zeros(10, 1, rate)
    told: list[bool] = []
    interface.schedule_playspec_change([entry(clip, 0)], 0, 0, told.append)
    interface.advance_single_chunk_length()
    assert interface.get_frame_rate() == rate
    assert told == [True]
    interface.shutdown()


def test_row_14_null_calls_back_for_playspecs_and_honours_insert_at() -> None:
    """Known defects: it did neither."""
    interface = NullInterface(48000)
    told: list[tuple[str, bool, int]] = []

    def note(name: str) -> Callable[[bool], None]:
        return lambda used: told.append((name, used, interface.get_position()))

    interface.schedule_playspec_change([], 0, 0, note("now"))
    interface.schedule_playspec_change([], 6000, 100, note("later"))
    interface.set_transport_rolling(True)
    interface.advance_single_chunk_length()
    assert told == [("now", True, 4800)]
    interface.advance_single_chunk_length()
    # 1200 frames lead to frame 6000, where the playspec continues from 100.
    assert told[1:] == [("later", True, 100 + 4800 - 1200)]
    interface.shutdown()


def test_row_15_dummy_converts_time_and_nothing_else() -> None:
    interface = amio.DummyInterface(44100)
    assert interface.frame_to_secs(44100) == 1
    with pytest.raises(NotImplementedError):
        interface.get_position()


# ---- Known defects


def test_a_full_capture_queue_is_reported() -> None:
    """Known defects: it lost chunks without a report."""
    events: list[amio.Event] = []
    with OfflineInterface(capture_buffer=1000, inputs=1) as interface:
        interface.event_callback = events.append
        interface.advance(3000)
        assert interface.stats.input_lost_frames == 2000
        assert len(interface.read(1000)) == 1000
        interface.advance(10)
        chunk = interface.read(10)
        assert (chunk.device_frame, chunk.lost_before) == (3000, 2000)
    lost = [event for event in events if event.kind is amio.EventKind.INPUT_LOST]
    assert [(event.device_frame, event.frames) for event in lost] == [(3000, 2000)]


def test_there_may_be_more_than_32_interfaces_and_1024_clips() -> None:
    interfaces = [OfflineInterface() for _ in range(40)]
    for interface in interfaces:
        interface.open()
    clips = [amio.Clip(np.full(1, (k + 1) / 4096, np.float32), RATE) for k in range(2000)]
    spec = [PlayspecEntry(clip, 0, 1, k, 0, 1, 1) for k, clip in enumerate(clips)]
    for interface in interfaces[::13]:
        interface.schedule(spec, 0)
        interface.rolling = True
        assert (interface.render(2000)[:, 0] * 4096 == np.arange(1, 2001)).all()
    for interface in interfaces:
        interface.shutdown()


def test_signatures_are_those_of_amio() -> None:
    """Names and order of parameters: a program may use either."""

    def parameters(function: Callable[..., object]) -> list[str]:
        return list(inspect.signature(function).parameters)

    assert parameters(amio.create_io_interface) == ["driver", "kwargs"]
    interface = amio.NativeInterface
    change = ["self", "playspec", "insert_at", "start_from", "callback"]
    assert parameters(interface.schedule_playspec_change) == change
    assert parameters(interface.init) == ["self", "client_name"]
    assert parameters(interface.secs_to_frame) == ["self", "seconds"]
    assert parameters(interface.frame_to_secs) == ["self", "frame"]
    assert parameters(interface.set_position) == ["self", "position"]
    assert parameters(interface.set_transport_rolling) == ["self", "rolling"]
    assert parameters(interface.generate_immutable_clip) == ["self", "audio_clip"]
    assert parameters(NullInterface) == ["frame_rate", "starting_time"]
    assert parameters(amio.DummyInterface) == ["frame_rate"]
    assert inspect.iscoroutinefunction(interface.init)
    assert inspect.iscoroutinefunction(interface.close)
