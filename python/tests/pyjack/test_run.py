"""`python -m amio.pyjack run`: a program that says `import jack` runs unchanged."""

from __future__ import annotations

from pathlib import Path

from tests import programs
from tests.servers import Jackd

#: It plays a tone and captures it, as programs for PyJack do: by one array for all of the time.
PROGRAM = """\
import sys
import numpy
import jack

jack.attach("tone")
jack.register_port("in_1", jack.IsInput)
jack.register_port("out_1", jack.IsOutput)
jack.activate()
jack.connect("tone:out_1", "loopback:playback_1")
jack.connect("loopback:capture_1", "tone:in_1")
N, rate = jack.get_buffer_size(), float(jack.get_sample_rate())
seconds = float(sys.argv[1])
length = N * int(seconds * rate / N)
tone = numpy.sin(2 * numpy.pi * 440 * numpy.arange(length) / rate).astype("f").reshape(1, -1)
captured = numpy.zeros((1, length), "f")
at = 0
while at < length:
    try:
        jack.process(tone[:, at:at + N], captured[:, at:at + N])
        at += N
    except jack.InputSyncError:
        pass
    except jack.OutputSyncError:
        pass
peak = float(abs(captured).max())
print("peak", round(peak, 3))
jack.deactivate()
jack.detach()
"""


def test_a_program_of_pyjack_runs_unchanged(jackd: Jackd, tmp_path: Path) -> None:
    program = tmp_path / "tone.py"
    program.write_text(PROGRAM)
    done = programs.run("-m", "amio.pyjack", "run", str(program), "1.0")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "peak 1.0\n"


def test_the_usage_is_printed() -> None:
    done = programs.run("-m", "amio.pyjack")
    assert done.returncode == 1
    assert "python -m amio.pyjack run PROGRAM.py" in done.stderr
