"""Interfaces that run as fast as the caller asks for frames."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from . import _abi
from ._arguments import unsigned
from ._input import Clock
from ._library import lib
from ._options import Options, channels
from ._samples import as_float32
from ._typing import Unpack
from .audio_clip import AudioClip
from .clip import Clip
from .engine import EngineInterface
from .playspec import AnyClip

#: The frames that are rendered between two checks for events.
_STEP_FRAMES = 1 << 19


class OfflineInterface(EngineInterface):
    """Renders to numpy arrays: the caller asks for frames, and gets the same bits each time.

    Callbacks are called on the thread that renders, or on the event loop if it was opened on one.
    """

    _driver = _abi.DRIVER_OFFLINE

    def __init__(self, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self._outputs = channels(options, "outputs")
        self._starting_time = datetime.now(timezone.utc)

    def render(
        self, frames: SupportsIndex, input: NDArray[Any] | None = None
    ) -> NDArray[np.float32]:
        """Renders so many frames.

        Args:
            frames: how many, at least 1.
            input: what is captured meanwhile, of shape ``(frames, inputs)`` or, for one input,
                ``(frames,)``; float32, float64, int16 or int32 with full scale as :class:`Clip`
                has it. ``None``: the input clip, or silence.

        Returns:
            The mixed output, of shape ``(frames, outputs)``.

        Raises:
            ValueError: the shape of ``input`` does not fit.
            TypeError: it is no numpy array, or has another dtype.

        What a callback raises is raised when all is rendered, and has the output as ``rendered``.
        """
        count = unsigned("frames", frames, 1)
        output = np.empty((count, self._outputs), np.float32)
        samples = None if input is None else self._samples(count, input)
        failed = self._advance(count, samples, output)
        if failed is not None:
            with contextlib.suppress(AttributeError):  # of an exception with slots
                failed.rendered = output  # type: ignore[attr-defined]
            raise failed
        return output

    def advance(self, frames: SupportsIndex) -> None:
        """As :meth:`render`, and discards the output."""
        failed = self._advance(unsigned("frames", frames, 1), None, None)
        if failed is not None:
            raise failed

    def set_input_clip(self, clip: AnyClip | None) -> None:
        """Feeds a clip, once, to what is rendered from now on; ``None``: silence.

        An :class:`AudioClip` sounds as it is now, whatever becomes of it.

        Raises:
            ValueError: it has another frame rate.
        """
        if isinstance(clip, AudioClip):
            clip = self._prepare(clip)
        if not isinstance(clip, (Clip, type(None))):
            raise TypeError(
                f"clip is a {type(clip).__name__}; it must be an AudioClip, a Clip, or None"
            )
        lib.amio_interface_set_input_clip(self._handle, None if clip is None else clip._handle)

    def set_period(self, period: SupportsIndex) -> None:
        """Sets the frames per period of what is rendered from now on, 1 to 65536."""
        lib.amio_interface_set_period_frames(self._handle, unsigned("period", period, bits=32))

    def skip(self, frames: SupportsIndex) -> None:
        """Lets the next period begin as if the device had skipped frames before it."""
        lib.amio_interface_skip(self._handle, unsigned("frames", frames))

    def _samples(self, frames: int, given: NDArray[Any]) -> NDArray[np.float32]:
        samples = as_float32("input", given)
        if samples.ndim == 1:
            samples = samples[:, np.newaxis]
        if samples.shape != (frames, self._inputs):
            raise ValueError(f"input has shape {given.shape}; it must be {(frames, self._inputs)}")
        return samples

    def _advance(
        self,
        frames: int,
        samples: NDArray[np.float32] | None,
        output: NDArray[np.float32] | None,
    ) -> Exception | None:
        """Runs the engine; returns the exception of the first callback that failed meanwhile."""
        # In steps, between which Ctrl-C is heard, and input that a callback waits for is given to
        # it: not more than the capture buffer takes.
        failed: Exception | None = None
        step = _STEP_FRAMES
        if self._input_chunk_callback is not None:
            step = self._config.capture_buffer_frames or self._clip_rate()
        for begin in range(0, frames, step):
            part = slice(begin, begin + step)
            lib.amio_interface_advance(
                self._handle,
                min(step, frames - begin),
                None if samples is None or not samples.size else samples[part].ctypes.data,
                None if output is None or not output.size else output[part].ctypes.data,
            )
            if self._pump.is_here or self._input_chunk_callback is not None:
                try:
                    self._pump.catch_up()
                except Exception as error:  # of a callback; what was asked for is rendered
                    failed = failed or error
        return failed

    def _make_clock(self) -> Clock:
        rate, begin = self.get_frame_rate(), self._starting_time
        return Clock(rate, lambda frame, _time_ns: begin + timedelta(seconds=frame / rate))
