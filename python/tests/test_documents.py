"""The examples of the documentation."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import amio
from tests.servers import RATE, Jackd

DOCUMENTS = Path(__file__).parents[1] / "docs"


def examples(document: str) -> list[str]:
    text = (DOCUMENTS / document).read_text()
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


EXAMPLES = examples("coming-from-amio.md")


async def run(example: str, names: dict[str, object]) -> None:
    code = compile(example, "example", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(code, names)
    if inspect.isawaitable(result):
        await result


def test_there_are_examples_for_all_that_hurt() -> None:
    assert len(EXAMPLES) == 6


@pytest.mark.parametrize("example", EXAMPLES, ids=range(1, len(EXAMPLES) + 1))
def test_an_example_of_coming_from_amio_runs_on_a_server(
    example: str, jackd: Jackd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        clip = amio.AudioClip(np.full(100, 0.25, np.float32), RATE)
        async with amio.NativeInterface(client_name="example") as interface:
            interface.rolling = True
            names = {"amio": amio, "interface": interface, "clip": clip}
            await asyncio.wait_for(run(example, names), timeout=20)

    monkeypatch.chdir(tmp_path)
    asyncio.run(play())


def test_the_cells_of_the_page_about_notebooks_run_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib").use("agg")

    async def notebook() -> dict[str, object]:
        names: dict[str, object] = {}
        for cell in examples("notebooks.md"):
            await asyncio.wait_for(run(cell, names), timeout=20)
        amio.close_all()
        return names

    names = asyncio.run(notebook())
    assert capsys.readouterr().out == "(4800, 2)\n"
    clip = names["clip"]
    assert isinstance(clip, amio.Clip)
    assert np.flatnonzero(clip.read()[:, 0])[[0, -1]].tolist() == [1000, 1099]
    assert "<audio" in clip._repr_html_()
