"""The ports that the events of a queue tell of."""

from __future__ import annotations

from ._directory import Directory
from ._port import Port


class Seen:
    """Finds the ports of events by the server's numbers and names.

    Events tell of what has been. Meanwhile the server may have given the number of a port to
    another one. So each queue of events has one of these.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._by_number: dict[int, Port] = {}
        # Those that were there before the queue, whose numbers no event has told.
        first = directory.all_ports()
        self._by_name = {port.name: port for port in first}
        self._by_uuid = {port.uuid: port for port in first}

    def came(self, number: int, name: str) -> Port | None:
        """A port was registered. ``None``: it is gone already, or has another name."""
        port = self._directory.port_by_id(number)
        if port is None or port.name != name:
            port = self._by_name.get(name)
        self._keep(number, name, port)
        return port

    def known(self, number: int) -> Port | None:
        """The port that has this number; ``None``: it is gone, and was not known."""
        port = self._by_number.get(number)
        if port is None:
            now = self._directory.port_by_id(number)
            port = None if now is None else self._by_uuid.get(now.uuid)
            if port is not None:
                self._by_number[number] = port
        return port

    def renamed(self, number: int, before: str, name: str) -> Port | None:
        """A port has another name."""
        port = self._by_number.get(number) or self._by_name.get(before)
        self._by_name.pop(before, None)
        if port is None:
            return self.came(number, name)
        self._keep(number, name, port)
        return port

    def left(self, number: int, name: str) -> Port | None:
        """A port is gone."""
        port = self._by_number.pop(number, None) or self._by_name.get(name)
        self._by_name.pop(name, None)
        if port is not None:
            self._by_uuid.pop(port.uuid, None)
            port._end(name)
        return port

    def _keep(self, number: int, name: str, port: Port | None) -> None:
        if port is None:
            self._by_number.pop(number, None)
        else:
            self._by_number[number] = self._by_name[name] = port
