"""The picture of a clip: its waveform, with matplotlib (the extra ``plot``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._typing import Audio

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Columns of a waveform: more than a screen can show.
COLUMNS = 2000
#: Frames that are read of a clip at a time.
_BLOCK_FRAMES = 1 << 18
#: From the middle of one channel to that of the next, each from -1 to 1.
_CHANNEL_DISTANCE = 2.2
_LEAST_INCHES, _GREATEST_INCHES = 4, 40


def draw_waveform(clip: Audio, ax: Axes | None) -> Axes:
    """As :func:`amio.plot.plot_clip`."""
    ax = axes_of(ax, (10.0, 1.5 + 1.5 * clip.channels))
    offsets = -_CHANNEL_DISTANCE * np.arange(clip.channels)
    if len(clip) < 2 * COLUMNS:
        seconds = np.arange(len(clip)) / clip.frame_rate
        for channel, samples in enumerate(_samples(clip, 0, len(clip)).T):
            ax.plot(seconds, samples + offsets[channel], color=f"C{channel}", linewidth=1)
    else:
        edges = np.linspace(0, len(clip), COLUMNS + 1).astype(np.int64)
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


def show_waveform(clip: Audio) -> None:
    """Shows a clip in a window, about an inch for each second, and waits until it is closed."""
    pyplot = _pyplot()
    width = min(max(len(clip) / clip.frame_rate, _LEAST_INCHES), _GREATEST_INCHES)
    _, ax = pyplot.subplots(figsize=(width, 1.5 + 2.5 * clip.channels), layout="constrained")
    draw_waveform(clip, ax)
    pyplot.show()


def _envelope(
    clip: Audio, edges: NDArray[np.int64]
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


def _samples(clip: Audio, begin: int, end: int) -> NDArray[np.floating[Any]]:
    either: Any = clip
    # An AudioClip has all of them in an array.
    has_array = hasattr(clip, "array")
    samples: NDArray[np.floating[Any]] = (
        either.array[begin:end] if has_array else either.read(begin, end - begin)
    )
    return samples


def axes_of(ax: Axes | None, inches: tuple[float, float]) -> Axes:
    """These axes, or those of a new figure of this size."""
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
