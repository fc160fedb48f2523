"""What a server says when a client is opened or ended, and what its transport does."""

from __future__ import annotations

from .. import _abi
from ._constants import NETSTARTING, ROLLING, STARTING, STOPPED


class Status:
    """Bits that a server sets when a client is opened, or when the server ends it."""

    __slots__ = ("_code",)

    def __init__(self, code: int) -> None:
        self._code = code

    def __repr__(self) -> str:
        names = [name for name in dir(self) if not name.startswith("_") and getattr(self, name)]
        return f"<jack.Status 0x{self._code:X}: {', '.join(names) or 'no flags set'}>"

    @property
    def failure(self) -> bool:
        """The request failed."""
        return self._has(_abi.JACK_STATUS_FAILURE)

    @property
    def invalid_option(self) -> bool:
        """An option is unknown."""
        return self._has(_abi.JACK_STATUS_INVALID_OPTION)

    @property
    def name_not_unique(self) -> bool:
        """The name is taken. Without ``use_exact_name``, the client has another one."""
        return self._has(_abi.JACK_STATUS_NAME_NOT_UNIQUE)

    @property
    def server_started(self) -> bool:
        """The server was started for this client."""
        return self._has(_abi.JACK_STATUS_SERVER_STARTED)

    @property
    def server_failed(self) -> bool:
        """No server answers."""
        return self._has(_abi.JACK_STATUS_SERVER_FAILED)

    @property
    def server_error(self) -> bool:
        """The server answers with an error."""
        return self._has(_abi.JACK_STATUS_SERVER_ERROR)

    @property
    def no_such_client(self) -> bool:
        """The client does not exist."""
        return self._has(_abi.JACK_STATUS_NO_SUCH_CLIENT)

    @property
    def load_failure(self) -> bool:
        """A client inside the server cannot be loaded."""
        return self._has(_abi.JACK_STATUS_LOAD_FAILURE)

    @property
    def init_failure(self) -> bool:
        """A client cannot be set up."""
        return self._has(_abi.JACK_STATUS_INIT_FAILURE)

    @property
    def shm_failure(self) -> bool:
        """Shared memory cannot be used."""
        return self._has(_abi.JACK_STATUS_SHM_FAILURE)

    @property
    def version_error(self) -> bool:
        """The server and libjack have different protocols."""
        return self._has(_abi.JACK_STATUS_VERSION_ERROR)

    @property
    def backend_error(self) -> bool:
        """The server's driver failed."""
        return self._has(_abi.JACK_STATUS_BACKEND_ERROR)

    @property
    def client_zombie(self) -> bool:
        """The server no longer runs the client, which was too slow or failed."""
        return self._has(_abi.JACK_STATUS_CLIENT_ZOMBIE)

    def _has(self, bit: int) -> bool:
        return bool(self._code & bit)


_NAMES = {
    STOPPED: "STOPPED",
    ROLLING: "ROLLING",
    STARTING: "STARTING",
    NETSTARTING: "NETSTARTING",
}


class TransportState:
    """What a transport does; equal to the number that it was made of."""

    __slots__ = ("_code",)

    def __init__(self, code: int) -> None:
        self._code = code

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TransportState):
            return self._code == other._code
        return self._code == other

    def __hash__(self) -> int:
        return hash(self._code)

    def __repr__(self) -> str:
        return f"jack.{_NAMES[self._code]}"
