"""Pictures of clips and arrangements, with matplotlib (the extra ``plot``).

Each function draws on the axes that it is given, or on those of a new figure, and returns them;
showing and saving are matplotlib's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ._waveform import COLUMNS, axes_of, draw_waveform
from .playspec import AnyClip, Entry, PlayspecEntry

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The repeats that are drawn of an entry without end, if nothing else limits the drawing.
_REPEATS_SHOWN = 8
_BAR_HEIGHT = 0.8


def plot_clip(clip: AnyClip, ax: Axes | None = None) -> Axes:
    """Draws the waveform of a clip, its channels below each other, over seconds.

    A long clip is drawn as the band between its least and its greatest samples, so that no peak is
    lost, and an hour is as quick to draw as it is to read.

    Args:
        clip: an :class:`~amio.AudioClip`, or a :class:`~amio.Clip`, also a streamed one, which is
            read once.
        ax: where to draw; ``None``: on a new figure.

    Returns:
        The axes. One band (or line, of fewer than 4000 frames) per channel.

    Raises:
        ImportError: matplotlib is not installed.
    """
    return draw_waveform(clip, ax)


def plot_arrangement(
    playspec: Iterable[PlayspecEntry | Entry],
    frame_rate: float,
    ax: Axes | None = None,
    until: int | None = None,
) -> Axes:
    """Draws the entries of a playspec on a timeline in seconds, a lane for each, the first on top.

    Args:
        playspec: the entries.
        frame_rate: frames per second of the timeline.
        ax: where to draw; ``None``: on a new figure.
        until: the timeline frame at which the picture ends; ``None``: where the last sound ends,
            if each entry that repeats without end does so eight times.

    Returns:
        The axes. Each lane is one collection with a bar for each repeat that sounds before the end;
        repeats that are too close to be told apart share a bar.

    Raises:
        ImportError: matplotlib is not installed.
        ContractError: a value of an entry is not allowed.
        ValueError: ``frame_rate`` is not above 0.
    """
    if not frame_rate > 0:
        raise ValueError(f"frame_rate is {frame_rate}; it must be above 0")
    lanes = [_Lane(entry) for entry in playspec]
    ax = axes_of(ax, (10.0, 1.0 + 0.5 * max(len(lanes), 1)))
    begin = min((lane.begin for lane in lanes), default=0)
    end = max((lane.end for lane in lanes), default=0) if until is None else until
    for height, lane in enumerate(lanes):
        bars = lane.bars(begin, end, (end - begin) / COLUMNS)
        ax.broken_barh(
            [(first / frame_rate, (last - first) / frame_rate) for first, last in bars],
            (height - _BAR_HEIGHT / 2, _BAR_HEIGHT),
            facecolor=f"C{height % 10}",
            edgecolor="black",
            linewidth=0.5,
            alpha=0.7,
        )
    labels = [f"{height}: {lane.label(frame_rate)}" for height, lane in enumerate(lanes)]
    ax.set_yticks(range(len(lanes)), labels)
    ax.set_ylim(max(len(lanes), 1) - 0.5, -0.5)
    ax.set_xlim(begin / frame_rate, max(end, begin + 1) / frame_rate)
    ax.set_xlabel("seconds")
    return ax


class _Lane:
    """An entry, and where it sounds."""

    def __init__(self, entry: PlayspecEntry | Entry) -> None:
        self.entry = _entry_of(entry)
        self.repeats_before = isinstance(entry, PlayspecEntry) and self.entry.every is not None

    @property
    def begin(self) -> int:
        """The timeline frame at which the picture begins if this lane is the only one."""
        return min(self.entry.at, 0) if self.repeats_before else self.entry.at

    @property
    def end(self) -> int:
        """The timeline frame at which it ends in that case."""
        entry = self.entry
        endless = entry.every is not None and entry.times is None
        times = _REPEATS_SHOWN if endless else entry.times or 1
        return entry.frame_of(times - 1) + len(entry)

    def bars(self, begin: int, end: int, narrowest: float) -> list[tuple[int, int]]:
        """The first timeline frame and the end of each bar between two frames."""
        entry = self.entry
        repeats = self._repeats(begin, end)
        if len(repeats) > 1 and entry.interval < narrowest:
            bars = [(entry.frame_of(repeats[0]), entry.frame_of(repeats[-1]) + len(entry))]
        else:
            bars = [(first := entry.frame_of(k), first + len(entry)) for k in repeats]
        cut = ((max(first, begin), min(last, end)) for first, last in bars)
        return [(first, last) for first, last in cut if first < last]

    def _repeats(self, begin: int, end: int) -> range:
        """The numbers of the repeats that may sound between two frames."""
        interval = self.entry.interval
        if not interval:
            return range(1)
        first = math.floor((begin - len(self.entry) - self.entry.at) / interval)
        last = math.ceil((end - self.entry.at) / interval)
        if not self.repeats_before:
            first = max(first, 0)
        if self.entry.times is not None:
            last = min(last, self.entry.times - 1)
        return range(first, max(last + 1, first))

    def label(self, frame_rate: float) -> str:
        """How long, how often and how loud."""
        parts = [f"{len(self.entry) / frame_rate:.3g} s"]
        if self.entry.interval:
            parts.append(f"every {float(self.entry.interval) / frame_rate:.3g} s")
        left, right = self.entry.gains
        if (left, right) != (1, 1):
            parts.append(f"x {left:g}" if left == right else f"x {left:g} / {right:g}")
        return ", ".join(parts)


def _entry_of(entry: PlayspecEntry | Entry) -> Entry:
    """An entry of AMIO's is cut to what its clip has, as it is when it is scheduled."""
    if isinstance(entry, Entry):
        return entry
    begin = min(max(entry.frame_a, 0), len(entry.clip))
    return Entry(
        entry.clip,
        entry.play_at_frame + begin - entry.frame_a,
        start=begin,
        end=max(begin, min(entry.frame_b, len(entry.clip))),
        every=entry.repeat_interval or None,
        gain=(entry.gain_l, entry.gain_r),
    )
