"""A client of the library, as ports and clients here use it."""

from __future__ import annotations

import ctypes
from typing import Any

from .. import _abi
from .._library import Handle, lib, sized
from ..errors import InvalidArgumentError
from ._constants import NAME_BYTES
from ._errors import JackError, checked


class Connection:
    """What a client and its ports share.

    Attributes:
        handle: the library's client.
    """

    def __init__(self, handle: Handle) -> None:
        self.handle = handle

    def call(self, function: Any, *arguments: object) -> None:
        """Calls a function of the client.

        Raises:
            JackErrorCode: it was refused.
        """
        checked(function, self.handle, *arguments)

    def number(self, function: Any, kind: Any, *arguments: object) -> Any:
        """What a function writes to its last argument."""
        out = kind()
        self.call(function, *arguments, ctypes.byref(out))
        return out.value

    def text(self, function: Any, *arguments: object) -> str:
        """What a function writes to a buffer."""
        return text(function, self.handle, *arguments)

    def names(self, function: Any, *arguments: object) -> list[str]:
        """What a function gives as a list of names."""
        return names(function, self.handle, *arguments)

    def port(self, name: str) -> _abi.JackPortInfo | None:
        """What is known of a port; ``None``: there is none of this name."""
        return self._info(lib.amio_jack_client_port, name.encode())

    def port_by_id(self, number: int) -> _abi.JackPortInfo | None:
        """As :meth:`port`, by the server's number."""
        return self._info(lib.amio_jack_client_port_by_id, number)

    def port_by_uuid(self, uuid: int) -> _abi.JackPortInfo | None:
        """As :meth:`port`, by the UUID: looks at all ports."""
        for name in self.find_ports():
            info = self.port(name)
            if info is not None and info.uuid == uuid:
                return info
        return None

    def _info(self, function: Any, key: bytes | int) -> _abi.JackPortInfo | None:
        info = sized(_abi.JackPortInfo)
        try:
            self.call(function, key, ctypes.byref(info))
        except JackError as error:
            if isinstance(error.__cause__, InvalidArgumentError):
                return None
            raise
        return info

    def find_ports(self, name: str = "", kind: str = "", flags: int = 0) -> list[str]:
        """The names of the ports that match two patterns and have all of the flags."""
        find = lib.amio_jack_client_find_ports
        return self.names(find, name.encode(), kind.encode(), flags)

    def connections(self, name: str) -> list[str]:
        """The names of the ports that a port is connected to."""
        return self.names(lib.amio_jack_client_connections, name.encode())


def text(function: Any, *arguments: object) -> str:
    """What a function writes to a buffer, whose size comes last."""
    room = ctypes.create_string_buffer(NAME_BYTES)
    checked(function, *arguments, room, len(room))
    return room.value.decode(errors="replace")


def names(function: Any, *arguments: object) -> list[str]:
    """What a function gives as a list of names, by its last argument."""
    value = ctypes.c_void_p()
    checked(function, *arguments, ctypes.byref(value))
    made = Handle(value, lib.amio_jack_names_free)
    try:
        count = ctypes.c_size_t()
        lib.amio_jack_names_count(made, ctypes.byref(count))
        return [text(lib.amio_jack_names_get, made, index) for index in range(count.value)]
    finally:
        made.close()
