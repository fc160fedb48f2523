"""Runs a program that says `import jack` with another module of this interface."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType


def run(module: ModuleType, usage: str | None) -> None:
    """Runs the program that the command line names, or prints the usage.

    Arguments:
        module: what `import jack` gives the program.
        usage: a text whose first paragraph is left out.
    """
    if len(sys.argv) < 3 or sys.argv[1] != "run":
        sys.exit((usage or "").partition("\n\n")[2].rstrip())
    program = sys.argv[2]
    if not Path(program).is_file():
        sys.exit(f"there is no file {program}")
    sys.argv = sys.argv[2:]
    # Where Python puts the program's folder, if it puts a folder there at all.
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = str(Path(program).resolve().parent)
    sys.modules["jack"] = module
    runpy.run_path(program, run_name="__main__")
