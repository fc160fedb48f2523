"""Audio as a numpy array that programs may change: what AMIO 0.1.1 has, and programs for it use.

For what is only played, converted or saved, :class:`Clip` is lighter; an :class:`AudioClip`
becomes one when it is scheduled.
"""

from __future__ import annotations

import datetime
import math
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, SupportsIndex, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import _sound_files
from ._arguments import positive, whole
from ._notebook import player
from ._sound_files import FileName
from ._typing import Number
from ._waveform import show_waveform
from .clip import Clip
from .errors import ContractError
from .fader import factor_to_dB

FloatArray = NDArray[np.floating[Any]]
_AudioClip = TypeVar("_AudioClip", bound="AudioClip")

#: Frame rates of clips in the library. Of these only the ratio matters to a conversion.
_LEAST_RATE, _GREATEST_RATE = 1000, 768_000
_GREATEST_RATIO = 384
#: The frames, and fragments of frames, that one pass reads, so that no copy of the file is needed.
_BLOCK_FRAMES = 1 << 16
_SLAB_FRAGMENTS = 512
_LEAST_DB, _GREATEST_DB = -127, 127


class AudioClip:
    """Samples with their frame rate.

    Args:
        array: floats, full scale -1.0 to 1.0, of shape ``(frames,)`` or ``(frames, channels)``.
            The clip keeps the array itself, not a copy.
        frame_rate: frames per second, above 0.

    Raises:
        ContractError: ``array`` is no numpy array of floats.
        ValueError: it has another shape or no channel; or the rate is not above 0.

    A clip that is changed while it is scheduled goes on sounding as it was when it was scheduled.
    Change it from one thread at a time.
    """

    def __init__(self, array: FloatArray, frame_rate: Number) -> None:
        if not isinstance(array, np.ndarray):
            raise ContractError(f"array is a {type(array).__name__}; it must be a numpy array")
        if isinstance(array, np.ma.MaskedArray):
            raise ContractError("array is a masked array; fill what is masked first: filled(0)")
        if not np.issubdtype(array.dtype, np.floating):
            raise ContractError(f"array has dtype {array.dtype}; it must be a type of floats")
        if array.ndim not in (1, 2):
            raise ValueError(
                f"array has shape {array.shape}; it must be (frames,) or (frames, channels)"
            )
        if array.ndim == 2 and array.shape[1] == 0:
            raise ValueError(f"array has shape {array.shape}; there must be at least one channel")
        self._array = array if array.ndim == 2 else array.reshape(-1, 1)
        # Made of samples that do not change, and forgotten when they may again.
        self._immutable_clip_data: bytes | None = None
        self._clip: Clip | None = None
        self.frame_rate = frame_rate

    def __len__(self) -> int:
        """Length in frames."""
        return len(self._array)

    def __getstate__(self) -> dict[str, Any]:
        # What was computed belongs to this process, and to samples that the pickled ones, which are
        # writeable, are not.
        return {**self.__dict__, "_clip": None, "_immutable_clip_data": None}

    def __copy__(self: _AudioClip) -> _AudioClip:
        # It shares the samples, and must know that they may be sounding.
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def __str__(self) -> str:
        seconds = len(self) / self.frame_rate
        return f"{seconds:.1f} s, {self.calculate_rms_power():.1f} dB {type(self).__name__}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._described()}>"

    def _described(self) -> str:
        channels = "1 channel" if self.channels == 1 else f"{self.channels} channels"
        seconds = len(self) / self.frame_rate
        return (
            f"{len(self)} frames, {channels}, {self.frame_rate:g} Hz, {seconds:.3f} s,"
            f" {self._array.dtype}"
        )

    @property
    def frame_rate(self) -> float:
        """Frames per second, as it was given."""
        return self._frame_rate

    @frame_rate.setter
    def frame_rate(self, value: Number) -> None:
        self._frame_rate = positive("frame_rate", value)

    @property
    def channels(self) -> int:
        """How many channels it has."""
        channels: int = self._array.shape[1]
        return channels

    @property
    def array(self) -> FloatArray:
        """The samples themselves, shape ``(frames, channels)``; :meth:`resize` may replace them.

        Write to them only while :attr:`writeable` is true, and change that here, not in the array:
        what is computed from samples that do not change is kept.
        """
        return self._array

    @property
    def writeable(self) -> bool:
        """Whether the samples may change.

        Setting it sets the flag of :attr:`array`, too. (An array of one dimension that the clip was
        made of keeps its own: :attr:`array` is a view of it.) Samples of a read-only buffer cannot
        be made writeable: ``ValueError``.
        """
        return self._array.flags.writeable

    @writeable.setter
    def writeable(self, value: bool) -> None:
        self._array.flags.writeable = value
        if value:
            self._immutable_clip_data = self._clip = None

    @property
    def memory_usage_mb(self) -> float:
        """The memory of the samples, in MiB."""
        return self._array.nbytes / (1 << 20)

    def calculate_rms_power(self) -> float:
        """Root of the mean square of all samples in dB; ``-inf`` for silence, and for no frames."""
        if len(self) == 0:
            return -math.inf
        blocks = (self._array[n : n + _BLOCK_FRAMES] for n in range(0, len(self), _BLOCK_FRAMES))
        total = sum(float(np.sum(block**2, dtype=np.float64)) for block in blocks)
        return factor_to_dB(math.sqrt(total / self._array.size))

    def create_metering_data(
        self, metering_fps: Number = 24
    ) -> tuple[int, NDArray[np.int8], NDArray[np.int8]]:
        """The levels that a meter shows while the clip plays.

        The clip is divided into fragments of equal length, to one frame.

        Args:
            metering_fps: fragments per second, above 0.

        Returns:
            The number of fragments, at least 1; of each, the RMS and the peak in dB as int8 of
            shape ``(fragments,)``, -127 (silence) to 127, rounded towards 0.
        """
        window = self.frame_rate / positive("metering_fps", metering_fps)
        count = max(int(len(self) // window), 1)
        if len(self) == 0:
            silence = np.full(count, _LEAST_DB, np.int8)
            return count, silence, silence.copy()
        rms: list[float] = []
        peak: list[float] = []
        for fragments in _slabs(self._array, count):
            rms.extend(np.sqrt(np.mean(fragments**2, axis=(1, 2))))
            peak.extend(np.max(np.abs(fragments), axis=(1, 2)))
        return count, _meter_values(rms), _meter_values(peak)

    def get_immutable_clip_data(self) -> bytes:
        """The samples as interleaved int16, full scale 32767, in the machine's byte order.

        They are clipped and rounded towards 0; what is not a number is silence. The bytes are kept
        while the clip is not :attr:`writeable`.
        """
        if self.writeable:
            return self._to_int16()
        if self._immutable_clip_data is None:
            self._immutable_clip_data = self._to_int16()
        return self._immutable_clip_data

    def _to_int16(self) -> bytes:
        scaled = np.clip(self._array * 32767, -32767, 32767)
        return np.nan_to_num(scaled, copy=False).astype(np.int16).tobytes()

    def to_clip(self, frame_rate: Number | None = None) -> Clip:
        """A copy of the samples as they are now, as float32, ready to be played.

        While the clip is not :attr:`writeable`, always the same one: scheduling it again costs
        nothing. Large arrays are played without any copy by a :class:`Clip` of them.

        Args:
            frame_rate: the rate that it is to claim, with nothing converted; ``None``: its own.

        Raises:
            ValueError: there are more than 64 channels; a sample is not a number or beyond 1e6; or
                the rate is not a whole number of 1000 to 768000.
        """
        rate = self.frame_rate if frame_rate is None else frame_rate
        kept = None if self.writeable else self._clip
        if kept is not None and kept.frame_rate == rate and kept._handle.is_ours:
            return kept
        clip = Clip(self._array.astype(np.float32), rate, copy=False)
        if not self.writeable:
            self._clip = clip
        return clip

    def channel(self, channel_number: int) -> AudioClip:
        """One channel, which shares the samples of this clip.

        Raises:
            IndexError: the clip has no such channel; they count from 0, or from -1 backwards.
        """
        if not -self.channels <= channel_number < self.channels:
            raise IndexError(
                f"channel_number is {channel_number}; it must be 0 to {self.channels - 1}"
            )
        return AudioClip(self._array[:, channel_number], self.frame_rate)

    def overwrite(
        self,
        patch_clip: AudioClip,
        position: int,
        clip_a: int = 0,
        clip_b: int = -1,
        extend_to_fit: bool = False,
    ) -> None:
        """Replaces frames by a part of another clip.

        Args:
            patch_clip: where the frames are from; it has as many channels. It may be this clip.
            position: the frame at which they are put. Where it is negative, as many frames of the
                patch lie before the beginning of this clip, and are left out.
            clip_a: the first frame of the patch that is put.
            clip_b: the first that no longer is; -1, like anything beyond the patch: its end.
                Nothing is put where it is before ``clip_a``.
            extend_to_fit: makes this clip longer where the patch lies beyond its end, with silence
                in between. Otherwise what lies there is left out.

        Raises:
            ContractError: the numbers of channels differ; ``clip_a`` or ``clip_b`` is negative; or
                the clip is not :attr:`writeable`. Nothing changes.
        """
        if patch_clip.channels != self.channels:
            raise ContractError(
                f"patch_clip has {patch_clip.channels} channels; it must have {self.channels}"
            )
        if clip_a < 0:
            raise ContractError(f"clip_a is {clip_a}; it must be at least 0")
        if clip_b < -1:
            raise ContractError(f"clip_b is {clip_b}; it must be at least 0, or -1: the end")
        clip_b = len(patch_clip) if clip_b == -1 else min(clip_b, len(patch_clip))
        clip_a += max(-position, 0)
        position = max(position, 0)
        end = position + clip_b - clip_a
        if clip_b < clip_a or (position > len(self) and not extend_to_fit):
            return
        self._must_be_writeable()
        if end > len(self) and extend_to_fit:
            self.resize(end)
        end = min(end, len(self))
        self._array[position:end] = patch_clip._array[clip_a : clip_a + end - position]

    def resize(self, new_length: int) -> None:
        """Cuts frames off the end, or appends silence; :attr:`array` is another one afterwards.

        Raises:
            ContractError: ``new_length`` is negative, or the clip is not :attr:`writeable`.
        """
        self._must_be_writeable()
        if new_length < 0:
            raise ContractError(f"new_length is {new_length}; it must be at least 0")
        missing = new_length - len(self)
        if missing < 0:
            self._array = self._array[:new_length]
        elif missing > 0:
            silence = np.zeros((missing, self.channels), self._array.dtype)
            self._array = np.concatenate((self._array, silence))

    def _must_be_writeable(self) -> None:
        if not self.writeable:
            raise ContractError("the clip is not writeable; set writeable to True first")

    def resampled_if_needed(self, required_frame_rate: Number, epsilon: Number = 0.1) -> AudioClip:
        """The same sound at another frame rate, band-limited, with all channels.

        Args:
            required_frame_rate: frames per second. Neither rate needs to be whole: what counts is
                their ratio, which is kept to within one part in a million, and exactly where
                both are whole and at most 768000.
            epsilon: rates that differ by no more than this, in Hz, are taken for equal.

        Returns:
            This very clip if the rates are equal. Otherwise a new one with the same dtype, at
            ``required_frame_rate``, of ``round(len(clip) * ratio)`` frames.

        Raises:
            ValueError: a rate is not above 0, or more than 384 times the other; or a sample is no
                finite number.
        """
        rate = positive("required_frame_rate", required_frame_rate)
        if abs(self.frame_rate - rate) <= epsilon:
            return self
        source_rate, target_rate = _whole_rates(self.frame_rate, rate)
        if len(self) == 0:
            return AudioClip(self._array.copy(), required_frame_rate)
        samples = Clip(self._array.astype(np.float32), source_rate, copy=False)
        converted = samples.convert(target_rate).read()
        array = np.ascontiguousarray(converted, self._array.dtype)
        return AudioClip(array, required_frame_rate)

    @staticmethod
    def from_soundfile(filename: FileName | IO[bytes]) -> AudioClip | None:
        """Reads a file of a format that the library knows, or ``soundfile``, if it is installed.

        Args:
            filename: a path, or a file that is open for reading bytes, which is read from where it
                stands to its end.

        Returns:
            A clip of float64; ``None`` if the file has no bytes.

        Raises:
            OSError: the file cannot be read; ``FileNotFoundError`` if it is not there.
            FormatError: it is of another kind; the message says which are known.
        """
        loaded = _sound_files.load(filename)
        return None if loaded is None else AudioClip(*loaded)

    def to_soundfile(self, filename: FileName | IO[bytes]) -> None:
        """Writes a file with 16 bits, in the format of its name's suffix.

        The frame rate is written as a whole number, rounded down.

        Args:
            filename: a path, or a file with such a name that is open for writing bytes. ``.wav``
                and ``.flac`` need nothing; ``.ogg``, ``.aiff`` and others the package
                ``soundfile``.

        Raises:
            OSError: the file cannot be written.
            ImportError: ``soundfile`` is needed and not installed.
            TypeError: no such ending is known, or an open file has no name.
            ValueError: the format cannot hold so many channels or this frame rate.
        """
        _sound_files.save(self._array, int(self.frame_rate), filename)

    @staticmethod
    def from_au_file(filename: FileName) -> AudioClip:
        """Reads an AU file with one channel of 32-bit floats, the format of Audacity's blocks.

        The byte order may be either one. The clip has float32 samples of its own.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no such file, or cut short.
        """
        return AudioClip(*_sound_files.load_au(filename))

    def _repr_html_(self) -> str:
        return player(self, lambda: self.array, repr(self))

    def plot(self) -> None:
        """Shows the waveform in a window of matplotlib (``pip install amio[plot]``)."""
        show_waveform(self)

    def open_in_audacity(self) -> None:
        """Opens a copy, with 16 bits, in Audacity; returns when Audacity is closed.

        Raises:
            FileNotFoundError: Audacity is not installed.
        """
        audacity = shutil.which("audacity")
        if audacity is None:
            raise FileNotFoundError("no program audacity is in PATH; install Audacity first")
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "clip.wav")
            self.to_soundfile(path)
            subprocess.run([audacity, path], check=False)

    @staticmethod
    def zeros(length: SupportsIndex, channels: SupportsIndex, frame_rate: Number) -> AudioClip:
        """Silence of ``length`` frames, float32."""
        return AudioClip(np.zeros((length, channels), np.float32), frame_rate)

    @staticmethod
    def sine(
        frequency: Number,
        amplitude: Number,
        length: SupportsIndex,
        channels: SupportsIndex,
        frame_rate: Number,
    ) -> AudioClip:
        """A sine of ``length`` frames, float64, the same in all channels.

        The periods that ``length`` frames take at ``frequency`` Hz are laid from the first frame to
        the last, both included, so that whole periods end on 0. That makes the tone
        ``length / (length - 1)`` times as high, which matters for very short ones alone.
        """
        frames = whole("length", length)
        periods = frames / positive("frame_rate", frame_rate) * frequency
        wave = float(amplitude) * np.sin(np.linspace(0, 2 * np.pi * periods, frames))
        count = whole("channels", channels)
        return AudioClip(np.repeat(wave[:, np.newaxis], count, axis=1), frame_rate)

    @staticmethod
    def stereo_clip_from_mono_clips(left: AudioClip, right: AudioClip) -> AudioClip:
        """Two clips of one channel, one frame rate and one length, side by side.

        Raises:
            ValueError: they are not.
        """
        _all_equal("frame_rate", [left.frame_rate, right.frame_rate])
        _all_equal("length", [len(left), len(right)])
        for name, clip in (("left", left), ("right", right)):
            if clip.channels != 1:
                raise ValueError(f"{name} has {clip.channels} channels; it must have 1")
        return AudioClip(np.hstack((left._array, right._array)), left.frame_rate)

    @staticmethod
    def concatenate(sequence_of_clips: Iterable[AudioClip]) -> AudioClip | None:
        """Clips one after another; ``None`` if there are none.

        Raises:
            ValueError: their frame rates or numbers of channels differ.
        """
        clips = list(sequence_of_clips)
        if not clips:
            return None
        _all_equal("number of channels", [clip.channels for clip in clips])
        _all_equal("frame_rate", [clip.frame_rate for clip in clips])
        return AudioClip(np.concatenate([clip._array for clip in clips]), clips[0].frame_rate)


class InputAudioChunk(AudioClip):
    """A piece of input, as it is handed to ``input_chunk_callback``.

    Args:
        array: see :class:`AudioClip`.
        frame_rate: see :class:`AudioClip`.
        playspec_id: the number of the playspec change that was in force when it was heard.
        starting_frame: the timeline frame at which its first frame was heard.
        was_transport_rolling: whether the transport rolled then. If not, ``starting_frame`` is
            where it stood.
        wall_time: when its first frame was captured, with a time zone (UTC).
        device_frame: the device frame at which that was, counted since the interface was opened.
        lost_before: how many frames are missing just before it, since input was taken too slowly.
        skipped_before: whether the device skipped frames just before it.
        capture_latency: the latencies that ``starting_frame`` accounts for, in frames.
        playback_latency: see ``capture_latency``.
    """

    def __init__(
        self,
        array: FloatArray,
        frame_rate: float,
        playspec_id: int,
        starting_frame: int,
        was_transport_rolling: bool,
        wall_time: datetime.datetime,
        *,
        device_frame: int = 0,
        lost_before: int = 0,
        skipped_before: bool = False,
        capture_latency: int = 0,
        playback_latency: int = 0,
    ) -> None:
        super().__init__(array, frame_rate)
        self.playspec_id = playspec_id
        self.starting_frame = starting_frame
        self.was_transport_rolling = was_transport_rolling
        self.wall_time = wall_time
        self.device_frame = device_frame
        self.lost_before = lost_before
        self.skipped_before = skipped_before
        self.capture_latency = capture_latency
        self.playback_latency = playback_latency

    @classmethod
    def _captured(
        cls,
        array: NDArray[np.float32],
        frame_rate: float,
        playspec_id: int,
        starting_frame: int,
        was_transport_rolling: bool,
        wall_time: datetime.datetime,
        device_frame: int,
        lost_before: int,
        skipped_before: bool,
        capture_latency: int,
        playback_latency: int,
    ) -> InputAudioChunk:
        """A chunk of the library, made without checks: there are hundreds in a second."""
        chunk = cls.__new__(cls)
        chunk.__dict__ = {
            "_array": array,
            "_immutable_clip_data": None,
            "_clip": None,
            "_frame_rate": frame_rate,
            "playspec_id": playspec_id,
            "starting_frame": starting_frame,
            "was_transport_rolling": was_transport_rolling,
            "wall_time": wall_time,
            "device_frame": device_frame,
            "lost_before": lost_before,
            "skipped_before": skipped_before,
            "capture_latency": capture_latency,
            "playback_latency": playback_latency,
        }
        return chunk

    def _part(self, begin: int, array: FloatArray, later: datetime.timedelta) -> InputAudioChunk:
        """The part that begins so many frames, which last so long, after its beginning."""
        part = InputAudioChunk.__new__(InputAudioChunk)
        part.__dict__ = values = self.__dict__.copy()
        values["_array"] = array
        if begin:
            if self.was_transport_rolling:
                values["starting_frame"] += begin
            values["wall_time"] += later
            values["device_frame"] += begin
            values["lost_before"], values["skipped_before"] = 0, False
        return part

    def _described(self) -> str:
        rolling = "rolling" if self.was_transport_rolling else "stopped"
        return f"{super()._described()}, {rolling} at frame {self.starting_frame}"


def _slabs(array: FloatArray, count: int) -> Iterable[FloatArray]:
    """``count`` fragments, many at a time, each slab of shape ``(fragments, frames, channels)``.

    They are as equal as they can be: those at the beginning are one frame longer.
    """
    length, longer = divmod(len(array), count)
    channels = array.shape[1]
    middle = longer * (length + 1)
    for part, frames in ((array[:middle], length + 1), (array[middle:], length)):
        step = _SLAB_FRAGMENTS * frames
        for begin in range(0, len(part), step):
            yield part[begin : begin + step].reshape(-1, frames, channels)


def _meter_values(factors: Iterable[float]) -> NDArray[np.int8]:
    """Factors in dB, within what an int8 can show."""
    decibels = [factor_to_dB(factor) for factor in factors]
    return np.clip(decibels, _LEAST_DB, _GREATEST_DB).astype(np.int8)


def _whole_rates(source_rate: float, target_rate: float) -> tuple[int, int]:
    """Two rates that clips of the library may have, in the ratio of any two."""
    slow, fast = sorted((Fraction(source_rate), Fraction(target_rate)))
    if fast > _GREATEST_RATIO * slow:
        raise ValueError(
            f"required_frame_rate is {target_rate}; it must be at most {_GREATEST_RATIO} times the"
            f" rate of the clip, {source_rate}, and at least that part of it"
        )
    ratio = (slow / fast).limit_denominator(_GREATEST_RATE)
    scale = -(-_LEAST_RATE // ratio.numerator)
    rates = ratio.numerator * scale, ratio.denominator * scale
    return rates if source_rate < target_rate else rates[::-1]


def _all_equal(what: str, values: list[Any]) -> None:
    if any(value != values[0] for value in values):
        raise ValueError(f"each {what} must be the same; they are {sorted(set(values))}")
