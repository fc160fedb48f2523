"""What all interfaces have in common, as AMIO 0.1.1 named it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import SupportsIndex

from ._typing import Number
from .audio_clip import InputAudioChunk
from .playspec import Entry, PlayspecEntry

InputChunkCallback = Callable[[InputAudioChunk], None]
PlayspecChangeCallback = Callable[[bool], None]

#: What can be scheduled: a :class:`Playspec`, or any other iterable of entries.
AnyPlayspec = Iterable[PlayspecEntry | Entry]


class Interface:
    """Base of all interfaces: conversion of time, and the methods that each of them fills in.

    :class:`NativeInterface` plays through JACK, :class:`TimerInterface` on a timer,
    :class:`OfflineInterface` and :class:`NullInterface` as fast as the caller asks, and
    :class:`DummyInterface` converts time and nothing else.
    """

    def __init__(self) -> None:
        super().__init__()
        self._input_chunk_callback: InputChunkCallback | None = None

    @property
    def input_chunk_callback(self) -> InputChunkCallback | None:
        """Called with an :class:`InputAudioChunk` for what was captured; ``None``: nothing is.

        It runs on the event loop on which the interface was opened; where there is none, on the
        thread that advances the interface.
        """
        return self._input_chunk_callback

    @input_chunk_callback.setter
    def input_chunk_callback(self, callback: InputChunkCallback | None) -> None:
        self._input_chunk_callback = callback

    def schedule_playspec_change(
        self,
        playspec: AnyPlayspec,
        insert_at: SupportsIndex,
        start_from: SupportsIndex,
        callback: PlayspecChangeCallback | None,
    ) -> None:
        """Goes over to a playspec at frame ``insert_at``, playing from its frame ``start_from``.

        Changes wait in a queue, first in, first out. One that comes late starts where it would be
        by then. The callback gets ``True`` when the playspec takes over, and ``False`` if it never
        does. See also :meth:`EngineInterface.schedule`.
        """
        raise NotImplementedError

    def secs_to_frame(self, seconds: Number) -> int:
        """The frame that sounds after so many seconds, rounded towards zero."""
        return int(self.get_frame_rate() * seconds)

    def frame_to_secs(self, frame: Number) -> float:
        """How many seconds into the timeline a frame sounds."""
        return float(frame / self.get_frame_rate())

    async def init(self, client_name: str) -> None:
        """Opens the interface, under a name for the server to show.

        Raises:
            ValueError: it was opened already.
        """
        raise NotImplementedError

    def get_frame_rate(self) -> float:
        """Frames per second."""
        raise NotImplementedError

    def get_position(self) -> int:
        """The timeline frame that plays next."""
        raise NotImplementedError

    def set_position(self, position: SupportsIndex) -> None:
        """Goes to a frame of the timeline, from the next period on."""
        raise NotImplementedError

    def is_transport_rolling(self) -> bool:
        """Whether the position advances."""
        raise NotImplementedError

    def set_transport_rolling(self, rolling: bool) -> None:
        """Starts or stops, from the next period on. Stopped means silence; capture goes on."""
        raise NotImplementedError

    async def close(self) -> None:
        """Closes the interface. Callbacks of changes that still wait get ``False``."""
        raise NotImplementedError

    def is_closed(self) -> bool:
        """Whether it was closed."""
        raise NotImplementedError

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self.is_closed()
