"""Plots: the shapes and their places (row 21 for ``AudioClip.plot``)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot

from amio.audio_clip import AudioClip
from amio.clip import Clip
from amio.errors import ContractError
from amio.playspec import Entry, PlayspecEntry
from amio.plot import plot_arrangement, plot_clip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATE = 1000
CLIP = AudioClip.zeros(500, 1, RATE)


@pytest.fixture(autouse=True)
def without_a_window() -> Iterator[None]:
    """Draws in memory, and closes the figures afterwards."""
    mpl.use("Agg")
    yield
    pyplot.close("all")


def bars_of(ax: Axes) -> list[list[tuple[float, float]]]:
    """Begin and end of each bar in each lane, in seconds."""
    return [
        [
            (round(float(path.get_extents().x0), 9), round(float(path.get_extents().x1), 9))
            for path in lane.get_paths()
        ]
        for lane in ax.collections
    ]


def band_of(ax: Axes, channel: int) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of the shape of a channel of a long clip."""
    box = ax.collections[channel].get_paths()[0].get_extents()
    return float(box.x0), float(box.x1), float(box.y0), float(box.y1)


# ---- Clips


def test_a_short_clip_is_a_line_through_its_samples() -> None:
    ax = plot_clip(AudioClip(np.array([0.0, 0.5, -1.0]), 2))
    (line,) = ax.lines
    assert np.asarray(line.get_xdata()).tolist() == [0.0, 0.5, 1.0]
    assert np.asarray(line.get_ydata()).tolist() == [0.0, 0.5, -1.0]
    assert ax.get_xlim() == (0.0, 1.5)
    assert ax.get_xlabel() == "seconds"


def test_channels_are_drawn_below_each_other() -> None:
    ax = plot_clip(AudioClip(np.array([[0.25, 0.5], [0.25, 0.5]]), RATE))
    assert [float(np.asarray(line.get_ydata())[0]) for line in ax.lines] == [0.25, 0.5 - 2.2]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["channel 0", "channel 1"]
    assert ax.get_ylim() == pytest.approx((-2.2 - 1.05, 1.05))


@pytest.mark.parametrize("native", [False, True])
def test_a_long_clip_is_a_band_that_loses_no_peak(native: bool) -> None:
    array = np.zeros((1_000_003, 2), np.float32)
    array[765_432] = 0.75, -0.5
    clip = Clip(array, 48000, copy=True) if native else AudioClip(array, 48000)
    ax = plot_clip(clip)
    assert len(ax.collections) == 2
    assert band_of(ax, 0) == pytest.approx((0.0, 1_000_003 / 48000, 0.0, 0.75))
    assert band_of(ax, 1) == pytest.approx((0.0, 1_000_003 / 48000, -0.5 - 2.2, -2.2))
    vertices = ax.collections[0].get_paths()[0].vertices
    at_peak = [x for x, y in np.asarray(vertices) if y == 0.75]
    assert min(at_peak) <= 765_432 / 48000 <= max(at_peak)
    assert max(at_peak) - min(at_peak) == pytest.approx(1_000_003 / 48000 / 2000, rel=0.01)


@pytest.mark.parametrize("frame", [0, 4, 7, 7996, 7999])
def test_a_column_of_a_long_clip_shows_its_own_frames_alone(frame: int) -> None:
    array = np.zeros(8000)
    array[frame] = 1.0
    ax = plot_clip(AudioClip(array, 1))
    at_peak = [x for x, y in np.asarray(ax.collections[0].get_paths()[0].vertices) if y == 1.0]
    assert (min(at_peak), max(at_peak)) == (frame // 4 * 4, frame // 4 * 4 + 4)


@pytest.mark.parametrize("frames", [0, 1, 3999, 4000, 4001])
def test_a_clip_of_any_length_is_drawn(frames: int) -> None:
    ax = plot_clip(AudioClip(np.full((frames, 1), 0.5), RATE))
    assert (len(ax.lines), len(ax.collections)) == ((1, 0) if frames < 4000 else (0, 1))
    assert ax.get_xlim() == (0.0, max(frames, 1) / RATE)


def test_a_clip_is_drawn_on_the_axes_that_are_given() -> None:
    _, given = pyplot.subplots()
    assert plot_clip(CLIP, given) is given
    assert plot_clip(CLIP, ax=None) is not given
    assert len(given.lines) == 1


def test_plot_shows_the_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 21: AudioClip.plot."""
    shown: list[Any] = []
    monkeypatch.setattr(pyplot, "show", lambda: shown.append(pyplot.gcf()))
    AudioClip(np.zeros((10 * RATE, 2)), RATE).plot()
    (figure,) = shown
    assert len(figure.axes[0].collections) == 2
    assert figure.get_figwidth() == 10


@pytest.mark.parametrize(("seconds", "inches"), [(0, 4), (3600, 40)])
def test_the_window_has_a_sensible_width(
    monkeypatch: pytest.MonkeyPatch, seconds: int, inches: int
) -> None:
    """Row 21: AudioClip.plot of an empty clip and of an hour."""
    monkeypatch.setattr(pyplot, "show", lambda: None)
    AudioClip.zeros(seconds * RATE, 1, RATE).plot()
    assert pyplot.gcf().get_figwidth() == inches


@pytest.mark.parametrize(
    "draw", [lambda: plot_clip(CLIP), lambda: plot_arrangement([], RATE), CLIP.plot]
)
def test_without_matplotlib_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, draw: Any
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install amio\[plot\]"):
        draw()


# ---- Arrangements


def test_each_entry_has_a_lane_with_a_bar_where_it_sounds() -> None:
    ax = plot_arrangement([Entry(CLIP, 1000), Entry(CLIP, -250, start=100, end=200)], RATE)
    assert bars_of(ax) == [[(1.0, 1.5)], [(-0.25, -0.15)]]
    heights = [lane.get_paths()[0].get_extents() for lane in ax.collections]
    assert [(box.y0, box.y1) for box in heights] == [(-0.4, 0.4), (0.6, 1.4)]
    assert ax.get_xlim() == (-0.25, 1.5)
    assert ax.get_ylim() == (1.5, -0.5)


def test_an_entry_that_repeats_has_a_bar_for_each_repeat() -> None:
    ax = plot_arrangement([Entry(CLIP, 100, every=Fraction(2001, 2), times=3)], RATE)
    assert bars_of(ax) == [[(0.1, 0.6), (1.101, 1.601), (2.101, 2.601)]]
    assert ax.get_xlim() == (0.1, 2.601)


def test_an_entry_without_end_is_shown_eight_times_if_nothing_else_is_said() -> None:
    ax = plot_arrangement([Entry(CLIP, every=1000)], RATE)
    assert bars_of(ax) == [[(float(k), k + 0.5) for k in range(8)]]


def test_an_entry_without_end_is_shown_as_long_as_the_others() -> None:
    ax = plot_arrangement([Entry(CLIP, every=1000), Entry(CLIP, 20_000)], RATE)
    assert bars_of(ax) == [
        [(float(k), k + 0.5) for k in range(20)] + [(20.0, 20.5)],
        [(20.0, 20.5)],
    ]


def test_nothing_is_drawn_from_until_on() -> None:
    entries = [Entry(CLIP, every=1000), Entry(CLIP, 2000), Entry(CLIP, 2500)]
    ax = plot_arrangement(entries, RATE, until=2250)
    assert bars_of(ax) == [[(0.0, 0.5), (1.0, 1.5), (2.0, 2.25)], [(2.0, 2.25)], []]
    assert ax.get_xlim() == (0.0, 2.25)


def test_an_entry_of_amio_repeats_before_its_place_as_well() -> None:
    entries = [PlayspecEntry(CLIP, 0, 500, 2250, 1000, 1.0, 1.0)]
    ax = plot_arrangement(entries, RATE, until=3000)
    assert bars_of(ax) == [[(0.25, 0.75), (1.25, 1.75), (2.25, 2.75)]]
    entries = [PlayspecEntry(CLIP, 0, 500, 2750, 1000, 1.0, 1.0)]
    ax = plot_arrangement(entries, RATE, until=2000)
    assert bars_of(ax) == [[(0.0, 0.25), (0.75, 1.25), (1.75, 2.0)]]


def test_an_entry_of_amio_is_cut_to_what_its_clip_has() -> None:
    entry = PlayspecEntry(CLIP, -100, 900, 1000, 0, 1.0, 1.0)
    assert bars_of(plot_arrangement([entry], RATE)) == [[(1.1, 1.6)]]


def test_a_trimmed_entry_is_drawn_as_it_is_now() -> None:
    entry = PlayspecEntry(CLIP, 0, 500, 1000, 0, 1.0, 1.0)
    entry.start, entry.end = 1100, 1300
    assert bars_of(plot_arrangement([entry], RATE)) == [[(1.1, 1.3)]]
    entry.end = 0
    assert bars_of(plot_arrangement([entry], RATE)) == [[]]


def test_repeats_that_cannot_be_told_apart_share_a_bar() -> None:
    short = AudioClip.zeros(1, 1, RATE)
    ax = plot_arrangement([Entry(short, every=2), Entry(CLIP, 3_600_000)], RATE)
    assert bars_of(ax)[0] == [(0.0, 3600.5)]


def test_lanes_say_how_long_how_often_and_how_loud() -> None:
    entries: list[PlayspecEntry | Entry] = [
        Entry(CLIP),
        Entry(CLIP, every=2000, gain=0.5),
        PlayspecEntry(CLIP, 0, 250, 0, 0, 1.0, 0.0),
    ]
    ax = plot_arrangement(entries, RATE)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "0: 0.5 s",
        "1: 0.5 s, every 2 s, x 0.5",
        "2: 0.25 s, x 1 / 0",
    ]


def test_an_arrangement_of_nothing_is_an_empty_picture() -> None:
    ax = plot_arrangement([], RATE)
    assert bars_of(ax) == []
    assert ax.get_xlim() == (0.0, 0.001)


def test_an_arrangement_is_drawn_on_the_axes_that_are_given() -> None:
    _, given = pyplot.subplots()
    assert plot_arrangement([Entry(CLIP)], RATE, given) is given
    assert bars_of(given) == [[(0.0, 0.5)]]


def test_an_arrangement_refuses_what_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="frame_rate is 0; it must be above 0"):
        plot_arrangement([], 0)
    with pytest.raises(ContractError, match="repeat interval is -5; it must be 0"):
        plot_arrangement([PlayspecEntry(CLIP, 0, 1, 0, -5, 1.0, 1.0)], RATE)
