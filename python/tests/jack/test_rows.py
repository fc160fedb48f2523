"""The rows of JACK-Client: what a program sees, on both servers, with both modules."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import servers
from tests.jack.example_programs import need
from tests.programs import ALONE, passes

ROWS = range(1, 16)
#: JACK-Client's names of what a row is about.
TITLES = (
    "client",
    "time",
    "ports",
    "connections",
    "transport",
    "callbacks",
    "names",
    "metadata",
    "port",
    "own_port",
    "own_midi_port",
    "ring_buffer",
    "status",
    "module",
    "errors",
)


def run(module: str, server: str, row: int, environment: Mapping[str, str] = ALONE) -> str:
    arguments = "-m", "tests.jack.rows", module, server, str(row)
    return passes(*arguments, environment=environment)


NAMES = [f"row_{row}_{title}" for row, title in zip(ROWS, TITLES, strict=True)]


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_on_jackd(row: int, jackd: servers.Jackd) -> None:
    printed = run("amio.jack", "jackd", row)
    assert ("ValueError: a mistake" in printed) == (row == 15)


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_on_pipewire(row: int, pipewire: servers.PipeWire) -> None:
    run("amio.jack", "pipewire", row, pipewire.environment)


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_as_jack_client_itself_on_jackd(row: int, jackd: servers.Jackd) -> None:
    need("jack")
    run("jack", "jackd", row)
