"""Runs the programs in examples/ as a user does, and checks their output and files."""

from __future__ import annotations

import csv
import dataclasses
import importlib.util
import os
import re
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import amio
from tests.servers import RATE, Jackd

EXAMPLES = Path(__file__).parents[1] / "examples"


def load(name: str) -> ModuleType:
    """Imports an example as a module, to test its functions."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look up their module in sys.modules.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def start(name: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Starts an example in a folder, with the package under test."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-u", str(EXAMPLES / f"{name}.py"), *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(amio.__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(name: str, folder: Path, *arguments: str) -> str:
    """Runs an example, which must succeed; returns what it prints."""
    with start(name, folder, *arguments) as process:
        printed, said = process.communicate(timeout=60)
    # jack_connect, which some examples run, prints this if the user may not lock memory.
    complaints = [line for line in said.splitlines() if not line.startswith("Cannot lock down ")]
    assert (process.returncode, complaints) == (0, [])
    return printed


def numbers_after(words: str, printed: str) -> list[int]:
    return [int(number) for number in re.findall(re.escape(words) + r" (-?\d+)", printed)]


def left_of(path: Path) -> NDArray[np.float32]:
    """The left channel of a file."""
    left: NDArray[np.float32] = amio.Clip.open(path).read()[:, 0]
    return left


def add(samples: NDArray[np.floating[Any]], at: int, part: NDArray[np.floating[Any]]) -> None:
    samples[at : at + len(part)] += part


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def noise() -> NDArray[np.float32]:
    seed = load("play_and_record").SEED
    return np.random.default_rng(seed).uniform(-0.5, 0.5, RATE // 10).astype(np.float32)


def test_what_play_and_record_plays_is_in_its_file_a_period_later(tmp_path: Path) -> None:
    printed = run("play_and_record", tmp_path, "take.wav", "--driver", "offline")
    assert numbers_after("device frame", printed) == [24_000]
    assert numbers_after("recorded at frame", printed) == [24_256]
    assert numbers_after("the round trip takes", printed) == [256]
    expected = np.zeros(57_600, np.float32)
    add(expected, 24_256, noise())
    assert np.array_equal(left_of(tmp_path / "take.wav"), expected)


@pytest.mark.jackd(period=128)
def test_the_round_trip_through_jacks_loopback_is_one_period(jackd: Jackd, tmp_path: Path) -> None:
    through = ["--through", "loopback:playback_1", "loopback:capture_1"]
    printed = run("play_and_record", tmp_path, "take.wav", *through)
    assert numbers_after("the round trip takes", printed) == [jackd.period]
    [latency] = numbers_after("reported add up to", printed)
    assert numbers_after("recorded at frame", printed) == [24_000 + jackd.period - latency]
    # The file begins before, between or after the moments when the two latencies become known.
    at, likeness = load("play_and_record").find(noise(), left_of(tmp_path / "take.wav"))
    known = {0, jackd.period, 2 * jackd.period, latency}
    assert 24_000 + jackd.period - at in known
    assert likeness > 0.5


def test_play_and_record_says_that_a_timer_hears_nothing(tmp_path: Path) -> None:
    printed = run("play_and_record", tmp_path, "take.wav", "--driver", "timer")
    assert printed.endswith("nothing of it came back\n")
    assert not left_of(tmp_path / "take.wav").any()


def test_each_stimulus_is_heard_at_its_planned_frame_and_nothing_else_is(tmp_path: Path) -> None:
    run("experiment", tmp_path, "--driver", "offline", "session.csv", "--output", "heard.wav")
    example, heard = load("experiment"), left_of(tmp_path / "heard.wav")
    rows = rows_of(tmp_path / "session.csv")
    assert len(rows) == 100
    assert {row["stimulus"] for row in rows} == set(example.STIMULI)
    expected = np.zeros(len(heard))
    for row in rows:
        tone = example.tone(example.STIMULI[row["stimulus"]], RATE)
        add(expected, int(row["planned_frame"]), float(row["gain"]) * tone)
    np.testing.assert_allclose(heard, expected, rtol=1e-6, atol=1e-9)


def test_each_response_is_found_at_its_frame(tmp_path: Path) -> None:
    run("experiment", tmp_path, "--driver", "offline", "--seed", "7", "session.csv")
    example, rows = load("experiment"), rows_of(tmp_path / "session.csv")
    claps = np.flatnonzero(example.simulated(example.plan(100, 1.0, RATE, 7), RATE, 7) == 1)
    found = [int(row["response_frame"]) for row in rows if row["response_frame"]]
    assert 80 < len(found) < 100
    assert found == claps.tolist()
    for row in rows:
        assert row["valid"] == "1"
        assert row["device_frame"] == row["planned_frame"]
        assert float(row["onset_s"]) == int(row["planned_frame"]) / RATE
        if row["response_frame"]:
            reaction = int(row["response_frame"]) - int(row["planned_frame"])
            assert int(row["reaction_frames"]) == reaction
            assert float(row["reaction_ms"]) == 1000 * reaction / RATE


def test_the_seed_decides_the_session() -> None:
    plan = load("experiment").plan
    assert plan(100, 1.0, RATE, 1) == plan(100, 1.0, RATE, 1)
    assert plan(100, 1.0, RATE, 1) != plan(100, 1.0, RATE, 2)
    frames = [trial.frame for trial in plan(100, 1.0, RATE, 1)]
    assert len(set(np.diff(frames))) > 90
    assert np.diff(frames).min() >= 0.75 * RATE - 1
    assert np.diff(frames).max() <= 1.25 * RATE + 1


def skip_of(frames: int, position: int, device_frame: int) -> amio.Event:
    nothing = {field.name: 0 for field in dataclasses.fields(amio.Event)}
    given = {"position": position, "device_frame": device_frame, "frames": frames}
    values: dict[str, Any] = nothing | given
    return amio.Event(**values | {"kind": amio.EventKind.SKIPPED, "message": ""})


def test_trials_with_lost_input_or_skipped_frames_are_not_valid() -> None:
    example = load("experiment")
    trials = [example.Trial("low", 1000 * n, 1000 * (n + 1), 1.0) for n in range(4)]
    take = np.zeros(4000, np.float32)
    take[1500] = np.nan
    take[[300, 1300, 3700]] = 0.5
    events = [skip_of(50, position=0, device_frame=50), skip_of(400, 2400, 2900)]
    began = amio.Outcome(amio.EventKind.APPLIED, 0, 100, 0, 0, amio.CancelReason.NONE)
    rows = list(example.rows(trials, began, events, take, RATE))
    assert [row["valid"] for row in rows] == [1, 0, 0, 1]
    assert [row["device_frame"] for row in rows] == [100, 1100, 2100, 3500]
    assert [row["response_frame"] for row in rows] == [300, "", "", 3700]
    assert [row["reaction_frames"] for row in rows] == [300, "", "", 700]


def test_a_session_in_real_time_keeps_the_intervals(tmp_path: Path) -> None:
    arguments = ["--driver", "timer", "--trials", "4", "--interval", "0.2"]
    run("experiment", tmp_path, "session.csv", *arguments)
    rows = rows_of(tmp_path / "session.csv")
    assert [row["response_frame"] for row in rows] == [""] * 4
    valid = [row for row in rows if row["valid"] == "1"]
    for row in valid:
        ahead = int(row["device_frame"]) - int(row["planned_frame"])
        assert round(float(row["onset_s"]) * RATE) >= int(row["planned_frame"])
        assert ahead >= 0


@pytest.mark.parametrize("bpm", ["240", "340/3"])
def test_the_loopers_layers_and_clicks_are_at_exact_frames(tmp_path: Path, bpm: str) -> None:
    arguments = ["--bpm", bpm, "--layers", "2", "--passes", "5", "--output", "jam.wav"]
    printed = run("looper", tmp_path, "--driver", "offline", *arguments)
    example, beat = load("looper"), 60 * RATE / Fraction(bpm)
    loop = round(4 * beat)
    begun = numbers_after("device frame", printed)
    assert np.diff(begun).tolist() == [loop] * 5
    assert printed.endswith("\n2 layers\n")

    expected = np.zeros(5 * loop)
    for number in range(5):
        for n in range(4):
            click = number * loop + int(n * beat + Fraction(1, 2))
            add(expected, click, example.CLICK)
        for layer in range(min(2, max(number - 1, 0))):
            at = number * loop + layer * (loop // 5)
            add(expected, at, example.LAYER_GAIN * example.note(layer, RATE))
    heard = left_of(tmp_path / "jam.wav")
    np.testing.assert_allclose(heard[: len(expected)], expected, atol=1e-6)
    assert not heard[len(expected) :].any()


def test_the_loopers_passes_follow_each_other_in_real_time(tmp_path: Path) -> None:
    arguments = ["--bpm", "480", "--layers", "1", "--passes", "3"]
    printed = run("looper", tmp_path, "--driver", "timer", *arguments)
    begun = numbers_after("device frame", printed)
    assert len(begun) == 4
    # On a busy machine the timer skips frames, and a pass is longer by these; never shorter.
    assert np.diff(begun).min() >= 24_000
    assert printed.endswith("\n1 layers\n")


@pytest.fixture
def backing(tmp_path: Path) -> Path:
    """Two seconds of noise in stereo, at another rate than the interfaces'."""
    path = tmp_path / "backing.wav"
    samples = np.random.default_rng(3).uniform(-0.5, 0.5, (88_200, 2))
    amio.Clip(samples, 44_100).save(path)
    return path


def test_a_take_is_in_the_mix_at_the_frame_at_which_it_was_recorded(
    tmp_path: Path, backing: Path
) -> None:
    punched = ["--punch-in", "0.5", "--punch-out", "1.25", "--gain", "-6"]
    files = ["backing.wav", "take.wav", "mix.wav"]
    printed = run("overdub", tmp_path, *files, "--driver", "offline", *punched)
    assert "the take is 36000 frames from frame 24000\n0 lost, 0 skipped\n" in printed
    take = left_of(tmp_path / "take.wav")
    tone = 0.25 * np.cos(2 * np.pi * 440 * np.arange(24_000, 60_000) / RATE)
    np.testing.assert_allclose(take, tone, atol=1e-6)
    expected = amio.Clip.open(backing, RATE).read()[:, 0].copy()
    add(expected, 24_000, np.float32(amio.dB_to_factor(-6)) * take)
    np.testing.assert_allclose(left_of(tmp_path / "mix.wav"), expected, atol=1e-6)


def test_the_mix_is_drawn_where_matplotlib_is_installed(tmp_path: Path, backing: Path) -> None:
    arguments = ["take.flac", "mix.flac", "--driver", "offline", "--punch-out", "0.1"]
    printed = run("overdub", tmp_path, str(backing), *arguments)
    drawn = importlib.util.find_spec("matplotlib") is not None
    assert (tmp_path / "mix.png").exists() == drawn
    assert ("drawn: mix.png" in printed) == drawn


def test_a_take_in_real_time_is_as_long_as_it_is_to_be(tmp_path: Path, backing: Path) -> None:
    punched = ["--punch-in", "0.25", "--punch-out", "0.5"]
    files = [str(backing), "take.wav", "mix.wav"]
    printed = run("overdub", tmp_path, *files, "--driver", "timer", *punched)
    [frames], [position] = numbers_after("take is", printed), numbers_after("from frame", printed)
    [skipped] = numbers_after("lost,", printed)
    assert (frames - skipped, position) == (12_000, 12_000)


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("experiment", ["session.csv"], {0, 1}),
        ("looper", [], {1}),
        ("overdub", ["backing.wav", "take.wav", "mix.wav"], {1}),
    ],
)
def test_ctrl_c_ends_it_in_good_order(
    tmp_path: Path, backing: Path, name: str, arguments: list[str], code: set[int]
) -> None:
    with start(name, tmp_path, *arguments, "--driver", "timer") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        printed, complaints = process.communicate(timeout=20)
    assert process.returncode in code
    assert "stopped" in printed + complaints
    assert "Traceback" not in complaints


def test_what_is_wrong_is_said_in_a_line(tmp_path: Path) -> None:
    files = ["nowhere.wav", "take.wav", "mix.wav"]
    with start("overdub", tmp_path, *files, "--driver", "offline") as process:
        complaints = process.communicate(timeout=20)[1]
    assert process.returncode == 1
    assert "nowhere.wav" in complaints
    assert len(complaints.splitlines()) == 1
