"""The interface that plays and captures through JACK, or PipeWire through its libjack."""

from __future__ import annotations

from . import _abi
from .audio_clip import AudioClip
from .clip import Clip
from .engine import EngineInterface


class NativeInterface(EngineInterface):
    """Plays and captures through a JACK server, or PipeWire through its libjack.

    libjack is looked for when the interface is opened. The ports are ``input_l`` and ``input_r``,
    ``output_l`` and ``output_r`` (where there are not two of a side, ``input_1`` and so on), and
    get connected to the first physical ports. When the server goes away the interface keeps
    everything, and reconnects when there is a server again. The latencies are known some periods
    after it was opened or connected: ``EventKind.LATENCY_CHANGED`` tells.
    """

    _driver = _abi.DRIVER_JACK

    def generate_immutable_clip(self, audio_clip: AudioClip) -> Clip:
        """What the interface plays of a clip as it is now, for use in any number of entries.

        Raises:
            ValueError: the clip has another frame rate.
        """
        return self._prepare(audio_clip)
