"""What JACK-Client does in detail, with both modules."""

from __future__ import annotations

import pytest

from tests import programs
from tests.jack.details import PROGRAMS
from tests.jack.example_programs import need
from tests.servers import Jackd

NAMES = [program.__name__ for program in PROGRAMS]


@pytest.mark.parametrize("module", ["jack", "amio.jack"])
@pytest.mark.parametrize("name", NAMES)
def test_it_is_as_with_jack_client(name: str, module: str, jackd: Jackd) -> None:
    need(module)
    programs.passes("-m", "tests.jack.details", module, name)
