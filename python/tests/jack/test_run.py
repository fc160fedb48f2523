"""`python -m amio.jack run`: a program finds what it finds when it is run by itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests import programs, servers
from tests.jack import example_programs

PROGRAM = """\
import os, sys
import helper
print(__name__, os.path.basename(__file__), sys.argv[1:], os.path.basename(sys.argv[0]))
print(sys.path[0] == os.path.dirname(os.path.abspath(__file__)), helper.value)
print(sys.modules["__main__"].__dict__ is globals())
if "jack" in sys.argv:
    import jack
    print(jack is sys.modules["amio.jack"], jack.__version__)
sys.exit(7)
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # A folder with a module of the same name, which must not be found.
    (folder / "elsewhere").mkdir(exist_ok=True)
    (folder / "elsewhere" / "helper.py").write_text("value = 'wrong'\n")
    return programs.run(*arguments, folder=folder / "elsewhere")


def test_a_program_runs_as_by_itself(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "helper.py").write_text("value = 'right'\n")
    alone = run(tmp_path, "../program.py", "one", "--two")
    ours = run(tmp_path, "-m", "amio.jack", "run", "../program.py", "one", "--two")
    assert (ours.returncode, ours.stdout) == (alone.returncode, alone.stdout)
    assert alone.returncode == 7
    assert "right" in alone.stdout
    assert alone.stdout.count("True") == 2


def test_it_finds_the_module_jack(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "helper.py").write_text("value = 'right'\n")
    ours = run(tmp_path, "-m", "amio.jack", "run", "../program.py", "jack")
    assert ours.stdout.endswith("True 0.5.7\n"), ours.stderr


MANUAL = """\
import doctest, sys
import amio.jack
sys.modules["jack"] = amio.jack
done = doctest.testfile(sys.argv[1], False, optionflags=doctest.NORMALIZE_WHITESPACE)
assert done.attempted > 20 and not done.failed, done
"""


@pytest.mark.jackd(loopback=False)
def test_row_16_the_manual_of_jack_client_says_what_happens(
    jackd: servers.Jackd, tmp_path: Path
) -> None:
    done = run(tmp_path, "-c", MANUAL, str(example_programs.source() / "doc" / "usage.rst"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_mistake_of_the_caller_is_named(tmp_path: Path) -> None:
    for arguments in ([], ["run"], ["walk", "program.py"]):
        refused = run(tmp_path, "-m", "amio.jack", *arguments)
        assert refused.returncode == 1
        assert "usage: python -m amio.jack run PROGRAM.py" in refused.stderr
    missing = run(tmp_path, "-m", "amio.jack", "run", "nowhere.py")
    assert "nowhere.py" in missing.stderr
    assert missing.returncode == 1
