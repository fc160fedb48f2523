"""Runs a program that was written for PyJack.

usage: python -m amio.pyjack run PROGRAM.py [ARGUMENT...]

It runs as by `python PROGRAM.py ARGUMENT...`, but `import jack` gives it the module `amio.pyjack`.
"""

from __future__ import annotations

import amio.pyjack
from amio.jack._run import run

if __name__ == "__main__":
    run(amio.pyjack, __doc__)
