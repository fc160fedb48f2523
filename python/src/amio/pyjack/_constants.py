"""Numbers of libjack, by the names that PyJack gives them."""

from __future__ import annotations

from .. import _abi

#: Others send to the port. This and the following are flags of ports.
IsInput: int = _abi.JACK_PORT_INPUT
#: Others receive from the port.
IsOutput: int = _abi.JACK_PORT_OUTPUT
#: The port stands for a connector of a device.
IsPhysical: int = _abi.JACK_PORT_PHYSICAL
#: The device of the port can play what comes in.
CanMonitor: int = _abi.JACK_PORT_CAN_MONITOR
#: Sound begins or ends at the port.
IsTerminal: int = _abi.JACK_PORT_TERMINAL

#: The transport stands.
TransportStopped: int = _abi.JACK_TRANSPORT_STOPPED
#: The transport moves.
TransportRolling: int = _abi.JACK_TRANSPORT_ROLLING
#: The transport waits for clients that are not ready.
TransportStarting: int = _abi.JACK_TRANSPORT_STARTING
