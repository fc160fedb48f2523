"""Pictures of clips and arrangements, with matplotlib (the extra ``plot``).

Each function draws on the axes that it is given, or on those of a new figure, and returns them;
showing and saving are matplotlib's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .audio_clip import AudioClip
from .playspec import AnyClip, Entry, PlayspecEntry

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Columns of a waveform: more than a screen can show.
_COLUMNS = 2000
#: Frames that are read of a clip at a time.
_BLOCK_FRAMES = 1 << 18
#: From the middle of one channel to that of the next, each from -1 to 1.
_CHANNEL_DISTANCE = 2.2
#: Repeats of an entry without end, where nothing else says how far to draw.
_REPEATS_SHOWN = 8
_BAR_HEIGHT = 0.8
_LEAST_INCHES, _GREATEST_INCHES = 4, 40


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
    ax = _axes(ax, (10.0, 1.5 + 1.5 * clip.channels))
    offsets = -_CHANNEL_DISTANCE * np.arange(clip.channels)
    if len(clip) < 2 * _COLUMNS:
        seconds = np.arange(len(clip)) / clip.frame_rate
        for channel, samples in enumerate(_samples(clip, 0, len(clip)).T):
            ax.plot(seconds, samples + offsets[channel], color=f"C{channel}", linewidth=1)
    else:
        edges = np.linspace(0, len(clip), _COLUMNS + 1).astype(np.int64)
        low, high = _envelope(clip, edges)
        seconds = edges / clip.frame_rate
        for channel, offset in enumerate(offsets):
            ax.fill_between(
                seconds,
                np.append(low[:, channel], low[-1, channel]) + offset,
                np.append(high[:, channel], high[-1, channel]) + offset,
                step="post",
                color=f"C{channel}",
                linewidth=0.3,
            )
    ax.set_xlim(0, max(len(clip), 1) / clip.frame_rate)
    ax.set_ylim(offsets[-1] - 1.05, 1.05)
    ax.set_xlabel("seconds")
    if clip.channels > 1:
        ax.set_yticks(offsets, [f"channel {channel}" for channel in range(clip.channels)])
    return ax


def show_clip(clip: AnyClip) -> None:
    """Shows a clip in a window, about an inch for each second, and waits until it is closed."""
    pyplot = _pyplot()
    width = min(max(len(clip) / clip.frame_rate, _LEAST_INCHES), _GREATEST_INCHES)
    _, ax = pyplot.subplots(figsize=(width, 1.5 + 2.5 * clip.channels), layout="constrained")
    plot_clip(clip, ax)
    pyplot.show()


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
        The axes. Each lane is one collection with a bar for each repeat; repeats that are too close
        to be told apart share a bar.

    Raises:
        ImportError: matplotlib is not installed.
        ContractError: a value of an entry is not allowed.
        ValueError: ``frame_rate`` is not above 0.
    """
    if not frame_rate > 0:
        raise ValueError(f"frame_rate is {frame_rate}; it must be above 0")
    entries = [Entry.of(entry) for entry in playspec]
    ax = _axes(ax, (10.0, 1.0 + 0.5 * max(len(entries), 1)))
    begin = min((entry.at for entry in entries), default=0)
    end = max((_shown_end(entry) for entry in entries), default=0) if until is None else until
    for lane, entry in enumerate(entries):
        bars = [
            (first / frame_rate, (min(last, end) - first) / frame_rate)
            for first, last in _bars(entry, end, (end - begin) / _COLUMNS)
        ]
        ax.broken_barh(
            bars,
            (lane - _BAR_HEIGHT / 2, _BAR_HEIGHT),
            facecolor=f"C{lane % 10}",
            edgecolor="black",
            linewidth=0.5,
            alpha=0.7,
        )
    ax.set_yticks(range(len(entries)), [_label(entry) for entry in entries])
    ax.set_ylim(max(len(entries), 1) - 0.5, -0.5)
    ax.set_xlim(begin / frame_rate, max(end, begin + 1) / frame_rate)
    ax.set_xlabel("seconds")
    return ax


def _shown_end(entry: Entry) -> int:
    """The timeline frame at which the last of the repeats that are shown ends."""
    endless = entry.every is not None and entry.times is None
    times = _REPEATS_SHOWN if endless else entry.times or 1
    return entry.frame_of(times - 1) + len(entry)


def _bars(entry: Entry, end: int, narrowest: float) -> Iterator[tuple[int, int]]:
    """First frame and end of each bar of a lane that begins before ``end``."""
    if entry.at >= end or len(entry) == 0:
        return
    times = 1
    if entry.interval:
        times = int((end - entry.at) / entry.interval) + 2
        times = times if entry.times is None else min(times, entry.times)
    if times > 1 and entry.interval < narrowest:
        yield entry.at, entry.frame_of(times - 1) + len(entry)
        return
    for repeat in range(times):
        first = entry.frame_of(repeat)
        if first < end:
            yield first, first + len(entry)


def _label(entry: Entry) -> str:
    left, right = entry.gains
    gain = (
        "" if left == right == 1 else f" x {left:g}" if left == right else f" x {left:g}/{right:g}"
    )
    return f"{len(entry)} frames{gain}"


def _envelope(
    clip: AnyClip, edges: NDArray[np.int64]
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Least and greatest samples between each edge and the next, shape ``(columns, channels)``."""
    low, high = [], []
    per_block = max(int(_BLOCK_FRAMES * (len(edges) - 1) / edges[-1]), 1)
    for first in range(0, len(edges) - 1, per_block):
        block_edges = edges[first : first + per_block + 1]
        samples = _samples(clip, int(block_edges[0]), int(block_edges[-1]))
        starts = block_edges[:-1] - block_edges[0]
        low.append(np.minimum.reduceat(samples, starts, axis=0))
        high.append(np.maximum.reduceat(samples, starts, axis=0))
    return np.concatenate(low), np.concatenate(high)


def _samples(clip: AnyClip, begin: int, end: int) -> NDArray[np.floating[Any]]:
    if isinstance(clip, AudioClip):
        return clip.array[begin:end]
    return clip.read(begin, end - begin)


def _axes(ax: Axes | None, inches: tuple[float, float]) -> Axes:
    if ax is not None:
        return ax
    axes: Axes = _pyplot().subplots(figsize=inches, layout="constrained")[1]
    return axes


def _pyplot() -> Any:
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError("plots need matplotlib: pip install amio[plot]") from None
    return pyplot
