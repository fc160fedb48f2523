"""JACK clients with the interface of PyJack 0.5.2, for Python 3 and numpy.

``import amio.pyjack as jack`` is all that a program written for it needs; ``python -m amio.pyjack
run PROGRAM.py`` runs one unchanged. The functions of this module act on one client; :class:`Client`
has the same as methods, for several at once. :func:`process` exchanges a block with the audio
thread, on which no Python runs.
"""

from ._client import Attachable, Client
from ._constants import (
    CanMonitor,
    IsInput,
    IsOutput,
    IsPhysical,
    IsTerminal,
    TransportRolling,
    TransportStarting,
    TransportStopped,
)
from ._errors import Error, InputSyncError, NotConnectedError, OutputSyncError, UsageError
from ._levels import Levels

#: The version of PyJack whose interface this is.
__version__ = "0.5.2"

_client = Attachable()

activate = _client.activate
attach = _client.attach
check_events = _client.check_events
connect = _client.connect
deactivate = _client.deactivate
detach = _client.detach
disconnect = _client.disconnect
get_block_size = _client.get_block_size
get_buffer_size = _client.get_buffer_size
get_client_name = _client.get_client_name
get_connections = _client.get_connections
get_cpu_load = _client.get_cpu_load
get_current_transport_frame = _client.get_current_transport_frame
get_frame_time = _client.get_frame_time
get_levels = _client.get_levels
get_port_flags = _client.get_port_flags
get_port_short_name = _client.get_port_short_name
get_port_type = _client.get_port_type
get_port_type_id = _client.get_port_type_id
get_ports = _client.get_ports
get_sample_rate = _client.get_sample_rate
get_transport_state = _client.get_transport_state
get_version = _client.get_version
get_version_string = _client.get_version_string
is_realtime = _client.is_realtime
port_is_mine = _client.port_is_mine
process = _client.process
register_port = _client.register_port
set_buffer_size = _client.set_buffer_size
set_sync_timeout = _client.set_sync_timeout
transport_locate = _client.transport_locate
transport_start = _client.transport_start
transport_stop = _client.transport_stop
unregister_port = _client.unregister_port

__all__ = [
    "CanMonitor",
    "Client",
    "Error",
    "InputSyncError",
    "IsInput",
    "IsOutput",
    "IsPhysical",
    "IsTerminal",
    "Levels",
    "NotConnectedError",
    "OutputSyncError",
    "TransportRolling",
    "TransportStarting",
    "TransportStopped",
    "UsageError",
    "activate",
    "attach",
    "check_events",
    "connect",
    "deactivate",
    "detach",
    "disconnect",
    "get_block_size",
    "get_buffer_size",
    "get_client_name",
    "get_connections",
    "get_cpu_load",
    "get_current_transport_frame",
    "get_frame_time",
    "get_levels",
    "get_port_flags",
    "get_port_short_name",
    "get_port_type",
    "get_port_type_id",
    "get_ports",
    "get_sample_rate",
    "get_transport_state",
    "get_version",
    "get_version_string",
    "is_realtime",
    "port_is_mine",
    "process",
    "register_port",
    "set_buffer_size",
    "set_sync_timeout",
    "transport_locate",
    "transport_start",
    "transport_stop",
    "unregister_port",
]
