"""MIDI on threads and tasks, latencies and clocks, on both servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import programs
from tests.jack.stream_programs import PROGRAMS
from tests.servers import Jackd, PipeWire

NAMES = [program.__name__ for program in PROGRAMS]


@pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)
def test_on_jackd(program: Callable[[], None], jackd: Jackd) -> None:
    program()


@pytest.mark.parametrize("name", NAMES)
def test_on_pipewire(name: str, pipewire: PipeWire) -> None:
    programs.passes("-m", "tests.jack.stream_programs", name, environment=pipewire.environment)
