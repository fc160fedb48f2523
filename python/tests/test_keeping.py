"""Objects that an interface keeps alive for its caller, and values that it keeps with chunks."""

from __future__ import annotations

from pathlib import Path

import amio


def test_a_recording_goes_on_whose_recorder_nobody_keeps(tmp_path: Path) -> None:
    with amio.OfflineInterface() as interface:
        interface.record(tmp_path / "take.wav")
        interface.advance(1000)
    assert amio.probe(tmp_path / "take.wav").frames == 1000


def test_polling_calls_callbacks_where_there_is_no_event_loop() -> None:
    told: list[bool] = []
    with amio.TimerInterface() as interface:
        first = interface.schedule([], callback=told.append)
        while not told:
            interface.read(1, timeout=5)
            interface.poll()
        assert first.outcome


def test_chunks_tell_the_latencies_that_their_frames_account_for() -> None:
    with amio.OfflineInterface(capture_latency=10, playback_latency=20) as interface:
        interface.advance(256)
        chunk = interface.read(256)
    assert (chunk.capture_latency, chunk.playback_latency) == (10, 20)
