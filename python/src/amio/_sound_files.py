"""Arrays of samples from files and to files, as :class:`AudioClip` has them.

The library reads and writes what it knows; what only libsndfile knows goes through the package
``soundfile``, if it is installed.
"""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .clip import Clip, FileFormat
from .errors import FormatError

FileName: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes]

_FORMATS: dict[str, FileFormat] = {".wav": "wav_16", ".flac": "flac_16"}
_AU_HEADER_BYTES = 24
_AU_FLOAT32 = 6
_AU_UNKNOWN_SIZE = 0xFFFF_FFFF


def load(source: FileName | IO[bytes]) -> tuple[NDArray[np.float64], int] | None:
    """All samples, shape ``(frames, channels)``, and the frame rate; ``None`` of an empty file."""
    with _path_to_read(source) as path:
        if path.stat().st_size == 0:
            return None
        try:
            clip = Clip.open(path)
        except FormatError:
            found = _load_without_frames(path) or _load_by_soundfile(path)
            if found is None:
                raise
            return found
        return np.ascontiguousarray(clip.read(), np.float64), clip.frame_rate


def save(array: NDArray[np.floating[Any]], frame_rate: int, target: FileName | IO[bytes]) -> None:
    """Writes samples, shape ``(frames, channels)``, in the format that the name ends in."""
    with _path_to_write(target) as path:
        end = path.suffix.lower()
        if end in _FORMATS and len(array):
            single = array if array.dtype == np.float64 else array.astype(np.float32, copy=False)
            Clip(single, frame_rate, copy=True).save(path, _FORMATS[end])
        elif end == ".wav":
            _save_without_frames(array.shape[1], frame_rate, path)
        else:
            _save_by_soundfile(array, frame_rate, path)


def load_au(path: FileName) -> tuple[NDArray[np.float32], int]:
    """The samples, shape ``(frames,)``, and the frame rate of an AU file of one float channel."""
    path = os.fsdecode(path)
    data = Path(path).read_bytes()
    order = {b".snd": ">", b"dns.": "<"}.get(data[:4])
    if order is None:
        raise ValueError(f"{path!r} is no AU file: it begins with {data[:4]!r}, not b'.snd'")
    if len(data) < _AU_HEADER_BYTES:
        raise ValueError(
            f"{path!r} has {len(data)} bytes; the header of an AU file has {_AU_HEADER_BYTES}"
        )
    begin, size, encoding, frame_rate, channels = struct.unpack_from(f"{order}5I", data, 4)
    if not _AU_HEADER_BYTES <= begin <= len(data):
        raise ValueError(
            f"{path!r}: the samples begin at byte {begin}; it must be {_AU_HEADER_BYTES} to the"
            f" end of the file, {len(data)}"
        )
    if encoding != _AU_FLOAT32:
        raise ValueError(f"{path!r}: the encoding is {encoding}; it must be {_AU_FLOAT32}: float32")
    if channels != 1:
        raise ValueError(f"{path!r}: there are {channels} channels; it must be 1")
    if frame_rate == 0:
        raise ValueError(f"{path!r}: the frame rate is 0; it must be at least 1")
    samples = data[begin:] if size == _AU_UNKNOWN_SIZE else data[begin : begin + size]
    if len(samples) % 4:
        raise ValueError(
            f"{path!r}: there are {len(samples)} bytes of samples; it must be a multiple of 4"
        )
    return np.frombuffer(samples, f"{order}f4").astype(np.float32), frame_rate


@contextmanager
def _path_to_read(source: FileName | IO[bytes]) -> Iterator[Path]:
    if isinstance(source, (str, bytes, os.PathLike)):
        yield Path(os.fsdecode(source))
        return
    with tempfile.NamedTemporaryFile(suffix=_end_of(source)) as spool:
        shutil.copyfileobj(source, spool)
        spool.flush()
        yield Path(spool.name)


@contextmanager
def _path_to_write(target: FileName | IO[bytes]) -> Iterator[Path]:
    if isinstance(target, (str, bytes, os.PathLike)):
        yield Path(os.fsdecode(target))
        return
    if not (end := _end_of(target)):
        raise TypeError(
            f"{target!r} has no name that ends in a file format; give a path or a named file"
        )
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, f"spool{end}")
        yield path
        with path.open("rb") as spool:
            shutil.copyfileobj(spool, target)


def _end_of(stream: IO[bytes]) -> str:
    name = getattr(stream, "name", None)
    return Path(os.fsdecode(name)).suffix if isinstance(name, (str, bytes)) else ""


def _load_without_frames(path: Path) -> tuple[NDArray[np.float64], int] | None:
    """The frame rate of a WAV file without data, which the library refuses."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getnframes():
                return None
            return np.zeros((0, file.getnchannels())), file.getframerate()
    except (wave.Error, EOFError):
        return None


def _save_without_frames(channels: int, frame_rate: int, path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(frame_rate)
        file.writeframes(b"")


def _load_by_soundfile(path: Path) -> tuple[NDArray[np.float64], int] | None:
    try:
        import soundfile
    except ImportError:
        return None
    try:
        array, frame_rate = soundfile.read(path, always_2d=True)
    except soundfile.SoundFileError:
        return None
    return array, frame_rate


def _save_by_soundfile(array: NDArray[np.floating[Any]], frame_rate: int, path: Path) -> None:
    try:
        import soundfile
    except ImportError:
        raise ImportError(
            f"{str(path)!r} is neither a .wav nor a .flac file with frames in it; to write others,"
            " install the package soundfile: pip install amio[soundfile]"
        ) from None
    soundfile.write(path, array, frame_rate)
