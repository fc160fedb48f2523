"""A client that sends to the programs under test, and records what they send, by frames."""

from __future__ import annotations

import errno
from collections.abc import Callable
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

import amio.jack
from tests.jack.steps import wait_for


class Partner:
    """Sends and records MIDI and audio, while the context lasts.

    Attributes:
        client: its client, with the ports `partner:midi_out`, `midi_in`, `audio_out`, `audio_in`.
            The last two are physical ones, of which the PipeWire of the tests has outputs alone.
        events: what arrived at `midi_in`, with the server's number of the frame.
        disturbances: xruns, periods that do not begin where the one before has ended, and periods
            that are missing in what was heard.
    """

    def __init__(self) -> None:
        self.client = amio.jack.Client("partner", no_start_server=True)
        self.events: list[tuple[int, bytes]] = []
        self.disturbances: list[str] = []
        self._next: int | None = None
        self._due: list[tuple[int, bytes]] = []
        self._blocks: list[tuple[int, NDArray[np.float32]]] = []
        self._sound: tuple[int, NDArray[np.float32]] = 0, np.zeros(0, np.float32)
        self._midi_out = self.client.midi_outports.register("midi_out")
        self._midi_in = self.client.midi_inports.register("midi_in")
        self._audio_out = self.client.outports.register("audio_out", is_physical=True)
        self._audio_in = self.client.inports.register("audio_in", is_physical=True)
        self.client.set_process_callback(self._process)
        self.client.set_xrun_callback(lambda delay: self.disturbances.append(f"xrun: {delay} us"))

    def __enter__(self) -> Partner:
        self.client.activate()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def _process(self, frames: int) -> None:
        now = self.client.last_frame_time
        if self._next not in (None, now):
            self.disturbances.append(f"frame {now} follows {self._next}")
        self._next = (now + frames) % 2**32
        self.events += [
            (now + at, bytes(data)) for at, data in self._midi_in.incoming_midi_events()
        ]
        self._blocks.append((now, self._audio_in.get_array().copy()))
        while self._due and self._due[0][0] < now + frames:
            at, data = self._due.pop(0)
            self._midi_out.write_midi_event(max(0, at - now), data)
        begin, sound = self._sound
        out = self._audio_out.get_array()
        out[:] = 0
        part = sound[max(0, now - begin) : max(0, now + frames - begin)]
        at = max(0, begin - now)
        out[at : at + len(part)] = part

    def now(self) -> int:
        """The server's number of the last period's first frame."""
        return self.client.last_frame_time

    def send(self, events: list[tuple[int, bytes]], multiple: int = 256) -> int:
        """Sends events, whose frames count from a frame that is returned, soon.

        That frame is a multiple of a number.
        """
        begin = (self.now() + 4096) // multiple * multiple + multiple
        self._due = [(begin + at, data) for at, data in events]
        return begin

    def play(self, sound: NDArray[np.float32]) -> int:
        """Sends samples from a frame on, which is returned, soon."""
        begin = self.now() + 4096
        self._sound = begin, sound
        return begin

    def hears(self) -> bool:
        """Whether the last period was not silent."""
        return bool(self._blocks and self._blocks[-1][1].any())

    def wait_for_audio(self) -> None:
        """Waits until what it plays comes back, and until that has ended.

        PipeWire tells of a connection before it carries.
        """
        self._sound = self.now(), np.ones(10 * 48_000, np.float32)
        wait_for(self.hears)
        self._sound = 0, np.zeros(0, np.float32)
        wait_for(lambda: not self.hears())

    def wait_for_midi(self, has_come: Callable[[], object], event: bytes) -> None:
        """Sends an event until it has an effect, which something tells."""

        def came() -> object:
            if not self._due:
                self._due = [(self.now(), event)]
            return has_come()

        wait_for(came)
        wait_for(lambda: not self._due)

    def connect(self, source: str, destination: str) -> None:
        """Connects two ports, once they are there and their clients are active."""

        def connected() -> bool:
            try:
                self.client.connect(source, destination)
            except amio.jack.JackErrorCode as error:
                return error.code == errno.EEXIST
            return True

        wait_for(connected)

    def wait_for_transport(self, is_rolling: bool) -> None:
        """Waits until the transport rolls, or stands."""
        state = amio.jack.ROLLING if is_rolling else amio.jack.STOPPED
        wait_for(lambda: self.client.transport_state == state)

    def heard(self, begin: int, frames: int) -> NDArray[np.float32]:
        """The samples that arrived from a frame on, once they have."""
        wait_for(lambda: self.now() > begin + frames + 1024)
        found = np.zeros(frames, np.float32)
        end = begin + frames
        blocks = [
            one for one in list(self._blocks) if begin < one[0] + len(one[1]) and one[0] < end
        ]
        self._find_gaps(blocks)
        for at, block in blocks:
            for offset, sample in zip(
                range(at - begin, at - begin + len(block)), block, strict=True
            ):
                if 0 <= offset < frames:
                    found[offset] = sample
        return found

    def _find_gaps(self, blocks: list[tuple[int, NDArray[np.float32]]]) -> None:
        """Of a client that was late, PipeWire tells nobody: a period is not there."""
        sounds = [at for at, (_, block) in enumerate(blocks) if block.any()]
        for number in range(sounds[0] + 1, sounds[-1]) if sounds else ():
            (_, before), (frame, block) = blocks[number - 1 : number + 1]
            if not block.any() or np.array_equal(before, block):
                self.disturbances.append(f"the sound of frame {frame} is missing")

    def first_heard(self) -> tuple[int, NDArray[np.float32]]:
        """Everything from the first sample on that is not silent, and its frame."""
        blocks = list(self._blocks)
        self._find_gaps(blocks)
        begin = next(at for at, block in blocks if block.any())
        samples = np.concatenate([block for at, block in blocks if at >= begin])
        first = int(np.flatnonzero(samples)[0])
        return begin + first, samples[first:]
