"""Runs a program that was written for JACK-Client.

usage: python -m amio.jack run PROGRAM.py [ARGUMENT...]

It runs as by `python PROGRAM.py ARGUMENT...`, but `import jack` gives it the module `amio.jack`.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import amio.jack


def main() -> None:
    """Runs the program that the command line names."""
    if len(sys.argv) < 3 or sys.argv[1] != "run":
        sys.exit((__doc__ or "").partition("\n\n")[2].rstrip())
    program = sys.argv[2]
    if not Path(program).is_file():
        sys.exit(f"there is no file {program}")
    sys.argv = sys.argv[2:]
    # Where Python puts the program's folder, if it puts a folder there at all.
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = str(Path(program).resolve().parent)
    sys.modules["jack"] = amio.jack
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
