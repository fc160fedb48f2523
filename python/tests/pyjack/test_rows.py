"""The rows of PyJack: what a program sees, on both servers."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping

import numpy as np
import pytest

from amio import pyjack as jack
from tests import servers
from tests.jack.steps import wait_for
from tests.programs import ALONE, passes, start
from tests.pyjack.rows import ROWS

NUMBERS = range(1, 12)
NAMES = [row.__name__ for row in ROWS]


def run(server: str, row: int, environment: Mapping[str, str] = ALONE) -> None:
    arguments = "-W", "error", "-m", "tests.pyjack.rows", server, str(row)
    passes(*arguments, environment=environment)


def run_until_the_end_of(
    server: servers.Server, name: str, environment: Mapping[str, str] = ALONE
) -> None:
    arguments = "-m", "tests.pyjack.rows", name, "shutdown"
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with start(*arguments, environment=environment, **output) as program:
        assert program.stdout is not None
        printed = program.stdout.readline()
        if "ready" in printed:
            server.kill()
        printed += program.communicate(timeout=30)[0]
    assert printed.endswith("passed\n"), printed


@pytest.mark.parametrize("row", NUMBERS, ids=NAMES)
def test_on_jackd(row: int, jackd: servers.Jackd) -> None:
    run("jackd", row)


@pytest.mark.parametrize("row", NUMBERS, ids=NAMES)
def test_on_pipewire(row: int, pipewire: servers.PipeWire) -> None:
    run("pipewire", row, pipewire.environment)


def test_row_6_the_end_of_jackd(jackd: servers.Jackd) -> None:
    run_until_the_end_of(jackd, "jackd")


def test_row_6_the_end_of_pipewire(pipewire: servers.PipeWire) -> None:
    run_until_the_end_of(pipewire, "pipewire", pipewire.environment)


class Worker:
    """Calls process() on a thread until it is stopped, and keeps what it raises."""

    def __init__(self, client: jack.Client) -> None:
        self.blocks = 0
        self.raised: set[str] = set()
        self._client = client
        self._calls = 0
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_stopped = True
        self._thread.join(5)
        assert not self._thread.is_alive()

    def wait_for_calls(self) -> None:
        calls = self._calls
        wait_for(lambda: self._calls > calls + 2)

    def wait_for_blocks(self) -> None:
        blocks = self.blocks
        wait_for(lambda: self.blocks > blocks + 2)

    def _run(self) -> None:
        unused = np.zeros((0, 0), np.float32)
        while not self._is_stopped:
            self._calls += 1
            try:
                self._client.process(unused, np.zeros((1, 256), np.float32), timeout=2)
                self.blocks += 1
            except jack.InputSyncError:
                self.blocks += 1
            except Exception as error:
                self.raised.add(f"{type(error).__name__}: {error}")


def test_ports_may_change_while_a_thread_exchanges_blocks(jackd: servers.Jackd) -> None:
    client = jack.Client("changing")
    client.register_port("in", jack.IsInput)
    client.activate()
    with Worker(client) as worker:
        worker.wait_for_blocks()
        rounds = 20
        for _ in range(rounds):
            client.unregister_port("in")
            client.register_port("in", jack.IsInput)
            worker.wait_for_blocks()
        # Without an input, any array is fine.
        assert worker.raised == set()
        client.register_port("second", jack.IsInput)
        wait_for(lambda: worker.raised)
        client.unregister_port("second")
        worker.wait_for_blocks()
        assert worker.raised == {"ValueError: the input array has 1 rows; there are 2 inputs"}
        worker.raised.clear()
        client.deactivate()
        wait_for(lambda: worker.raised)
        client.activate()
        worker.wait_for_blocks()
        client.detach()
        worker.wait_for_calls()
    assert worker.raised == {"UsageError: the client is not active"}
