"""A separate JACK client that records a port; test_jackd.py runs it.

Usage: python -m tests.jack_recorder PORT FILE

Prints a line when it records, and ends at the end of its input. FILE gets the samples of all
periods, and the JACK frame with which each period began.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from tests import programs

LONGEST = 30 * 48_000
_Process = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)


def record(source: str, path: Path) -> None:
    jack = ctypes.CDLL("libjack.so.0")
    for name in (
        "jack_client_open",
        "jack_port_register",
        "jack_port_get_buffer",
        "jack_port_name",
    ):
        getattr(jack, name).restype = ctypes.c_void_p
    jack.jack_last_frame_time.restype = ctypes.c_uint32
    status = ctypes.c_int()
    client = ctypes.c_void_p(jack.jack_client_open(b"recorder", 1, ctypes.byref(status)))
    assert client, f"no client: status {status.value:#x}"
    port = ctypes.c_void_p(
        jack.jack_port_register(client, b"in", b"32 bit float mono audio", ctypes.c_ulong(1), 0)
    )
    samples = np.zeros(LONGEST, np.float32)
    begins = np.zeros(LONGEST // 16, np.uint32)
    done = [0, 0]

    def process(frames: int, _argument: int | None) -> int:
        at, period = done
        if at + frames <= LONGEST:
            buffer = jack.jack_port_get_buffer(port, frames)
            ctypes.memmove(samples.ctypes.data + 4 * at, buffer, 4 * frames)
            begins[period] = jack.jack_last_frame_time(client)
            done[:] = at + frames, period + 1
        return 0

    callback = _Process(process)
    jack.jack_set_process_callback(client, callback, None)
    assert jack.jack_activate(client) == 0
    here = ctypes.string_at(jack.jack_port_name(port))
    assert jack.jack_connect(client, source.encode(), here) == 0
    print("recording", flush=True)
    sys.stdin.read()
    jack.jack_deactivate(client)
    jack.jack_client_close(client)
    np.savez(path, samples=samples[: done[0]], begins=begins[: done[1]])


class Recording:
    """Records a port of another client, while the context lasts.

    Attributes:
        samples: The recorded samples, in order.
        begins: The JACK frame with which each period began.
    """

    samples: NDArray[np.float32]
    begins: NDArray[np.uint32]

    def __init__(self, source: str, folder: Path) -> None:
        self._path = folder / "recording.npz"
        self._client = programs.start(
            "-m", "tests.jack_recorder", source, str(self._path),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> Recording:
        assert self._client.stdout is not None
        assert self._client.stdout.readline() == "recording\n"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.communicate(timeout=10)
        if kind is None:
            with np.load(self._path) as file:
                self.samples, self.begins = file["samples"], file["begins"]

    @property
    def period(self) -> int:
        return len(self.samples) // len(self.begins)

    @property
    def gaps(self) -> int:
        """How often the client was too late, and missed a period or more."""
        return int((np.diff(self.begins) != self.period).sum())

    def impulses(self) -> dict[int, float]:
        """The samples that are not silent, by JACK frame."""
        return {
            int(self.begins[at // self.period]) + at % self.period: float(self.samples[at])
            for at in map(int, np.flatnonzero(self.samples))
        }


if __name__ == "__main__":
    record(sys.argv[1], Path(sys.argv[2]))
