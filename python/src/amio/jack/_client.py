"""A JACK client, with JACK-Client's methods."""

from __future__ import annotations

from collections.abc import Sequence

from ._blocks import Blocks
from ._callbacks import Callbacks
from ._constants import (
    AUDIO,
    CAN_MONITOR,
    INPUT,
    MIDI,
    OUTPUT,
    PHYSICAL,
    TERMINAL,
)
from ._midi import MidiReceiver, MidiSender
from ._own_port import OwnMidiPort, OwnPort, known_name_of, name_of
from ._port import Port


class Client(Callbacks):
    """A client of a JACK server, or of PipeWire.

    In a ``with`` statement it is active, and it is closed at the end. A client that nothing refers
    to is closed, too.

    Callbacks, except those of the audio thread (process, sync and timebase), are called on a thread
    of this package, in the order of what happened. An exception of a callback is printed to the
    standard error. After an exception, a process callback is not called again.

    Arguments:
        name: the name, of up to :func:`client_name_size` - 2 bytes, without a colon.
        use_exact_name: open no client under another name, if the name is taken.
        no_start_server: start no server if none runs. Otherwise libjack may start one.
        servername: the server's name.
        session_id: by which a session manager knows the client.

    Raises:
        JackOpenError: no server answers, or it refuses the client.
        DriverUnavailableError: libjack is not installed.
    """

    def owns(self, port: str | Port) -> bool:
        """Whether a port, given as such or by its full name, is one of this client's."""
        return self._directory.is_own(port)

    def connect(self, source: str | Port, destination: str | Port) -> None:
        """Connects an output to an input, given as such or by their full names.

        Raises:
            JackErrorCode: the server refuses it; they may be connected already.
        """
        self._directory.connect(name_of(source), name_of(destination))

    def disconnect(self, source: str | Port, destination: str | Port) -> None:
        """Disconnects an output from an input.

        Raises:
            JackErrorCode: they are not connected.
        """
        self._directory.disconnect(name_of(source), name_of(destination))

    def get_port_by_name(self, name: str) -> Port:
        """The port of a full name.

        Raises:
            JackError: there is none.
        """
        return self._directory.port(name)

    def get_all_connections(self, port: str | Port) -> list[Port]:
        """The ports that a port of any client is connected to."""
        return self._directory.ports(self._connection.connections(known_name_of(port)))

    def get_ports(
        self,
        name_pattern: str = "",
        is_audio: bool = False,
        is_midi: bool = False,
        is_input: bool = False,
        is_output: bool = False,
        is_physical: bool = False,
        can_monitor: bool = False,
        is_terminal: bool = False,
    ) -> list[Port]:
        """The ports of all clients that match.

        Arguments:
            name_pattern: an extended regular expression that is in the full name; empty: any.
            is_audio: audio ports. Without this and ``is_midi``, ports of all types.
            is_midi: MIDI ports.
            is_input: only inputs; for this and the following, see :class:`Port`.
            is_output: only outputs.
            is_physical: only ports of devices.
            can_monitor: only ports whose device can play what comes in.
            is_terminal: only ports where sound begins or ends.
        """
        kind = "" if is_audio == is_midi else AUDIO if is_audio else MIDI
        asked = {
            INPUT: is_input,
            OUTPUT: is_output,
            PHYSICAL: is_physical,
            CAN_MONITOR: can_monitor,
            TERMINAL: is_terminal,
        }
        flags = sum(flag for flag, is_asked in asked.items() if is_asked)
        return self._directory.ports(self._connection.find_ports(name_pattern, kind, flags))

    def receive_midi(self, port: OwnMidiPort, capacity: int = 4096) -> MidiReceiver:
        """Has the events of a MIDI input handed to threads and event loops.

        It works beside a process callback, and without one. For instance::

            async for event in client.receive_midi(port):
                print(event.frame, event.data)

        Arguments:
            port: a MIDI input of the client.
            capacity: how many events may wait to be read, 1 to 2**20. One of more than 16 bytes
                counts as several. Others are lost, and counted.

        Raises:
            JackErrorCode: the port is no MIDI input of the client, or the client is closed.
        """
        return MidiReceiver(self._connection, port, capacity)

    def send_midi(self, port: OwnMidiPort, capacity: int = 4096) -> MidiSender:
        """Has events sent by a MIDI output, from threads and event loops, at frames.

        It works beside a process callback, and without one. For instance::

            sender = client.send_midi(port)
            sender.send(client.frame_time + client.samplerate, [0x90, 60, 100])

        Arguments:
            port: a MIDI output of the client, which nothing else writes to.
            capacity: as of :meth:`receive_midi`, of events that wait for their frame.

        Raises:
            JackErrorCode: the port is no MIDI output of the client, or the client is closed.
        """
        return MidiSender(self._connection, port, capacity)

    def blocks(
        self,
        frames: int | None = None,
        *,
        inputs: Sequence[OwnPort] | None = None,
        outputs: Sequence[OwnPort] | None = None,
        queued: int | None = None,
        latency: int | None = None,
    ) -> Blocks:
        """Begins to exchange audio with the audio thread, in blocks.

        It works beside a process callback, and without one. For instance::

            blocks = client.blocks(1024)
            async for block in blocks:
                blocks.write(0.5 * block.input)

        Arguments:
            frames: the length of a block, 1 to 65536; ``None``: the server's period.
            inputs: audio inputs of the client; ``None``: all that it has now.
            outputs: audio outputs of the client, which nothing else writes to; ``None``: all.
            queued: how many blocks of input may wait to be read, 1 to 65536; ``None``: a quarter of
                a second of them, and at least 4.
            latency: how many frames after the beginning of a block its answer sounds, 1 to 2**24;
                ``None``: a block, a period, the longer of the two to think, and 5 ms for waking.

        Raises:
            ValueError: a number is negative, or 0.
            JackErrorCode: a number is too large, a port is not one of these, or the client is
                closed.
        """
        return Blocks(
            self._connection,
            list(self.inports if inputs is None else inputs),
            list(self.outports if outputs is None else outputs),
            self.blocksize if frames is None else frames,
            queued,
            latency,
        )
