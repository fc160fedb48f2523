"""A program with each of the decorators has types, and runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.jack.example_programs import need
from tests.servers import Jackd

PROGRAM = Path(__file__).with_name("typed_program.py")


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments, str(PROGRAM)],
        cwd=PROGRAM.parents[2],
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_has_types() -> None:
    need("mypy")
    assert run("-m", "mypy", "--strict", "--disallow-any-decorated").startswith("Success")


def test_it_runs(jackd: Jackd) -> None:
    assert run() == "True True\n"
