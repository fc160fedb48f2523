"""The programs in the READMEs print what the comments after their prints say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import amio

README = Path(__file__).parents[1] / "README.md"
#: In it, the program for the package is marked "py", the one for ctypes "python".
README_OF_THE_LIBRARY = Path(__file__).parents[2] / "README.md"

#: Runs a program as a notebook does: on a running event loop, with top-level await.
CELL = """
import ast, asyncio, inspect

async def cell():
    result = eval(compile(program, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), {})
    if inspect.isawaitable(result):
        await result

asyncio.run(cell())
"""


def programs(document: Path, language: str) -> list[str]:
    pattern = rf"^```{language}\n(.*?)^```$"
    return re.findall(pattern, document.read_text(), re.DOTALL | re.MULTILINE)


def heading_of(program: str) -> str:
    """The heading above a program."""
    before, _ = README.read_text().split(program, 1)
    heading: str = re.findall(r"^## (.*)$", before, re.MULTILINE)[-1]
    return heading


@pytest.mark.parametrize("program", programs(README, "python"), ids=heading_of)
def test_a_program_prints_what_it_says(
    program: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if re.search(r"NativeInterface\(|amio\.(jack|pyjack)", program):
        request.getfixturevalue("jackd")
    check(program, tmp_path)


def test_the_program_in_the_readme_of_the_library_prints_what_it_says(tmp_path: Path) -> None:
    [program] = programs(README_OF_THE_LIBRARY, "py")
    check(program, tmp_path)


def check(program: str, folder: Path) -> None:
    told = re.findall(r"print\(.*\)  # (.*)$", program, re.MULTILINE)
    assert told
    awaits = re.search(r"^(await|async) ", program, re.MULTILINE)
    for way in [CELL] if awaits else [CELL, "exec(program)"]:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", f"program = {program!r}\n{way}"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(Path(amio.__file__).parents[1])},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert told == done.stdout.splitlines()


def test_every_example_is_in_the_table() -> None:
    listed = set(re.findall(r"^\| `(\w+\.py)` \|", README.read_text(), re.MULTILINE))
    assert listed == {path.name for path in (README.parent / "examples").glob("*.py")}
