"""Recording an interface to a file."""

from __future__ import annotations

import asyncio
import ctypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import TracebackType
from typing import Literal, SupportsIndex

from . import _abi
from ._arguments import PathLike, file_path, one_of, signed, unsigned
from ._deadline import deadline_of, time_left
from ._library import Handle, Unique, lib, sized
from ._typing import Number
from .clip import FILE_FORMATS, FileFormat, format_of
from .errors import TimedOutError

RecordSource = Literal["input", "output"]
_SOURCES: dict[str, int] = {"input": _abi.RECORD_INPUT, "output": _abi.RECORD_OUTPUT}

#: The length of one wait in the library, in seconds; Ctrl-C is handled between two waits.
_SLICE = 0.2


class RecorderState(IntEnum):
    """What a recorder is doing."""

    WAITING = _abi.RECORDER_WAITING
    RECORDING = _abi.RECORDER_RECORDING
    ENDED = _abi.RECORDER_ENDED
    FAILED = _abi.RECORDER_FAILED


@dataclass(frozen=True)
class Recording:
    """The state of a recording, while it runs or at its end.

    Attributes:
        state: what the recorder is doing.
        frames: the length of the file.
        lost_frames: frames that are silence because the disk was too slow.
        skipped_frames: frames that are silence because the device skipped them.
        clipped_samples: samples beyond full scale that were clipped, since the file has integers.
        position: the timeline frame of the file's first frame.
        device_frame: the device frame of the file's first frame.
        bad_samples: samples that were NaN, infinite or beyond 1e6, and are 0 in the file.
    """

    state: RecorderState
    frames: int
    lost_frames: int
    skipped_frames: int
    clipped_samples: int
    position: int
    device_frame: int
    bad_samples: int


class Recorder(Unique):
    """A recording of an interface to a file; :meth:`EngineInterface.record` makes it.

    As a context manager it ends the recording on the way out. The file is valid at any moment: if
    the process is killed, it lacks no more than the last second.

    Attributes:
        path: the file.
    """

    path: PathLike = ""

    def __init__(
        self,
        interface: Handle,
        path: PathLike,
        source: RecordSource,
        file_format: FileFormat | None,
        channels: Sequence[int] | None,
        begin: SupportsIndex | None,
        end: SupportsIndex | None,
        frames: SupportsIndex | None,
    ) -> None:
        raw = sized(_abi.RecorderConfig)
        raw.source = one_of("source", source, _SOURCES)
        raw.file_format = one_of("file_format", file_format or format_of(path), FILE_FORMATS)
        if channels is not None:
            numbers = [unsigned("channels", channel, bits=32) for channel in channels]
            if not numbers:
                raise ValueError("channels is empty; it must name one channel or more, or be None")
            raw.channels = (ctypes.c_uint32 * len(numbers))(*numbers)
            raw.channel_count = len(numbers)
        if begin is not None:
            raw.punch_in, raw.begin_frame = 1, signed("begin", begin)
        if end is not None:
            raw.punch_out, raw.end_frame = 1, signed("end", end)
        if frames is not None:
            raw.most_frames = unsigned("frames", frames, 1)
        value = ctypes.c_void_p()
        lib.amio_recorder_new(interface, file_path(path), ctypes.byref(raw), ctypes.byref(value))
        self._handle = Handle(value, lib.amio_recorder_free)
        self.path = path

    def stop(self) -> Recording:
        """Ends the recording with the last period that has run, and completes the file.

        Fine if it has ended already.

        Raises:
            FileError: the file could not be written to its end; what was written can be played.
        """
        lib.amio_recorder_stop(self._handle)
        return self.recording

    def wait(self, timeout: Number | None = None) -> Recording:
        """Waits until the recording has ended by itself: at its end frame, or with the interface.

        Raises:
            TimeoutError: it has not ended within ``timeout`` seconds.
            FileError: as :meth:`stop`.
        """
        deadline = deadline_of(timeout)
        while not self._ended(time_left(deadline)):
            if time_left(deadline) == 0:
                raise TimedOutError(f"{self!r} has not ended within {timeout} s")
        return self.recording

    async def finished(self) -> Recording:
        """As :meth:`wait`, while the event loop goes on."""
        while not await asyncio.to_thread(self._ended):
            pass
        return self.recording

    def _ended(self, within: Number | None = None) -> bool:
        """Waits so long, in steps that are short enough for Ctrl-C."""
        try:
            milliseconds = round(1000 * (_SLICE if within is None else min(within, _SLICE)))
            lib.amio_recorder_wait(self._handle, milliseconds)
        except TimedOutError:
            return False
        return True

    @property
    def recording(self) -> Recording:
        """The state of a recording, while it runs or at its end."""
        raw = sized(_abi.Recording)
        lib.amio_recorder_recording(self._handle, ctypes.byref(raw))
        return Recording(
            RecorderState(raw.state),
            raw.frames,
            raw.lost_frames,
            raw.skipped_frames,
            raw.clipped_samples,
            raw.position,
            raw.device_frame,
            raw.bad_samples,
        )

    @property
    def ended(self) -> bool:
        """Whether the recording has ended, well or not."""
        return self.recording.state in (RecorderState.ENDED, RecorderState.FAILED)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handle.is_ours:
            self.stop()

    def __repr__(self) -> str:
        now = self.recording
        return f"<Recorder {os.fspath(self.path)!r}: {now.state.name}, {now.frames} frames>"
