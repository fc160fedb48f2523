"""JACK clients: ports, connections, MIDI, transport and metadata, on jackd and PipeWire.

The module has the interface of JACK-Client 0.5.7, so ``import amio.jack as jack`` is all that a
program written for it needs; ``python -m amio.jack run PROGRAM.py`` runs one unchanged.
:meth:`Client.events` gives what happens as a queue, for threads and for asyncio.
"""

from ._blocks import Block, BlockCounts, Blocks, Samples
from ._buffer import Buffer
from ._client import Client
from ._clock import CycleTimes, get_time
from ._constants import (
    METADATA_CONNECTED,
    METADATA_EVENT_TYPES,
    METADATA_HARDWARE,
    METADATA_ICON_LARGE,
    METADATA_ICON_NAME,
    METADATA_ICON_SMALL,
    METADATA_ORDER,
    METADATA_PORT_GROUP,
    METADATA_PRETTY_NAME,
    METADATA_SIGNAL_TYPE,
    NETSTARTING,
    POSITION_AUDIO_VIDEO_RATIO,
    POSITION_BBT,
    POSITION_BBT_FRAME_OFFSET,
    POSITION_TIMECODE,
    POSITION_VIDEO_FRAME_OFFSET,
    PROPERTY_CHANGED,
    PROPERTY_CREATED,
    PROPERTY_DELETED,
    ROLLING,
    STARTING,
    STOPPED,
)
from ._errors import CallbackExit, JackError, JackErrorCode, JackOpenError
from ._events import Event, EventKind, Events
from ._messages import (
    client_name_size,
    client_pid,
    port_name_size,
    set_error_function,
    set_info_function,
    version,
    version_string,
)
from ._metadata import get_all_properties, get_properties, get_property
from ._midi import MidiCounts, MidiEvent, MidiReceiver, MidiSender
from ._own_port import OwnMidiPort, OwnPort
from ._port import LatencyRange, MidiPort, Port, UnknownPort
from ._ports import Ports
from ._position import Position, position2dict
from ._ring import RingBuffer
from ._status import Status, TransportState

#: The version of JACK-Client whose interface this is.
__version__ = "0.5.7"

__all__ = [
    "METADATA_CONNECTED",
    "METADATA_EVENT_TYPES",
    "METADATA_HARDWARE",
    "METADATA_ICON_LARGE",
    "METADATA_ICON_NAME",
    "METADATA_ICON_SMALL",
    "METADATA_ORDER",
    "METADATA_PORT_GROUP",
    "METADATA_PRETTY_NAME",
    "METADATA_SIGNAL_TYPE",
    "NETSTARTING",
    "POSITION_AUDIO_VIDEO_RATIO",
    "POSITION_BBT",
    "POSITION_BBT_FRAME_OFFSET",
    "POSITION_TIMECODE",
    "POSITION_VIDEO_FRAME_OFFSET",
    "PROPERTY_CHANGED",
    "PROPERTY_CREATED",
    "PROPERTY_DELETED",
    "ROLLING",
    "STARTING",
    "STOPPED",
    "Block",
    "BlockCounts",
    "Blocks",
    "Buffer",
    "CallbackExit",
    "Client",
    "CycleTimes",
    "Event",
    "EventKind",
    "Events",
    "JackError",
    "JackErrorCode",
    "JackOpenError",
    "LatencyRange",
    "MidiCounts",
    "MidiEvent",
    "MidiPort",
    "MidiReceiver",
    "MidiSender",
    "OwnMidiPort",
    "OwnPort",
    "Port",
    "Ports",
    "Position",
    "RingBuffer",
    "Samples",
    "Status",
    "TransportState",
    "UnknownPort",
    "client_name_size",
    "client_pid",
    "get_all_properties",
    "get_properties",
    "get_property",
    "get_time",
    "port_name_size",
    "position2dict",
    "set_error_function",
    "set_info_function",
    "version",
    "version_string",
]
