"""How a client is attached and detached, and what it is told of its server."""

from __future__ import annotations

from ..jack import JackError, JackOpenError
from ._attached import Attached
from ._errors import NotConnectedError, UsageError, translated
from ._events import Happened
from ._hangup import listen


class Life:
    """Attaches a client, and detaches it."""

    def __init__(self) -> None:
        self._state: Attached | None = None
        self._last_events: dict[str, int] = {}
        self._is_hung_up = False

    def attach(
        self,
        name: str,
        *,
        block_size: int | None = None,
        queued_blocks: int | None = None,
        latency: int | None = None,
    ) -> None:
        """Opens a client of the JACK server. The server may change its name.

        Args:
            name: the name.
            block_size: how many frames :meth:`process` exchanges, 1 to 65536; ``None``: the
                server's buffer size.
            queued_blocks: how many blocks of input wait for the program until some are lost, up to
                65536; ``None``: a quarter of a second of them, and at least 4.
            latency: how many frames after the beginning of a block its answer sounds, up to 2**24;
                ``None``: as few as is safe; see :meth:`amio.jack.Client.blocks`.

        Raises:
            UsageError: it is attached.
            NotConnectedError: no server answers, or libjack is not installed.
        """
        if self._state is not None:
            if self._is_alive(self._state):
                raise UsageError("the client is attached already")
            self.detach()
        with translated():
            try:
                attached = Attached(name, block_size, queued_blocks, latency)
            except JackOpenError as error:
                raise NotConnectedError(str(error)) from error
        self._state = attached
        listen(self)

    def detach(self) -> None:
        """Closes the client, and with it its ports and connections.

        Does nothing if it is not attached.
        """
        state, self._state = self._state, None
        if state is not None:
            state.end_exchange()
            self._last_events = state.happened.take()
            state.happened.close()
            state.client.close()

    def activate(self) -> None:
        """Begins the exchange of audio. From then on, ports of the client can be connected."""
        state = self._attached
        if state.is_active:
            raise UsageError("the client is active already")
        with translated():
            state.client.activate()
        state.is_active = True

    def deactivate(self) -> None:
        """Ends the exchange of audio, and the connections of the client."""
        state = self._attached
        if not state.end_exchange():
            raise UsageError("the client is not active")
        with translated():
            state.client.deactivate(ignore_errors=False)

    def get_client_name(self) -> str:
        """The name that the server has given the client."""
        with translated():
            return self._attached.client.name

    def check_events(self) -> dict[str, int]:
        """What has happened since the call before: 1 or 0 for each of

        ``graph_ordering``, ``port_registration``, ``xrun``, ``shutdown`` (the server is gone),
        ``hangup`` (the process got SIGHUP), ``buffer_size`` and ``sample_rate`` (the server has
        another one).
        """
        state = self._state
        happened = dict.fromkeys(Happened.NAMES, 0) if state is None else state.happened.take()
        for name, has_happened in self._last_events.items():
            happened[name] |= has_happened
        self._last_events = {}
        is_hung_up, self._is_hung_up = self._is_hung_up, False
        return {**happened, "hangup": int(is_hung_up)}

    def _hang_up(self) -> bool:
        self._is_hung_up = self._state is not None
        return self._is_hung_up

    @property
    def _attached(self) -> Attached:
        state = self._state
        if state is None:
            raise NotConnectedError("the client is not attached to a JACK server")
        state.happened.collect()
        if state.happened.is_shut_down:
            raise NotConnectedError("the JACK server is gone")
        return state

    @property
    def _active(self) -> Attached:
        # As in PyJack, also of one that is not attached.
        state = self._state
        if state is None or not state.is_active:
            raise UsageError("the client is not active")
        return self._attached

    def _is_alive(self, state: Attached) -> bool:
        state.happened.collect()
        if state.happened.is_shut_down:
            return False
        try:
            return bool(state.client.name)
        except JackError:
            return False
