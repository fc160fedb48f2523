"""Runs a program that was written for JACK-Client.

usage: python -m amio.jack run PROGRAM.py [ARGUMENT...]

It runs as by `python PROGRAM.py ARGUMENT...`, but `import jack` gives it the module `amio.jack`.
"""

from __future__ import annotations

import amio.jack
from amio.jack._run import run

if __name__ == "__main__":
    run(amio.jack, __doc__)
