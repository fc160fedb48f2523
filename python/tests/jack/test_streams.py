"""MIDI on threads and tasks, latencies and clocks, on both servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jack.stream_programs import PROGRAMS
from tests.servers import Jackd, PipeWire

NAMES = [program.__name__ for program in PROGRAMS]


@pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)
def test_on_jackd(program: Callable[[], None], jackd: Jackd) -> None:
    program()


@pytest.mark.parametrize("name", NAMES)
def test_on_pipewire(name: str, pipewire: PipeWire) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.jack.stream_programs", name],
        cwd=Path(__file__).parents[2],
        env=os.environ | pipewire.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.endswith("passed\n"), done.stdout + done.stderr
