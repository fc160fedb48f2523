"""Ports of any client."""

from __future__ import annotations

import ctypes
import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import _abi
from .._library import Unique, lib
from ._connection import Connection
from ._constants import CAN_MONITOR, INPUT, OUTPUT, PHYSICAL, TERMINAL
from ._errors import JackError, JackErrorCode


@dataclass(frozen=True)
class LatencyRange:
    """The latencies of a port, in frames.

    Attributes:
        min: that of the shortest way that sound takes.
        max: that of the longest.
    """

    min: int
    max: int


class Port(Unique):
    """An audio port of any client; those of the client that was asked are :class:`OwnPort`.

    Two are equal if they are the same port. Once the port is gone, what was known of it last stays.
    """

    # As in JACK-Client, a program may set attributes of its own.
    if not TYPE_CHECKING:
        __setattr__ = object.__setattr__

    def __init__(self, connection: Connection, info: _abi.JackPortInfo) -> None:
        self._connection = connection
        self._info = info
        self._is_gone = False

    def __repr__(self) -> str:
        return f"jack.{type(self).__name__}({self.name!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Port):
            return NotImplemented
        return self.uuid == other.uuid

    def __hash__(self) -> int:
        return hash(self.uuid)

    def _known(self) -> _abi.JackPortInfo:
        """What is known of it now."""
        if self._is_gone:
            return self._info
        try:
            info = self._connection.port(self._info.name.decode())
            if info is None or info.uuid != self._info.uuid:  # It was renamed, or is gone.
                info = self._connection.port_by_uuid(self._info.uuid)
        except JackError:
            info = None  # The client is closed.
        if info is not None:
            self._info = info
        return self._info

    def _end(self, name: str) -> None:
        """It is gone. Another port may have its number, and thus its UUID, from now on."""
        if name:
            self._info.name = name.encode()
        self._is_gone = True

    def _call(self, function: object, *arguments: object) -> None:
        self._connection.call(function, self.name.encode(), *arguments)

    @property
    def name(self) -> str:
        """The full name: that of the client, a colon, and the short name."""
        return self._known().name.decode(errors="replace")

    @property
    def shortname(self) -> str:
        """The name without that of the client. That of an own port can be set.

        Raises:
            JackErrorCode: it is set, and the server refuses it, or it is not an own port.
        """
        return self.name.partition(":")[2]

    @shortname.setter
    def shortname(self, shortname: str) -> None:
        if not self._info.is_own:
            raise JackErrorCode(f"{self.name} can be renamed by its own client alone", errno.EPERM)
        self._call(lib.amio_jack_client_rename_port, shortname.encode())

    @property
    def aliases(self) -> list[str]:
        """Other names of it, up to two."""
        texts = [alias.value for alias in self._known().aliases]
        return [text.decode(errors="replace") for text in texts if text]

    def set_alias(self, alias: str) -> None:
        """Adds another name.

        Raises:
            JackErrorCode: it has two already.
        """
        self._call(lib.amio_jack_client_set_alias, alias.encode())

    def unset_alias(self, alias: str) -> None:
        """Takes another name away.

        Raises:
            JackErrorCode: it has no such name.
        """
        self._call(lib.amio_jack_client_unset_alias, alias.encode())

    @property
    def type(self) -> str:
        """The name of its type."""
        return self._info.type.decode(errors="replace")

    @property
    def uuid(self) -> int:
        """By which metadata refers to it."""
        return self._info.uuid

    @property
    def is_audio(self) -> bool:
        """Whether it carries audio."""
        return True

    @property
    def is_midi(self) -> bool:
        """Whether it carries MIDI."""
        return False

    @property
    def is_input(self) -> bool:
        """Whether others send to it."""
        return self._has(INPUT)

    @property
    def is_output(self) -> bool:
        """Whether others receive from it."""
        return self._has(OUTPUT)

    @property
    def is_physical(self) -> bool:
        """Whether it belongs to a device."""
        return self._has(PHYSICAL)

    @property
    def can_monitor(self) -> bool:
        """Whether its device can play what comes in by it: see :meth:`request_monitor`."""
        return self._has(CAN_MONITOR)

    @property
    def is_terminal(self) -> bool:
        """Whether what comes in by it goes no further, or what goes out comes from nowhere else."""
        return self._has(TERMINAL)

    def request_monitor(self, onoff: bool) -> None:
        """Asks for what comes in by it to be played at once, or no longer."""
        self._call(lib.amio_jack_client_request_monitor, bool(onoff))

    @property
    def is_monitored(self) -> bool:
        """Whether what comes in by it is played at once."""
        monitored = lib.amio_jack_client_is_monitored
        return bool(self._connection.number(monitored, ctypes.c_uint32, self.name.encode()))

    @property
    def capture_latency(self) -> LatencyRange:
        """How many frames ago the sound at this port came in, as the server knows it."""
        return self._latency(_abi.JACK_LATENCY_CAPTURE)

    @property
    def playback_latency(self) -> LatencyRange:
        """In how many frames the sound at this port goes out, as the server knows it."""
        return self._latency(_abi.JACK_LATENCY_PLAYBACK)

    def _latency(self, mode: int) -> LatencyRange:
        least, most = ctypes.c_uint32(), ctypes.c_uint32()
        latency = lib.amio_jack_client_latency
        self._call(latency, mode, ctypes.byref(least), ctypes.byref(most))
        return LatencyRange(least.value, most.value)

    def _has(self, flag: int) -> bool:
        return bool(self._info.flags & flag)


class MidiPort(Port):
    """A MIDI port of any client; those of the client that was asked are :class:`OwnMidiPort`."""

    @property
    def is_audio(self) -> bool:
        return False

    @property
    def is_midi(self) -> bool:
        return True


class UnknownPort(Port):
    """A port that carries neither audio nor MIDI."""

    @property
    def is_audio(self) -> bool:
        return False
