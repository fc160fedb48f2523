"""A client's life, and what it is told of its server."""

from __future__ import annotations

import ctypes
import threading
import weakref
from functools import partial
from types import TracebackType
from typing import TypeVar

from .. import _abi
from .._library import Handle, lib, sized
from ..errors import AmioError, DriverUnavailableError
from ._audio_thread import AudioThread, is_audio_thread
from ._connection import Connection
from ._directory import Directory
from ._errors import JackError, JackOpenError
from ._events import Events
from ._messages import listen
from ._numbers import number_of, unsigned
from ._own_port import OwnMidiPort, OwnPort
from ._ports import Ports
from ._process import Processing
from ._status import Status

_Life = TypeVar("_Life", bound="Life")


class Life:
    """Opens and closes the library's client."""

    # A program may set attributes of its own, so this is no `Unique`.

    def __init__(
        self,
        name: str,
        use_exact_name: bool = False,
        no_start_server: bool = False,
        servername: str | None = None,
        session_id: str | None = None,
    ) -> None:
        listen()
        options = sized(_abi.JackOptions)
        options.exact_name = bool(use_exact_name)
        options.start_server = not no_start_server
        options.server_name = servername.encode() if servername else None
        options.session_id = session_id.encode() if session_id else None
        status, value = ctypes.c_uint32(), ctypes.c_void_p()
        try:
            lib.amio_jack_client_open(
                name.encode(), ctypes.byref(options), ctypes.byref(status), ctypes.byref(value)
            )
        except DriverUnavailableError:
            raise
        except AmioError as error:
            raise JackOpenError(name, Status(status.value)) from error
        self._begin(value, Status(status.value))

    def _begin(self, value: ctypes.c_void_p, status: Status) -> None:
        """Takes a client of the library over."""
        self._status = status
        self._audio_thread = AudioThread()
        handle = Handle(value, partial(self._free, self._audio_thread))
        self._connection = Connection(handle)
        self._directory = Directory(self._connection)
        self._processing = Processing(self._connection, self._directory.cycle, self._audio_thread)
        self._events: weakref.WeakSet[Events] = weakref.WeakSet()
        self._is_open = True

    # Where opening fails, too.
    _is_open = False

    def __enter__(self: _Life) -> _Life:
        self.activate()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.deactivate()
        self.close()

    def __del__(self) -> None:
        if not is_audio_thread():  # Otherwise its handle is closed elsewhere.
            self.close()

    @property
    def name(self) -> str:
        """The name by which the server knows the client."""
        return self._connection.text(lib.amio_jack_client_name)

    @property
    def uuid(self) -> str:
        """By which metadata refers to the client.

        Raises:
            JackError: the server gives none.
        """
        uuid: int = self._connection.number(lib.amio_jack_client_uuid, ctypes.c_uint64)
        if not uuid:
            raise JackError("the server gives the client no UUID")
        return str(uuid)

    @property
    def status(self) -> Status:
        """What the server said when the client was opened."""
        return self._status

    @property
    def samplerate(self) -> int:
        """The server's frame rate, in Hz."""
        rate: int = self._connection.number(lib.amio_jack_client_frame_rate_hz, ctypes.c_uint32)
        return rate

    @property
    def blocksize(self) -> int:
        """The server's period, in frames. It can be set, for all clients.

        Raises:
            JackErrorCode: it is set, and the server refuses it.
        """
        frames: int = self._connection.number(lib.amio_jack_client_period_frames, ctypes.c_uint32)
        return frames

    @blocksize.setter
    def blocksize(self, blocksize: int) -> None:
        frames = unsigned("blocksize", blocksize)
        self._connection.call(lib.amio_jack_client_set_period_frames, frames)

    @property
    def realtime(self) -> bool:
        """Whether the server runs in real time."""
        return bool(self._connection.number(lib.amio_jack_client_is_realtime, ctypes.c_uint32))

    def cpu_load(self) -> float:
        """How much of each period the server and its clients are at work, in percent."""
        load: float = self._connection.number(lib.amio_jack_client_cpu_load_percent, ctypes.c_float)
        return load

    @property
    def inports(self) -> Ports[OwnPort]:
        """The audio inputs."""
        return self._directory.inports

    @property
    def outports(self) -> Ports[OwnPort]:
        """The audio outputs."""
        return self._directory.outports

    @property
    def midi_inports(self) -> Ports[OwnMidiPort]:
        """The MIDI inputs."""
        return self._directory.midi_inports

    @property
    def midi_outports(self) -> Ports[OwnMidiPort]:
        """The MIDI outputs."""
        return self._directory.midi_outports

    def activate(self) -> None:
        """Begins the periods. From then on, ports can be connected.

        Raises:
            JackErrorCode: the server refuses it.
        """
        self._processing.install()
        self._connection.call(lib.amio_jack_client_activate)

    def deactivate(self, ignore_errors: bool = True) -> None:
        """Ends the periods, and the connections of the client.

        Raises:
            JackErrorCode: the server refuses it, and errors are not ignored.
        """
        self._audio_thread.end()
        try:
            self._connection.call(lib.amio_jack_client_deactivate)
        except JackError:
            if not ignore_errors:
                raise

    def close(self, ignore_errors: bool = True) -> None:
        """Closes the client. Its callbacks are not called any more.

        In a process, sync or timebase callback of any client, which the server waits for, another
        thread closes it soon. What lies in the memory of the server, such as the arrays of
        :meth:`OwnPort.get_array`, must not be used any more.

        Raises:
            JackErrorCode: the server refuses it, and errors are not ignored.
        """
        if not self._is_open:
            return
        if is_audio_thread():
            self._processing.end()
            threading.Thread(target=self.close, args=(ignore_errors,), name="amio.jack").start()
            return
        self._is_open = False
        self._before_closing()
        try:
            self._end()
        except JackError:
            if not ignore_errors:
                raise
        for events in list(self._events):
            events.close()

    def _before_closing(self) -> None:
        self._audio_thread.end()

    def _end(self) -> None:
        self._connection.call(lib.amio_jack_client_close)

    @staticmethod
    def _free(thread: AudioThread, client: ctypes.c_void_p) -> None:
        free(thread, client)

    def set_freewheel(self, onoff: bool) -> None:
        """Starts or ends freewheeling: periods as fast as they can, without a device.

        Raises:
            JackErrorCode: the server refuses it.
        """
        self._connection.call(lib.amio_jack_client_set_freewheel, bool(onoff))

    def events(self) -> Events:
        """What happens to the client and around it from now on.

        Several may be used at once; each gives all events.
        """
        events = Events(self._connection, self._directory)
        self._events.add(events)
        return events

    def get_uuid_for_client_name(self, name: str) -> str:
        """The UUID of a client.

        Raises:
            JackError: there is no client of this name.
        """
        function = lib.amio_jack_client_uuid_of
        uuid: int = self._connection.number(function, ctypes.c_uint64, name.encode())
        if not uuid:
            raise JackError(f"there is no client {name!r}")
        return str(uuid)

    def get_client_name_by_uuid(self, uuid: str) -> str:
        """The name of a client.

        Raises:
            JackError: there is no client with this UUID.
        """
        name = ""
        if (number := number_of(str(uuid))) is not None:
            name = self._connection.text(lib.amio_jack_client_name_of, number)
        if not name:
            raise JackError(f"there is no client with the UUID {uuid!r}")
        return name


def free(thread: AudioThread, client: ctypes.c_void_p) -> None:
    """Frees a client. The garbage collector may do so on an audio thread, which cannot."""
    if is_audio_thread():
        threading.Thread(target=free, args=(thread, client), name="amio.jack").start()
        return
    thread.end()
    lib.amio_jack_client_free(client)
