"""The interface that plays and captures through JACK, or PipeWire through its libjack."""

from __future__ import annotations

import ctypes
from typing import ClassVar

from . import _abi
from ._library import lib
from ._options import Options
from .audio_clip import AudioClip
from .clip import Clip
from .engine import EngineInterface
from .jack import Client
from .jack._lent import LentClient


class NativeInterface(EngineInterface):
    """Plays and captures through a JACK server, or PipeWire through its libjack.

    libjack is looked for when the interface is opened. The ports are ``input_l`` and ``input_r``,
    ``output_l`` and ``output_r`` (where there are not two of a side, ``input_1`` and so on), and
    get connected to the first physical ports. When the server goes away the interface keeps
    everything, and reconnects when there is a server again. The latencies are known some periods
    after it was opened or connected: ``EventKind.LATENCY_CHANGED`` tells.
    """

    _driver = _abi.DRIVER_JACK
    # As much as AMIO 0.1.1 took, and more: 10 seconds of input at 48 kHz while the program is busy.
    _defaults: ClassVar[Options] = {
        "capture_buffer": 1 << 19,
        "swap_queue": 8192,
        "command_queue": 8192,
    }

    async def init(self, client_name: str) -> None:
        """Opens the interface as AMIO did, under a name for the server to show.

        Unless ``start_server`` is ``False``, it starts the server that the user has configured if
        none runs. Other tasks do not run meanwhile: they find an interface that is open, or none.

        Raises:
            ValueError: it was opened already.
            OSError: the driver cannot be opened; see :meth:`EngineInterface.open`.
        """
        if "start_server" not in self._options:
            self._config.start_server = _abi.START_SERVER_ON
        await super().init(client_name)

    def jack_client(self) -> Client:
        """The client that the interface is on its server, as an :class:`amio.jack.Client`.

        With it the program looks up and connects ports, renames those of the interface, gives them
        metadata, adds ports, follows events, and moves JACK's transport. The interface runs the
        client: what activates, deactivates or closes it, or processes its audio, is refused, and
        its :meth:`~amio.jack.Client.close` only ends the use of it here.

        When the server is lost or the interface is closed, the client is gone, and what it is asked
        raises :class:`~amio.jack.JackError`. After ``EventKind.RECONNECTED`` the interface has
        another one, and ports that were added are to be added again.
        """
        value = ctypes.c_void_p()
        lib.amio_interface_jack_client(self._handle, ctypes.byref(value))
        return LentClient(value)

    def generate_immutable_clip(self, audio_clip: AudioClip) -> Clip:
        """What the interface plays of a clip as it is now, for use in any number of entries.

        Raises:
            ValueError: the clip has another frame rate.
        """
        return self._prepare(audio_clip)
