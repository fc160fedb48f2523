"""The ports of a client, in four lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar, overload

from ._constants import PHYSICAL, TERMINAL
from ._own_port import OwnPort

_Own = TypeVar("_Own", bound=OwnPort)


class Ports(Generic[_Own]):
    """The inputs or outputs of a client, for audio or MIDI, in the order of registration."""

    def __init__(self, register: Callable[[str, int], _Own]) -> None:
        self._register = register
        self._ports: list[_Own] = []

    def __len__(self) -> int:
        return len(self._ports)

    @overload
    def __getitem__(self, name: int | str) -> _Own: ...

    @overload
    def __getitem__(self, name: slice) -> list[_Own]: ...

    def __getitem__(self, name: int | str | slice) -> _Own | list[_Own]:
        """The port at an index, or of a short name; or those of a slice."""
        if not isinstance(name, str):
            return self._ports[name]
        for port in self._ports:
            if port.shortname == name:
                return port
        raise KeyError(name)

    def __iter__(self) -> Iterator[_Own]:
        return iter(self._ports)

    def __repr__(self) -> str:
        return repr(self._ports)

    def register(
        self, shortname: str, is_terminal: bool = False, is_physical: bool = False
    ) -> _Own:
        """Makes a port.

        Arguments:
            shortname: its name without that of the client; no other port of the client has it.
            is_terminal: what comes in by it goes no further, or what goes out comes from nowhere
                else.
            is_physical: it stands for a connector of a device.

        Raises:
            JackError: the server refuses it; the name may be taken, or too long.
        """
        return self._add(shortname, TERMINAL * bool(is_terminal) | PHYSICAL * bool(is_physical))

    def _add(self, shortname: str, flags: int) -> _Own:
        port = self._register(shortname, flags)
        self._ports.append(port)
        return port

    def clear(self) -> None:
        """Unregisters all of them."""
        while self._ports:
            self._ports[0].unregister()

    def _forget(self, port: OwnPort) -> None:
        self._ports = [other for other in self._ports if other is not port]
