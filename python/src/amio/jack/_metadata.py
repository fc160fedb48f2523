"""Properties of clients and ports, which the server keeps."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

from .._library import Handle, lib
from ._errors import JackError, checked
from ._numbers import number_of, unsigned
from ._port import Port
from ._transport import Transport

Property = tuple[bytes, str]
Subject = int | str | Port | Transport


class Metadata(Transport):
    """Sets and removes properties. A subject is a client, a port, or the UUID of one."""

    def set_property(
        self, subject: Subject, key: str, value: str | bytes, type: str | bytes = ""
    ) -> None:
        """Sets a property, also one that is there.

        Arguments:
            subject: whose it is.
            key: a URI, for instance one of ``METADATA_...``.
            value: text, or bytes without zeros.
            type: a MIME type or a URI; empty: text.

        Raises:
            ValueError: the subject is no UUID, or the server refuses it.
        """
        content, of_type = _encoded("value", value), _encoded("type", type)
        uuid = uuid_of(subject)
        set_property = lib.amio_jack_client_set_property
        try:
            self._connection.call(set_property, uuid, key.encode(), content, of_type)
        except JackError as error:
            raise ValueError(f"{key!r} of {uuid} cannot be set: {error}") from error

    def remove_property(self, subject: Subject, key: str) -> None:
        """Removes a property.

        Raises:
            ValueError: there is none, or the server refuses it.
        """
        uuid = uuid_of(subject)
        try:
            self._connection.call(lib.amio_jack_client_remove_property, uuid, key.encode())
        except JackError as error:
            raise ValueError(f"{key!r} of {uuid} cannot be removed: {error}") from error

    def remove_properties(self, subject: Subject) -> int:
        """Removes all properties of a subject.

        Returns:
            How many there were.

        Raises:
            RuntimeError: the server refuses it.
        """
        uuid = uuid_of(subject)
        remove_properties = lib.amio_jack_client_remove_properties
        try:
            count: int = self._connection.number(remove_properties, ctypes.c_uint32, uuid)
        except JackError as error:
            raise RuntimeError(f"the properties of {uuid} cannot be removed: {error}") from error
        return count

    def remove_all_properties(self) -> None:
        """Removes all properties of all subjects.

        Raises:
            RuntimeError: the server refuses it.
        """
        try:
            self._connection.call(lib.amio_jack_client_remove_all_properties)
        except JackError as error:
            raise RuntimeError(f"the properties cannot be removed: {error}") from error


def _encoded(what: str, given: str | bytes) -> bytes:
    if isinstance(given, str):
        return given.encode()
    if not isinstance(given, bytes):
        raise TypeError(f"{what} is {given!r}; it must be text or bytes")
    return given


def uuid_of(subject: Subject) -> int:
    """The UUID of a subject of properties."""
    given = subject.uuid if isinstance(subject, Port | Transport) else subject
    if isinstance(given, int):
        return unsigned("a UUID", given, bits=64)
    if not isinstance(given, str):
        raise TypeError(f"a UUID is a number or its digits, not {subject!r}")
    number = number_of(given)
    if number is None:
        raise ValueError(f"{given!r} is no UUID")
    return number


def get_property(subject: Subject, key: str) -> Property | None:
    """A property, as its value and its type; ``None``: the subject has none of this key.

    It is known while the process has an open client.
    """
    uuid = uuid_of(subject)
    try:
        return _of(uuid).get(key)
    except RuntimeError:
        return None


def get_properties(subject: Subject) -> dict[str, Property]:
    """All properties of a subject, by their keys, as in :func:`get_property`.

    Raises:
        RuntimeError: they cannot be read, for instance without an open client.
    """
    return _of(uuid_of(subject))


def _of(uuid: int) -> dict[str, Property]:
    return {key: value for other, key, value in _read(uuid) if other == uuid}


def get_all_properties() -> dict[int, dict[str, Property]]:
    """All properties, by their subjects and keys.

    Raises:
        RuntimeError: they cannot be read.
    """
    found: dict[int, dict[str, Property]] = {}
    for subject, key, value in _read(0):
        found.setdefault(subject, {})[key] = value
    return found


def _read(subject: int) -> Iterator[tuple[int, str, Property]]:
    """The properties of a subject; 0: of all."""
    made = ctypes.c_void_p()
    try:
        checked(lib.amio_jack_get_properties, subject, ctypes.byref(made))
    except JackError as error:
        raise RuntimeError(f"properties cannot be read: {error}") from error
    properties = Handle(made, lib.amio_jack_properties_free)
    count = ctypes.c_size_t()
    lib.amio_jack_properties_count(properties, ctypes.byref(count))
    whose = ctypes.c_uint64()
    texts = ctypes.c_char_p(), ctypes.c_char_p(), ctypes.c_char_p()
    for index in range(count.value):
        lib.amio_jack_properties_get(
            properties, index, ctypes.byref(whose), *(ctypes.byref(text) for text in texts)
        )
        key, value, kind = (text.value or b"" for text in texts)
        yield whose.value, key.decode(errors="replace"), (value, kind.decode(errors="replace"))
    properties.close()
