"""MIDI on the ports of an interface."""

from __future__ import annotations

import asyncio
import ctypes
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Literal, SupportsIndex

from . import _abi
from ._arguments import one_of, signed, unsigned
from ._capture import Capture
from ._deadline import deadline_of
from ._library import Handle, lib, sized
from ._options import Options
from ._pump import Pump
from ._typing import Number
from ._watch import Watch
from .midi import MidiMessage

MidiClock = Literal["timeline", "device", "server"]
LateMidi = Literal["send", "drop"]

_CLOCKS: dict[str, int] = {
    "timeline": _abi.MIDI_AT_TIMELINE,
    "device": _abi.MIDI_AT_DEVICE,
    "server": _abi.MIDI_AT_SERVER,
}
_LATE: dict[str, int] = {"send": _abi.MIDI_LATE_SEND, "drop": _abi.MIDI_LATE_DROP}


class Midi(Capture):
    """Sends and receives MIDI messages."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._midi_reader: MidiReader | None = None

    def send_midi(
        self,
        message: bytes | bytearray | memoryview | Iterable[SupportsIndex],
        at: SupportsIndex | None = None,
        *,
        port: SupportsIndex = 0,
        clock: MidiClock = "timeline",
        late: LateMidi = "send",
    ) -> None:
        """Sends a MIDI message at a frame, by one of the interface's ``midi_outputs``.

        Messages go out in the order of their frames, and those of one frame in the order of the
        calls. Each goes out once, also if the timeline comes to its frame again. Up to 16384
        messages, of 512 KiB in all, wait for frames of the timeline, and as many for other frames.
        Between two periods, and before the interface is started, up to 8192 are accepted, of
        256 KiB in all. If the server's buffer is full, a message goes out with the next period, or
        is dropped, as ``late`` says.

        Args:
            message: the bytes of one message, which begins with a status byte; up to 65536.
            at: the frame; ``None``: the beginning of the next period.
            port: which output, from 0.
            clock: whose frame ``at`` is. "timeline": it goes out when that frame is played; while
                the transport stands, it waits. "device": a device frame. "server": by the server's
                number, 0 to 2**32 - 1, which wraps: the next or the last one of that number,
                whichever is nearer.
            late: what becomes of it if its frame has passed, or the server's buffer is full: it
                goes out as soon as possible ("send"), or never ("drop").

        Raises:
            ValueError: an argument is out of range, or the bytes are no MIDI message.
            QueueFullError: too many messages wait.
            RuntimeError: the interface has no MIDI outputs.
        """
        kind, policy = one_of("clock", clock, _CLOCKS), one_of("late", late, _LATE)
        content = _bytes_of(message)
        if at is None:
            raw = sized(_abi.Transport)
            lib.amio_interface_transport(self._handle, ctypes.byref(raw))
            kind, frame = _abi.MIDI_AT_DEVICE, raw.device_frame
        else:
            frame = signed("at", at)
        number = unsigned("port", port, bits=32)
        lib.amio_interface_send_midi(
            self._handle, number, kind, frame, content, len(content), policy
        )

    def cancel_midi(self) -> None:
        """Forgets all messages that wait for their frames: none of them goes out any more.

        Raises:
            RuntimeError: the interface has no MIDI outputs.
        """
        lib.amio_interface_cancel_midi(self._handle)

    def next_midi(self, timeout: Number | None = 0) -> MidiMessage | None:
        """The oldest MIDI message that has arrived at one of the interface's ``midi_inputs``.

        Up to 8192 messages, of 256 KiB in all, wait to be fetched. Later ones are lost, and counted
        by the next one. Each message goes to one caller. While this waits, callbacks are called as
        by :meth:`read`.

        Args:
            timeout: for how many seconds it waits for one; ``None``: without end.

        Returns:
            The message; ``None`` if there is none, or the interface was closed.

        Raises:
            RuntimeError: the interface has no MIDI inputs; or it would wait on the event loop,
                where :meth:`midi` is to be used.
        """
        # Also what is left in an interface that was closed.
        pump = self._open_pump or self._pump
        reader = self._midi_reader
        assert reader is not None  # since it was opened
        deadline = deadline_of(timeout)
        while True:
            is_last = self._is_closed
            if (message := reader.take()) is not None:
                return message
            is_over = deadline is not None and deadline <= time.monotonic()
            if is_last or is_over or not pump.waits_until(pump.midi, deadline):
                return None

    def midi(self) -> MidiStream:
        """The MIDI messages that arrive, one after the other, until the interface is closed.

        For instance::

            async for message in interface.midi():
                print(message.position, message.bytes.hex(" "))

        Raises:
            RuntimeError: no event loop runs; in the loop, if the interface has no MIDI inputs, or
                another task waits for MIDI.
        """
        self._attach(asyncio.get_running_loop())
        assert self._midi_reader is not None  # since it was opened
        return MidiStream(self._pump, self._midi_reader, self.is_closed)

    def _opened(self, handle: Handle, watch: Watch) -> None:
        super()._opened(handle, watch)
        self._midi_reader = MidiReader(handle)


class MidiReader:
    """Fetches MIDI messages of an interface. Any thread may call it."""

    def __init__(self, interface: Handle) -> None:
        self._interface = interface
        self._raw = sized(_abi.Midi)
        self._room = ctypes.create_string_buffer(_abi.MIDI_BYTES)
        self._turn = threading.Lock()

    def take(self) -> MidiMessage | None:
        """The oldest message; ``None``: there is none."""
        with self._turn:
            raw = self._raw
            lib.amio_interface_next_midi(
                self._interface, ctypes.byref(raw), self._room, len(self._room)
            )
            if not raw.size:
                return None
            return MidiMessage(
                raw.port,
                ctypes.string_at(self._room, raw.size),
                raw.position,
                raw.device_frame,
                raw.server_frame,
                raw.time_ns,
                raw.ticket,
                bool(raw.rolling),
                raw.lost_before,
            )


class MidiStream(AsyncIterator[MidiMessage]):
    """What :meth:`EngineInterface.midi` gives: messages, until the interface is closed.

    Args:
        pump: waits for messages on the event loop.
        reader: fetches them.
        is_closed: tells if the interface was closed.
    """

    def __init__(self, pump: Pump, reader: MidiReader, is_closed: Callable[[], bool]) -> None:
        self._pump = pump
        self._reader = reader
        self._is_closed = is_closed
        self._ended = False

    async def __anext__(self) -> MidiMessage:
        while not self._ended:
            is_last = self._is_closed()
            if (message := self._reader.take()) is not None:
                return message
            if is_last:
                break
            await self._pump.waits(self._pump.midi)
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Ends the iteration, also for a task that waits for the next message."""
        self._ended = True
        self._pump.midi.wake()


def _bytes_of(message: bytes | bytearray | memoryview | Iterable[SupportsIndex]) -> bytes:
    if isinstance(message, (bytes, bytearray, memoryview)):
        return bytes(message)
    if isinstance(message, (str, int)):
        raise TypeError(f"message is {message!r}; it must be bytes, or a sequence of numbers")
    return bytes(list(message))
