"""The client of an interface, which others may use."""

from __future__ import annotations

import contextlib
import ctypes
from typing import Any

from .. import _abi
from .._library import lib
from .._typing import Self
from ..errors import AmioError
from ._audio_thread import AudioThread
from ._client import Client
from ._life import free
from ._messages import listen
from ._status import Status

#: What ctypes calls for clients that the interface has kept: the server may be in the middle of it.
_entries: list[dict[str, Any]] = []


class LentClient(Client):
    """The JACK client of an interface: :meth:`amio.NativeInterface.jack_client` gives it.

    The interface runs it and closes it. So :meth:`activate`, :meth:`deactivate` and
    :meth:`set_process_callback` are refused, and a ``with`` statement does not activate it.
    """

    def __init__(self, value: ctypes.c_void_p) -> None:
        listen()
        self._begin(value, Status(0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self, ignore_errors: bool = True) -> None:
        """Gives the client back to the interface, which goes on with it.

        Callbacks that were set here are not called any more. Ports that were registered here stay.
        """
        super().close(ignore_errors)

    def _end(self) -> None:
        self._connection.handle.close()

    @staticmethod
    def _free(thread: AudioThread, client: ctypes.c_void_p) -> None:
        if thread.entries:
            _entries.append(thread.entries)
            with contextlib.suppress(AmioError):  # It is gone.
                if "sync" in thread.entries:
                    lib.amio_jack_client_set_sync(client, _abi.JackSync(), None)
                if "timebase" in thread.entries:
                    lib.amio_jack_client_release_timebase(client)
        free(thread, client)
