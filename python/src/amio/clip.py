"""Clips of the library: immutable, in memory or streamed from a file."""

from __future__ import annotations

import ctypes
import os
from typing import Any, ClassVar, Literal, SupportsIndex

import numpy as np
from numpy.typing import DTypeLike, NDArray

from . import _abi
from ._arguments import PathLike, ending, file_path, one_of, unsigned, whole_rate
from ._library import Handle, Unique, lib, sized
from ._notebook import player
from ._progress import Progress, watched
from ._samples import MOST_CHANNELS, SAMPLE_FORMATS, can_be_frozen, checked, freeze
from ._typing import Number
from ._waveform import draw_waveform

Quality = Literal["draft", "good", "best"]
FileFormat = Literal[
    "wav_16", "wav_24", "wav_f32", "flac_16", "flac_24", "wave64_16", "wave64_24", "wave64_f32"
]

QUALITIES: dict[str, int] = {
    "draft": _abi.QUALITY_DRAFT,
    "good": _abi.QUALITY_GOOD,
    "best": _abi.QUALITY_BEST,
}
FILE_FORMATS: dict[str, int] = {
    "wav_16": _abi.FILE_WAV_16,
    "wav_24": _abi.FILE_WAV_24,
    "wav_f32": _abi.FILE_WAV_F32,
    "flac_16": _abi.FILE_FLAC_16,
    "flac_24": _abi.FILE_FLAC_24,
    "wave64_16": _abi.FILE_WAVE64_16,
    "wave64_24": _abi.FILE_WAVE64_24,
    "wave64_f32": _abi.FILE_WAVE64_F32,
}
_FORMAT_OF_END: dict[str, FileFormat] = {
    ".wav": "wav_f32",
    ".flac": "flac_24",
    ".w64": "wave64_f32",
}


class Clip(Unique):
    """A piece of audio that does not change, ready to be played.

    Args:
        array: samples of shape ``(frames,)`` or ``(frames, channels)``; float32 or float64 with
            full scale -1.0 to 1.0, or int16 or int32. 1 to 64 channels; nothing that is not a
            number, and nothing beyond 1e6.
        frame_rate: frames per second, 1000 to 768000.
        copy: ``True`` copies the samples, and leaves the array as it is. ``False`` plays from the
            array's own memory where its layout allows it (C or Fortran order, aligned, native byte
            order), which float32 does fastest, and where numpy or ``bytes`` own that memory. The
            array is kept alive then, and made read-only for good, since it must not change while
            it may sound; so is the array of which it is a part. Only other views that were taken
            of that before stay writeable, and must not be written to.

    Raises:
        ValueError: a sample, the rate, or the number of channels is not allowed.
        TypeError: ``array`` is no numpy array, has another dtype, or is a masked array.

    A clip may be used from any thread, and its length is ``len(clip)`` frames. The library keeps
    what it plays: a clip that sounds may be dropped. Since it does not change, ``copy.copy`` and
    ``copy.deepcopy`` give the clip itself. It cannot be pickled: save it, or pickle what
    :meth:`read` gives.
    """

    def __init__(self, array: NDArray[Any], frame_rate: Number, *, copy: bool = True) -> None:
        samples = _two_dimensional(array)
        layout = None if copy else _layout_of(samples)
        clip_format = sized(_abi.ClipFormat)
        clip_format.frame_rate_hz = whole_rate(frame_rate)
        clip_format.channels = samples.shape[1]
        clip_format.sample_format = SAMPLE_FORMATS[samples.dtype]
        value = ctypes.c_void_p()
        if layout is None:
            samples = np.ascontiguousarray(samples)
            lib.amio_clip_new(
                ctypes.byref(clip_format), samples.ctypes.data, len(samples), ctypes.byref(value)
            )
            self._own(Handle(value, lib.amio_clip_free))
        else:
            clip_format.layout = layout
            loan = _Loan(samples)
            lib.amio_clip_new_borrowed(
                ctypes.byref(clip_format),
                samples.ctypes.data,
                len(samples),
                _set_flag,
                ctypes.addressof(loan.returned),
                ctypes.byref(value),
            )
            freeze(samples)
            if np.may_share_memory(array, samples):
                freeze(array)
            self._own(Handle(value, loan.end))

    @classmethod
    def open(
        cls,
        path: PathLike,
        frame_rate: Number | None = None,
        *,
        quality: Quality = "good",
        progress: Progress | None = None,
    ) -> Clip:
        """Loads a file whole: WAV, RF64, Wave64, AIFF, AU, CAF, FLAC, ALAC, MP3, AAC, Vorbis, Opus.

        Samples that are NaN, infinite or beyond 1e6 are 0: see :attr:`bad_samples`.

        Args:
            path: the file.
            frame_rate: the rate that the clip is to have, usually the interface's; a file of
                another one is converted. ``None``: the file's.
            quality: how it is converted.
            progress: called with the frames done and the frames in all, several times a second.

        Raises:
            FileError: the file cannot be read; ``FileNotFoundError`` where it is not there.
            FormatError: it is of a kind that is not supported; the message says what was found.
        """
        value = ctypes.c_void_p()
        options = _open_options(frame_rate, quality)
        name = file_path(path)
        watched(
            lambda callback: lib.amio_clip_open_with(
                name, ctypes.byref(options), callback, None, ctypes.byref(value)
            ),
            progress,
        )
        return cls._of(value)

    @classmethod
    def stream(
        cls,
        path: PathLike,
        frame_rate: Number | None = None,
        *,
        quality: Quality = "good",
    ) -> Clip:
        """A clip that plays a file without loading it, however long it is.

        It sounds bit for bit like the loaded file. Where the disk is too slow, what is missing is
        silent and counted in :attr:`Stats.underruns`. The file stays open as long as the clip
        lives, and must not change. Arguments and errors are those of :meth:`open`.
        """
        value = ctypes.c_void_p()
        options = _open_options(frame_rate, quality)
        lib.amio_clip_open_stream(file_path(path), ctypes.byref(options), ctypes.byref(value))
        return cls._of(value)

    def convert(
        self,
        frame_rate: Number,
        *,
        quality: Quality = "good",
        progress: Progress | None = None,
    ) -> Clip:
        """The same sound at another frame rate: ``round(len(clip) * new / old)`` frames."""
        value = ctypes.c_void_p()
        rate, number = whole_rate(frame_rate), one_of("quality", quality, QUALITIES)
        watched(
            lambda callback: lib.amio_clip_convert(
                self._handle, rate, number, callback, None, ctypes.byref(value)
            ),
            progress,
        )
        return self._of(value)

    def save(
        self,
        path: PathLike,
        file_format: FileFormat | None = None,
        *,
        progress: Progress | None = None,
    ) -> None:
        """Writes the clip to a file, which it replaces if there is one.

        Args:
            path: the file.
            file_format: WAV or Wave64 with 16 or 24 bits or 32-bit floats, or FLAC with 16 or 24
                bits. ``None``: by the name's end, ``.wav`` and ``.w64`` with floats and ``.flac``
                with 24 bits.
            progress: called with the frames done and the frames in all, several times a second.

        Raises:
            FileError: it cannot be written; what could be written can be played.
            InvalidArgumentError: FLAC knows neither more than 8 channels nor every rate.
        """
        number = one_of("file_format", file_format or format_of(path), FILE_FORMATS)
        name = file_path(path)
        watched(
            lambda callback: lib.amio_clip_save(self._handle, name, number, callback, None),
            progress,
        )

    def read(
        self, start: SupportsIndex = 0, frames: SupportsIndex | None = None
    ) -> NDArray[np.float32]:
        """Samples as float32 of shape ``(frames, channels)``, in Fortran order.

        Args:
            start: the first frame.
            frames: how many; ``None``: up to the end.

        Raises:
            ValueError: frames that the clip has not.
        """
        begin = unsigned("start", start)
        count = unsigned("frames", max(len(self) - begin, 0) if frames is None else frames)
        if begin + count > len(self):
            raise ValueError(
                f"start is {begin} and frames {count}; the clip has {len(self)} frames"
            )
        samples = np.empty((self.channels, count), np.float32)
        for channel, row in enumerate(samples if count else ()):
            lib.amio_clip_read(self._handle, channel, begin, count, row.ctypes.data)
        transposed: NDArray[np.float32] = samples.T
        return transposed

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """As :meth:`read`, for ``np.asarray(clip)``; what numpy gets is always a copy."""
        if copy is False:
            raise ValueError("a clip has its samples in the library; an array of them is a copy")
        samples = self.read()
        return samples if dtype is None else samples.astype(dtype, copy=False)

    def plot(self, ax: Any = None) -> Any:
        """Draws the waveform with matplotlib (``pip install amio[plot]``).

        Args:
            ax: the axes of matplotlib to draw on; ``None``: those of a new figure.

        Returns:
            What :func:`amio.plot.plot_clip` returns, which are the axes.
        """
        return draw_waveform(self, ax)

    def _repr_html_(self) -> str:
        return player(self, self.read, repr(self))

    @property
    def channels(self) -> int:
        """How many channels it has, 1 to 64."""
        return self._properties.channels

    @property
    def frame_rate(self) -> int:
        """Frames per second."""
        return self._properties.frame_rate_hz

    @property
    def streamed(self) -> bool:
        """Whether it is played from a file of which only a part is in memory."""
        return bool(self._properties.streamed)

    @property
    def bad_samples(self) -> int:
        """How many samples of its file were NaN, infinite or beyond 1e6; they are 0.

        Of a streamed clip, in what was read so far.
        """
        properties = sized(_abi.ClipProperties)
        lib.amio_clip_info(self._handle, ctypes.byref(properties))
        return properties.bad_samples

    @property
    def id(self) -> int:
        """A number that no other clip of this process has: :attr:`Event.clip_id`."""
        return self._properties.id

    def __len__(self) -> int:
        return self._properties.frames

    def __copy__(self) -> Clip:
        return self

    def __deepcopy__(self, _memo: object) -> Clip:
        return self

    def __repr__(self) -> str:
        kind = "streamed, " if self.streamed else ""
        return (
            f"<Clip {self.id}: {kind}{len(self)} frames, {self.channels} channels,"
            f" {self.frame_rate} Hz, {len(self) / self.frame_rate:.3f} s>"
        )

    @classmethod
    def _of(cls, value: ctypes.c_void_p) -> Clip:
        clip = cls.__new__(cls)
        clip._own(Handle(value, lib.amio_clip_free))
        return clip

    def _own(self, handle: Handle) -> None:
        self._handle = handle
        self._properties = sized(_abi.ClipProperties)
        lib.amio_clip_info(handle, ctypes.byref(self._properties))


#: The release callback of every borrowed clip: a function of the library's own.
_set_flag = ctypes.cast(lib.amio_release_flag, ctypes.CFUNCTYPE(None, ctypes.c_void_p))


class _Loan:
    """An array that the library plays from, kept until it says that it no longer does.

    The library says so by setting a flag, on whichever thread it finds out: no Python runs there,
    and nothing can happen that the interpreter, or its end, would get in the way of.
    """

    #: Loans whose clip was dropped and that a playspec still plays.
    _outstanding: ClassVar[dict[int, _Loan]] = {}

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = array
        self.returned = ctypes.c_uint32(0)

    def end(self, clip: ctypes.c_void_p) -> None:
        """Frees the clip's handle. The array goes with it, or when nothing plays it any more."""
        self._outstanding[id(self)] = self
        lib.amio_clip_free(clip)
        self.collect()

    @classmethod
    def collect(cls) -> None:
        """Releases the arrays that the library no longer uses."""
        # The keys, since copying them makes no objects: with those of items() the garbage collector
        # might come in, and a finalizer change the dictionary.
        for key in list(cls._outstanding):
            loan = cls._outstanding.get(key)
            if loan is not None and loan.returned.value:
                cls._outstanding.pop(key, None)


#: Called where playspecs end: releases arrays that no playspec plays any more.
collect_arrays = _Loan.collect


def format_of(path: PathLike) -> FileFormat:
    """The file format of a name's suffix."""
    end = ending(path)
    if end not in _FORMAT_OF_END:
        raise ValueError(
            f"path {os.fspath(path)!r} ends in {end!r}; give file_format, or a name that ends in "
            + " or ".join(_FORMAT_OF_END)
        )
    return _FORMAT_OF_END[end]


def _open_options(frame_rate: Number | None, quality: Quality) -> _abi.OpenOptions:
    options = sized(_abi.OpenOptions)
    options.frame_rate_hz = 0 if frame_rate is None else whole_rate(frame_rate)
    options.quality = one_of("quality", quality, QUALITIES)
    return options


def _two_dimensional(array: NDArray[Any]) -> NDArray[Any]:
    native = checked("array", array)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"array has {array.ndim} dimensions; it must be (frames,) or (frames, channels)"
        )
    if array.ndim == 2 and array.shape[1] > MOST_CHANNELS >= array.shape[0]:
        raise ValueError(
            f"array has shape {array.shape}, which is (frames, channels), and there are at most"
            f" {MOST_CHANNELS} channels; is it (channels, frames)? Then pass array.T"
        )
    return native if array.ndim == 2 else native[:, np.newaxis]


def _layout_of(array: NDArray[Any]) -> int | None:
    """How the library can play from the array's own memory, if it can."""
    if not array.flags.aligned or not can_be_frozen(array):
        return None
    if array.flags.c_contiguous:
        return _abi.LAYOUT_INTERLEAVED
    return _abi.LAYOUT_PLANAR if array.flags.f_contiguous else None
