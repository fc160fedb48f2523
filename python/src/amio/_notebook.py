"""The player that a notebook shows for a clip."""

from __future__ import annotations

import base64
import html
import io
import wave
from collections.abc import Callable
from typing import Any

import numpy as np

from ._typing import Audio

#: What is longer is not put into a notebook: its file would grow by as much, and a third.
_MOST_BYTES = 8 << 20
#: The format that browsers play.
_MOST_CHANNELS, _LEAST_RATE, _GREATEST_RATE = 2, 3000, 192_000


def player(
    clip: Audio, read: Callable[[], np.ndarray[tuple[int, ...], np.dtype[Any]]], described: str
) -> str:
    """A clip as HTML: what it is, and where a browser can, a player of it, in 16 bits.

    ``read`` gives the samples. Of more than two channels the first two are played.
    """
    text = f"<code>{html.escape(described)}</code>"
    channels = min(clip.channels, _MOST_CHANNELS)
    playable = _LEAST_RATE <= clip.frame_rate <= _GREATEST_RATE
    if not len(clip) or not playable or 2 * channels * len(clip) > _MOST_BYTES:
        return text
    samples = np.asarray(read())[:, :channels]
    scaled = np.nan_to_num(np.clip(samples, -1, 1) * 32767)
    encoded = base64.b64encode(_wav(scaled.astype("<i2"), round(clip.frame_rate))).decode()
    return (
        f'{text}<br><audio controls src="data:audio/wav;base64,{encoded}">'
        "This browser plays no audio.</audio>"
    )


def _wav(samples: np.ndarray[tuple[int, ...], np.dtype[np.int16]], frame_rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(samples.shape[1])
        wav.setsampwidth(2)
        wav.setframerate(frame_rate)
        wav.writeframes(samples.tobytes())
    return file.getvalue()
