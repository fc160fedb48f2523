"""Numbers and names of libjack, by the names that JACK-Client gives them."""

from __future__ import annotations

from .. import _abi

#: The transport stands.
STOPPED: int = _abi.JACK_TRANSPORT_STOPPED
#: The transport moves.
ROLLING: int = _abi.JACK_TRANSPORT_ROLLING
#: The transport waits for clients that are not ready.
STARTING: int = _abi.JACK_TRANSPORT_STARTING
#: The transport waits for clients on the network that are not ready.
NETSTARTING: int = _abi.JACK_TRANSPORT_NET_STARTING

#: A property was set that was not there before.
PROPERTY_CREATED: int = _abi.JACK_PROPERTY_CREATED
#: A property has another value.
PROPERTY_CHANGED: int = _abi.JACK_PROPERTY_CHANGED
#: A property was removed.
PROPERTY_DELETED: int = _abi.JACK_PROPERTY_DELETED

#: A position has a bar, a beat and a tick.
POSITION_BBT: int = _abi.JACK_POSITION_BBT
#: A position has a time in seconds.
POSITION_TIMECODE: int = _abi.JACK_POSITION_TIMECODE
#: A position says how many frames before it its beat and tick were reached.
POSITION_BBT_FRAME_OFFSET: int = _abi.JACK_POSITION_BBT_OFFSET
#: A position says how many audio frames a video frame lasts.
POSITION_AUDIO_VIDEO_RATIO: int = _abi.JACK_POSITION_AUDIO_RATIO
#: A position says at which frame of the period the first video frame begins.
POSITION_VIDEO_FRAME_OFFSET: int = _abi.JACK_POSITION_VIDEO_OFFSET

#: A name for people. This and the following are keys of properties.
METADATA_PRETTY_NAME: str = _abi.JACK_KEY_PRETTY_NAME
#: Where a port stands among those of its client: a number.
METADATA_ORDER: str = _abi.JACK_KEY_ORDER
#: The group that a port belongs to.
METADATA_PORT_GROUP: str = _abi.JACK_KEY_PORT_GROUP
#: A small icon: a PNG in base 64, at most 32 pixels high and wide.
METADATA_ICON_SMALL: str = _abi.JACK_KEY_ICON_SMALL
#: A large icon: a PNG in base 64, at most 128 pixels high and wide.
METADATA_ICON_LARGE: str = _abi.JACK_KEY_ICON_LARGE
#: The name of an icon of the user's theme.
METADATA_ICON_NAME: str = _abi.JACK_KEY_ICON_NAME
#: What a port of a device is plugged into.
METADATA_CONNECTED: str = _abi.JACK_KEY_CONNECTED
#: The name of a device's port as it stands on the device.
METADATA_HARDWARE: str = _abi.JACK_KEY_HARDWARE
#: What kind of audio a port carries: ``AUDIO`` or ``CV``.
METADATA_SIGNAL_TYPE: str = _abi.JACK_KEY_SIGNAL_TYPE
#: Which events a MIDI port carries: ``MIDI`` or ``OSC``, joined by commas.
METADATA_EVENT_TYPES: str = _abi.JACK_KEY_EVENT_TYPES

AUDIO: str = _abi.JACK_AUDIO
MIDI: str = _abi.JACK_MIDI
NAME_BYTES: int = _abi.JACK_NAME_BYTES

INPUT: int = _abi.JACK_PORT_INPUT
OUTPUT: int = _abi.JACK_PORT_OUTPUT
PHYSICAL: int = _abi.JACK_PORT_PHYSICAL
CAN_MONITOR: int = _abi.JACK_PORT_CAN_MONITOR
TERMINAL: int = _abi.JACK_PORT_TERMINAL
