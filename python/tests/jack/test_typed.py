"""A program with each of the decorators has types, and runs."""

from __future__ import annotations

from pathlib import Path

from tests import programs
from tests.jack.example_programs import need
from tests.servers import Jackd

PROGRAM = Path(__file__).with_name("typed_program.py")


def run(*arguments: str) -> str:
    done = programs.run(*arguments, str(PROGRAM), timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_has_types() -> None:
    need("mypy")
    assert run("-m", "mypy", "--strict", "--disallow-any-decorated").startswith("Success")


def test_it_runs(jackd: Jackd) -> None:
    assert run() == "True True\n"
