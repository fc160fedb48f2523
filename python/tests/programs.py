"""Python programs that tests run in processes of their own, for instance beside a server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1]
"""Where programs run unless told otherwise: `-m tests.NAME` finds them."""

ALONE: Mapping[str, str] = {}
"""The environment of a program that finds what this process finds."""


def environment_of(more: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, its modules, and more."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | dict(more)


def run(
    *arguments: str,
    environment: Mapping[str, str] = ALONE,
    folder: Path = FOLDER,
    timeout: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Runs Python with arguments until it ends; what it prints is kept."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment_of(environment),
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def start(
    *arguments: str, environment: Mapping[str, str] = ALONE, **streams: Any
) -> subprocess.Popen[str]:
    """Starts Python with arguments. Its streams are those of `Popen`."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=FOLDER,
        env=environment_of(environment),
        text=True,
        **streams,
    )


def passes(*arguments: str, environment: Mapping[str, str] = ALONE) -> str:
    """Runs a program that must print `passed` in the end; returns what is on its standard error."""
    done = run(*arguments, environment=environment)
    assert done.stdout.endswith("passed\n"), done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
    return done.stderr


def main(programs: Iterable[Callable[[], object]], name: str) -> None:
    """Calls one of the functions, and prints `passed` if it has not failed."""
    next(program for program in programs if program.__name__ == name)()
    print("passed")
