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


def run_until_the_end_of(server: servers.Server, name: str, environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.pyjack.rows", name, "shutdown"],
        cwd=Path(__file__).parents[2],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        assert program.stdout is not None
        lines = iter(program.stdout)
        printed = next(lines)
        if "ready" in printed:
            server.kill()
        printed += program.communicate(timeout=30)[0]
    assert printed.endswith("passed\n"), printed


@pytest.mark.parametrize("row", NUMBERS, ids=NAMES)
def test_on_jackd(row: int, jackd: servers.Jackd) -> None:
    run("jackd", row, {})


@pytest.mark.parametrize("row", NUMBERS, ids=NAMES)
def test_on_pipewire(row: int, pipewire: servers.PipeWire) -> None:
    run("pipewire", row, pipewire.environment)


def test_row_6_the_end_of_jackd(jackd: servers.Jackd) -> None:
    run_until_the_end_of(jackd, "jackd", {})


def test_row_6_the_end_of_pipewire(pipewire: servers.PipeWire) -> None:
    run_until_the_end_of(pipewire, "pipewire", pipewire.environment)
