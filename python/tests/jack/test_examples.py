"""Row 16: JACK-Client's examples, unchanged, do with amio.jack what they do with JACK-Client."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import programs
from tests.jack import example_programs
from tests.jack.example_rows import ROWS
from tests.servers import Jackd, PipeWire

NAMES = [row.__name__ for row in ROWS]


@pytest.mark.parametrize("server", ["jackd", "pipewire"], indirect=True)
@pytest.mark.parametrize("name", NAMES)
def test_row_16(name: str, server: Jackd | PipeWire, tmp_path: Path) -> None:
    example_programs.need("jack", "mido")
    example_programs.source()
    arguments = "-m", "tests.jack.example_rows", server.kind, str(tmp_path), name
    print(programs.passes(*arguments, environment=server.environment))


def test_row_16_has_all_examples() -> None:
    paths = (example_programs.source() / "examples").glob("*.py")
    assert sorted(path.stem for path in paths) == sorted(NAMES)
