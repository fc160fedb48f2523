"""Analysis of clips and files: format and length, waveform, loudness."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from . import _abi
from ._arguments import PathLike, file_path, unsigned
from ._library import Handle, Unique, lib, sized
from ._progress import Progress, watched
from .clip import Clip


@dataclass(frozen=True)
class FileInfo:
    """The format and the length of a file.

    Attributes:
        frame_rate: frames per second.
        channels: how many channels it has.
        frames: how many frames it has.
        bits_per_sample: bits of a sample; 0 where the encoding has no such number.
        container: the kind of file, such as "WAV".
        encoding: how samples are written in it, such as "24-bit PCM".
    """

    frame_rate: int
    channels: int
    frames: int
    bits_per_sample: int
    container: str
    encoding: str


@dataclass(frozen=True)
class Loudness:
    """The loudness of a whole clip or file, by EBU R128.

    What is too quiet or too short to be measured has minus infinity.

    Attributes:
        integrated_lufs: the loudness of all of it, in LUFS.
        max_momentary_lufs: the greatest of 0.4 s.
        max_short_term_lufs: the greatest of 3 s.
        range_lu: the loudness range, in LU.
        sample_peak: the greatest magnitude of a sample; linear, 1.0 is full scale.
        true_peak: the greatest magnitude between samples, too.
    """

    integrated_lufs: float
    max_momentary_lufs: float
    max_short_term_lufs: float
    range_lu: float
    sample_peak: float
    true_peak: float


@dataclass(frozen=True)
class Levels:
    """The levels of one channel; linear, 1.0 is full scale.

    Attributes:
        sample_peak: the greatest magnitude of a sample.
        true_peak: the greatest magnitude between samples, too.
        rms: the root of the mean square.
        dc_offset: the mean.
        clipped: how many samples are at or beyond full scale.
    """

    sample_peak: float
    true_peak: float
    rms: float
    dc_offset: float
    clipped: int


@dataclass(frozen=True)
class Overview:
    """A waveform of one channel: one value for each part of a stretch, float32.

    Attributes:
        min: the least sample of each.
        max: the greatest sample of each.
        rms: the root of the mean square of each.
    """

    min: NDArray[np.float32]
    max: NDArray[np.float32]
    rms: NDArray[np.float32]


def probe(path: PathLike) -> FileInfo:
    """The format and the length of a file, without loading it.

    Raises:
        FileError: it cannot be read; ``FileNotFoundError`` where it is not there.
        FormatError: it is of a kind that is not supported.
    """
    raw = sized(_abi.FileInfo)
    lib.amio_file_probe(file_path(path), ctypes.byref(raw))
    return FileInfo(
        raw.frame_rate_hz,
        raw.channels,
        raw.frames,
        raw.bits_per_sample,
        raw.container.decode(),
        raw.encoding.decode(),
    )


class Analysis(Unique):
    """The result of one pass over a clip or a file.

    Args:
        source: a clip, or the path of a file, which is not loaded.
        progress: called with the frames done and the frames in all, several times a second.

    Raises:
        FileError, FormatError: as :func:`probe`.
    """

    def __init__(self, source: Clip | PathLike, *, progress: Progress | None = None) -> None:
        if not isinstance(source, (Clip, str, bytes, os.PathLike)):
            raise TypeError(f"source is {source!r}; it must be a Clip, or the path of a file")
        value = ctypes.c_void_p()
        everything = _abi.ANALYSE_OVERVIEW | _abi.ANALYSE_LOUDNESS
        begin, subject = (
            (lib.amio_analysis_new, source._handle)
            if isinstance(source, Clip)
            else (lib.amio_analysis_open, file_path(source))
        )
        watched(
            lambda callback: begin(subject, everything, callback, None, ctypes.byref(value)),
            progress,
        )
        self._handle = Handle(value, lib.amio_analysis_free)
        self._properties = sized(_abi.ClipProperties)
        lib.amio_analysis_info(self._handle, ctypes.byref(self._properties))

    @property
    def frame_rate(self) -> int:
        """Frames per second."""
        return self._properties.frame_rate_hz

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return self._properties.channels

    @property
    def bad_samples(self) -> int:
        """How many samples were NaN, infinite or beyond 1e6, and count as 0."""
        return self._properties.bad_samples

    def __len__(self) -> int:
        return self._properties.frames

    def overview(
        self, parts: int, *, channel: int = 0, start: int = 0, frames: int | None = None
    ) -> Overview:
        """Divides a stretch of a channel into parts, each with its least and greatest sample.

        Takes no longer for a long stretch than for a short one. That of a clip in memory is exact;
        that of a file covers up to 255 frames more at either end.

        Args:
            parts: how many values are wanted, such as pixels.
            channel: from 0.
            start: the first frame.
            frames: how many; ``None``: up to the end. What is behind the end counts for nothing.
        """
        start = unsigned("start", start)
        frames = max(len(self) - start, 1) if frames is None else frames
        buckets = np.empty((unsigned("parts", parts, 1), 3), np.float32)
        lib.amio_analysis_read(
            self._handle,
            unsigned("channel", channel, bits=32),
            start,
            unsigned("frames", frames, 1),
            buckets.ctypes.data_as(ctypes.POINTER(_abi.Bucket)),
            parts,
        )
        return Overview(buckets[:, 0], buckets[:, 1], buckets[:, 2])

    @cached_property
    def loudness(self) -> Loudness:
        """The loudness of the whole."""
        raw = sized(_abi.Loudness)
        lib.amio_analysis_loudness(self._handle, ctypes.byref(raw))
        return Loudness(
            integrated_lufs=raw.integrated_lufs,
            max_momentary_lufs=raw.max_momentary_lufs,
            max_short_term_lufs=raw.max_short_term_lufs,
            range_lu=raw.range_lu,
            sample_peak=raw.sample_peak,
            true_peak=raw.true_peak,
        )

    @cached_property
    def levels(self) -> tuple[Levels, ...]:
        """The levels of each channel."""
        return tuple(self._levels_of(channel) for channel in range(self.channels))

    def _levels_of(self, channel: int) -> Levels:
        raw = sized(_abi.ChannelLevels)
        lib.amio_analysis_levels(self._handle, channel, ctypes.byref(raw))
        return Levels(raw.sample_peak, raw.true_peak, raw.rms, raw.dc_offset, raw.clipped)

    def __repr__(self) -> str:
        return (
            f"<Analysis: {len(self)} frames, {self.channels} channels, {self.frame_rate} Hz,"
            f" {self.loudness.integrated_lufs:.1f} LUFS>"
        )
