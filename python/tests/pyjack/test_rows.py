"""The rows of PyJack: what a program sees, on both servers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers
from tests.pyjack.rows import ROWS

NUMBERS = range(1, 12)
NAMES = [row.__name__ for row in ROWS]


def run(server: str, row: int, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.pyjack.rows", server, str(row)],
        cwd=Path(__file__).parents[2],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.endswith("passed\n"), done.stdout + done.stderr
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("row", NUMBERS, ids=NAMES)
def test_on_jackd(row: int, jackd: servers.Jackd) -> None:
    run("jackd", row, {})


@pytest.mark.parametrize("row", NUMBERS, ids=NAMES)
def test_on_pipewire(row: int, pipewire: servers.PipeWire) -> None:
    run("pipewire", row, pipewire.environment)
