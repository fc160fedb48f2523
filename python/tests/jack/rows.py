"""Runs one of the programs of the rows, with either module; test_rows.py does.

Usage: python -m tests.jack.rows MODULE SERVER ROW

MODULE is `jack` (JACK-Client itself) or `amio.jack`, SERVER is `jackd` or `pipewire`.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from tests.jack import rows_clients, rows_ports, rows_values


def main(module: str, server: str, row: str) -> None:
    """Prints `passed` if the program has not failed."""
    programs: Any
    for programs in (rows_clients, rows_ports, rows_values):
        programs.jack, programs.server = importlib.import_module(module), server
        if program := getattr(programs, f"row_{row}", None):
            program()
            print("passed")


if __name__ == "__main__":
    main(*sys.argv[1:])
