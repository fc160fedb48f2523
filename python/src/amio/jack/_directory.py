"""The ports of all clients, as objects."""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Iterable
from functools import partial
from typing import TypeVar

from .. import _abi
from .._library import Handle, lib
from ._connection import Connection, text
from ._constants import AUDIO, INPUT, MIDI, OUTPUT
from ._cycle import Cycle
from ._errors import JackError, JackErrorCode
from ._own_port import OwnMidiPort, OwnPort, known_name_of
from ._port import MidiPort, Port, UnknownPort
from ._ports import Ports

_Own = TypeVar("_Own", bound=OwnPort)


class Directory:
    """Makes port objects. Those of the own client are made once.

    Attributes:
        cycle: the period that the client's ports are used in.
        inports: the audio inputs of the client.
        outports: its audio outputs.
        midi_inports: its MIDI inputs.
        midi_outports: its MIDI outputs.
    """

    def __init__(self, connection: Connection) -> None:
        self.cycle = Cycle()
        self._connection = connection
        self._own: dict[int, OwnPort] = {}
        self.inports: Ports[OwnPort] = Ports(partial(self._register, OwnPort, AUDIO, INPUT))
        self.outports: Ports[OwnPort] = Ports(partial(self._register, OwnPort, AUDIO, OUTPUT))
        self.midi_inports: Ports[OwnMidiPort] = Ports(
            partial(self._register, OwnMidiPort, MIDI, INPUT)
        )
        self.midi_outports: Ports[OwnMidiPort] = Ports(
            partial(self._register, OwnMidiPort, MIDI, OUTPUT)
        )

    def _register(
        self,
        kind: type[_Own],
        carries: str,
        direction: int,
        shortname: str,
        flags: int,
    ) -> _Own:
        value = ctypes.c_void_p()
        try:
            self._connection.call(
                lib.amio_jack_port_register,
                shortname.encode(),
                carries.encode(),
                direction | flags,
                ctypes.byref(value),
            )
        except JackError as error:
            raise JackError(f"port {shortname!r} cannot be registered: {error}") from error
        # Until the client is closed, at exit, its process callback uses the port.
        handle = Handle(value, lib.amio_jack_port_free, at_exit=False)
        info = self._connection.port(text(lib.amio_jack_port_name, handle))
        if info is None:
            raise JackError(f"port {shortname!r} is gone already")
        port = kind(self._connection, info, self, handle)
        self._own[port.uuid] = port
        return port

    def forget(self, port: OwnPort) -> None:
        """An own port is gone."""
        if self._own.get(port.uuid) is port:
            del self._own[port.uuid]
        for ports in (self.inports, self.outports, self.midi_inports, self.midi_outports):
            ports._forget(port)

    def port(self, name: str) -> Port:
        """The port of this full name.

        Raises:
            JackError: there is none.
        """
        info = self._connection.port(name)
        if info is None:
            raise JackError(f"there is no port {name!r}")
        return self._port_of(info)

    def ports(self, names: Iterable[str]) -> list[Port]:
        """The ports of these full names that are still there."""
        found = [self._connection.port(name) for name in names]
        return [self._port_of(info) for info in found if info is not None]

    def _port_of(self, info: _abi.JackPortInfo) -> Port:
        own = self._own.get(info.uuid) if info.is_own else None
        if own is not None:
            return own
        carries = info.type.decode(errors="replace")
        kind = {AUDIO: Port, MIDI: MidiPort}.get(carries, UnknownPort)
        return kind(self._connection, info)

    def is_own(self, port: str | Port) -> bool:
        """Whether a port belongs to the client."""
        known = port if isinstance(port, Port) else self.port(known_name_of(port))
        if isinstance(known, OwnPort):
            return self._own.get(known.uuid) is known
        info = self._connection.port(known.name)
        return info is not None and bool(info.is_own)

    def all_ports(self) -> list[Port]:
        """The ports of all clients."""
        return self.ports(self._connection.find_ports())

    def port_by_id(self, number: int) -> Port | None:
        """The port that has this number of the server's now."""
        info = self._connection.port_by_id(number)
        return None if info is None else self._port_of(info)

    def connect(self, source: str, destination: str) -> None:
        """Connects an output to an input.

        Raises:
            JackErrorCode: the server refuses it; they may be connected already.
        """
        info = self._connection.port(source)
        is_output = info is not None and info.flags & OUTPUT
        if is_output and destination in self._connection.connections(source):
            message = f"{source!r} is connected to {destination!r} already"
            raise JackErrorCode(message, errno.EEXIST)
        connect = lib.amio_jack_client_connect
        try:
            self._connection.call(connect, source.encode(), destination.encode())
        except JackErrorCode as error:
            if error.code != _abi.ERROR_DRIVER:
                raise
            # The library says why. libjack's number would not have.
            raise JackErrorCode(error.message, -1) from error.__cause__

    def disconnect(self, source: str, destination: str) -> None:
        """Disconnects an output from an input.

        Raises:
            JackErrorCode: they are not connected.
        """
        disconnect = lib.amio_jack_client_disconnect
        self._connection.call(disconnect, source.encode(), destination.encode())
