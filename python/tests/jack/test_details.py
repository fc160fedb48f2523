"""What JACK-Client does in detail, with both modules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.jack.details import PROGRAMS
from tests.jack.example_programs import need
from tests.servers import Jackd

NAMES = [program.__name__ for program in PROGRAMS]


@pytest.mark.parametrize("module", ["jack", "amio.jack"])
@pytest.mark.parametrize("name", NAMES)
def test_it_is_as_with_jack_client(name: str, module: str, jackd: Jackd) -> None:
    need(module)
    done = subprocess.run(
        [sys.executable, "-m", "tests.jack.details", module, name],
        cwd=Path(__file__).parents[2],
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.endswith("passed\n"), done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
