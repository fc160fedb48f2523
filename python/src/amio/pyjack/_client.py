"""A client with PyJack's methods."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _abi
from .._arguments import text, unsigned
from .._deadline import deadline_of, time_left
from .._library import lib
from .._typing import Number, Self
from ..jack import JackError, version, version_string
from ..jack._own_port import OwnPort
from ..jack._ports import Ports
from ._attached import Attached
from ._constants import CanMonitor, IsInput, IsOutput, IsPhysical, IsTerminal
from ._errors import Error, InputSyncError, OutputSyncError, UsageError, translated
from ._levels import Levels, levels_of
from ._life import Life

#: libjack's numbers of the types that it has; all others have the last one.
_TYPE_IDS = {_abi.JACK_AUDIO: 0, _abi.JACK_MIDI: 1, "32 bit float RGBA video": 2}
_OTHER_TYPE_ID = 3


class Attachable(Life):
    """What the module does with its one client, and each :class:`Client` with its own.

    Its methods may be called on any thread, :meth:`process` on one at a time. They raise

    * :class:`NotConnectedError`: the client is not attached, or the server is gone;
    * :class:`UsageError`: the state of the client does not allow the call;
    * :class:`Error`: the server refuses it, or does not know a port.
    """

    # ---- Ports

    def register_port(self, name: str, flags: int) -> None:
        """Makes an audio port.

        Args:
            name: its short name.
            flags: ``IsInput`` or ``IsOutput``, and perhaps ``IsPhysical``, ``CanMonitor`` and
                ``IsTerminal``, joined by ``|``.
        """
        state = self._attached
        direction = flags & (IsInput | IsOutput)
        if direction not in (IsInput, IsOutput):
            raise Error("the flags of a port must have either IsInput or IsOutput")
        ports = state.client.inports if direction == IsInput else state.client.outports
        text("name", name)
        with translated(), state.changing_ports():
            ports._add(name, flags & (IsPhysical | CanMonitor | IsTerminal))

    def unregister_port(self, name: str) -> None:
        """Removes a port of the client, given by its short name, with its connections.

        Raises:
            UsageError: the client has no such port.
        """
        state = self._attached
        with translated(), state.changing_ports():
            port = _named(state.client.inports, name) or _named(state.client.outports, name)
            if port is None:
                raise UsageError(f"the client has no port {name!r}")
            port.unregister()

    def get_ports(self) -> list[str]:
        """The full names of all ports of all clients."""
        with translated():
            return self._attached.client._connection.find_ports()

    def get_port_flags(self, name: str) -> int:
        """The flags of a port, given by its full name: ``IsInput`` and the like, joined."""
        return int(self._info(name).flags)

    def get_port_short_name(self, name: str) -> str:
        """The name of a port without that of its client."""
        return self._info(name).name.decode(errors="replace").partition(":")[2]

    def get_port_type(self, name: str) -> str:
        """The type of a port, such as ``32 bit float mono audio``."""
        return str(self._info(name).type.decode(errors="replace"))

    def get_port_type_id(self, name: str) -> int:
        """The number of the type of a port: 0 for audio, 1 for MIDI, 2 for video, 3 for others."""
        return _TYPE_IDS.get(self.get_port_type(name), _OTHER_TYPE_ID)

    def port_is_mine(self, name: str) -> int:
        """1 if a port belongs to the client, otherwise 0."""
        return int(bool(self._info(name).is_own))

    def get_connections(self, name: str) -> list[str]:
        """The full names of the ports that a port of any client is connected to."""
        self._info(name)
        with translated():
            return self._attached.client._connection.connections(name)

    def connect(self, source: str, destination: str) -> None:
        """Connects an output to an input, given by their full names; that they may be already.

        Raises:
            UsageError: one does not exist, or is one of the client, which is not active.
        """
        state = self._attached
        ends = self._ends(state, source, destination)
        if not state.is_active and any(end.is_own for end in ends):
            raise UsageError("the ports of a client can be connected when it is active")
        with translated():
            state.client._connection.call(
                lib.amio_jack_client_connect, source.encode(), destination.encode()
            )

    def disconnect(self, source: str, destination: str) -> None:
        """Disconnects an output from an input, which need not be connected.

        Raises:
            UsageError: one does not exist.
        """
        state = self._attached
        self._ends(state, source, destination)
        with translated():
            if destination in state.client._connection.connections(source):
                state.client.disconnect(source, destination)

    # ---- Audio

    def process(
        self,
        output_array: NDArray[Any],
        input_array: NDArray[Any],
        timeout: Number | None = None,
    ) -> None:
        """Hands a block of output over, and waits for the next block of input.

        Both are 2-D arrays of float32 with a row for each output or input, in the order in which
        they were registered, and a column for each frame of a block (:meth:`get_block_size`). Any
        strides are fine. Where the client has no ports of a side, the array of that side has any
        shape. The blocks begin with the first call after :meth:`activate`, and begin anew when
        ports are registered or unregistered or the server's buffer size has changed.

        Args:
            output_array: what is played.
            input_array: where the input is written to.
            timeout: how many seconds this waits; ``None``: without end. After that the output was
                handed over; the next call waits for input, and its output is ignored.

        Raises:
            InputSyncError: input was lost before the block, which was delivered all the same.
            OutputSyncError: output came too late; the input was delivered.
            UsageError: the client is not active.
            ValueError: an array has another type or shape.
            TimeoutError: no input came within ``timeout`` seconds.
        """
        deadline = deadline_of(timeout)
        while True:
            state = self._active
            with translated():
                exchange = state.current_exchange()
            exchange.check(output_array, input_array)
            output = np.array(output_array) if exchange.outputs else None
            try:
                block = exchange.blocks.exchange(output, time_left(deadline))
                break
            except JackError as error:
                # Ended, since another thread has changed the ports, or the client is not active.
                if not exchange.blocks.closed:
                    with translated():
                        raise error
        if exchange.inputs:
            input_array[...] = block.input
        state.last = exchange.samples(block, output)
        if exchange.inputs and block.new.lost:
            raise InputSyncError(block.new.lost)
        if exchange.outputs and (block.new.late or block.new.missed):
            raise OutputSyncError(max(block.new.late, block.new.missed))

    def get_block_size(self) -> int:
        """How many frames :meth:`process` exchanges: the columns of its arrays."""
        state = self._attached
        return state.block_size or self.get_buffer_size()

    def get_levels(self) -> dict[str, Levels]:
        """Peak and power of each port, by its short name, in the block that was exchanged last."""
        last = self._attached.last
        return {port.shortname: levels_of(samples) for port, samples in last}

    # ---- Server

    def get_buffer_size(self) -> int:
        """The server's period, in frames."""
        with translated():
            return self._attached.client.blocksize

    def set_buffer_size(self, size: int) -> None:
        """Sets the server's period, for all clients."""
        with translated():
            self._attached.client.blocksize = unsigned("size", size, bits=32)

    def get_sample_rate(self) -> int:
        """The server's frame rate, in Hz."""
        with translated():
            return self._attached.client.samplerate

    def get_cpu_load(self) -> float:
        """How much of each period the server and its clients are at work, in percent."""
        with translated():
            return self._attached.client.cpu_load()

    def is_realtime(self) -> int:
        """1 if the server runs in real time, otherwise 0."""
        with translated():
            return int(self._attached.client.realtime)

    def get_version(self) -> tuple[int, int, int, int]:
        """The version of libjack: major, minor, micro, protocol. Some libraries say zeros."""
        with translated():
            return version()

    def get_version_string(self) -> str:
        """The version of libjack, as it says it."""
        with translated():
            return version_string()

    # ---- Transport

    def transport_start(self) -> None:
        """Starts the transport, as soon as all clients are ready."""
        with translated():
            self._attached.client.transport_start()

    def transport_stop(self) -> None:
        """Stops the transport."""
        with translated():
            self._attached.client.transport_stop()

    def transport_locate(self, frame: int) -> None:
        """Moves the transport to a frame, 0 to 2**32 - 1."""
        with translated():
            self._attached.client.transport_frame = unsigned("frame", frame, bits=32)

    def get_transport_state(self) -> int:
        """``TransportStopped``, ``TransportRolling`` or ``TransportStarting``."""
        with translated():
            return self._attached.client.transport_query_struct()[0]

    def get_current_transport_frame(self) -> int:
        """Where the transport is now, also between two periods."""
        with translated():
            return self._attached.client.transport_frame

    def get_frame_time(self) -> int:
        """The server's number of the frame that is current now. It wraps at 2**32."""
        with translated():
            return self._attached.client.frame_time

    def set_sync_timeout(self, time: int) -> None:
        """For how many microseconds the transport waits for clients that are not ready."""
        with translated():
            self._attached.client.set_sync_timeout(unsigned("time", time))

    # ---- Inside

    def _info(self, name: str) -> _abi.JackPortInfo:
        info = self._find(self._attached, name)
        if info is None:
            raise Error(f"there is no port {name!r}")
        return info

    def _find(self, state: Attached, name: str) -> _abi.JackPortInfo | None:
        text("name", name)
        with translated():
            return state.client._connection.port(name)

    def _ends(
        self, state: Attached, source: str, destination: str
    ) -> tuple[_abi.JackPortInfo, _abi.JackPortInfo]:
        first, second = self._find(state, source), self._find(state, destination)
        if first is None or second is None:
            name = source if first is None else destination
            raise UsageError(f"there is no port {name!r}")
        return first, second


class Client(Attachable):
    """A client of its own, beside that of the module: the same functions as methods.

    It is attached as soon as it is made; its arguments are those of :meth:`attach`. Dropped, or at
    the end of a ``with`` statement, it is detached.
    """

    def __init__(
        self,
        name: str,
        *,
        block_size: int | None = None,
        queued_blocks: int | None = None,
        latency: int | None = None,
    ) -> None:
        super().__init__()
        self.attach(name, block_size=block_size, queued_blocks=queued_blocks, latency=latency)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.detach()


def _named(ports: Ports[OwnPort], name: str) -> OwnPort | None:
    return next((port for port in ports if port.shortname == name), None)
