"""Finds circular imports between the modules of the package."""

from __future__ import annotations

import ast
from pathlib import Path

import amio


def imports(folder: Path) -> dict[str, set[str]]:
    """Which modules of the package ``amio`` each of its modules imports, also in functions.

    ``__init__`` imports all of them, so a module that imports a name from it is part of a circle.
    """
    modules = {path.stem: path for path in sorted(folder.glob("*.py"))}

    def modules_of(node: ast.AST) -> list[str]:
        match node:
            case ast.Import():
                paths = [alias.name.split(".") for alias in node.names]
            case ast.ImportFrom(module=module, level=level, names=names):
                base = (["amio"] if level else []) + (module.split(".") if module else [])
                paths = [[*base, alias.name] for alias in names] if base == ["amio"] else [base]
            case _:
                return []
        inside = [path[1:] for path in paths if path[0] == "amio"]
        return [path[0] if path and path[0] in modules else "__init__" for path in inside]

    return {
        name: {used for node in ast.walk(ast.parse(path.read_text())) for used in modules_of(node)}
        for name, path in modules.items()
    }


def circle(uses: dict[str, set[str]]) -> list[str]:
    """The modules of a circle, the first one again at its end; empty if there is none."""
    done: set[str] = set()

    def visit(module: str, way: list[str]) -> list[str]:
        if module in way:
            return [*way[way.index(module) :], module]
        if module in done:
            return []
        done.add(module)
        for used in sorted(uses[module]):
            if found := visit(used, [*way, module]):
                return found
        return []

    for module in uses:
        if found := visit(module, []):
            return found
    return []


def test_no_module_imports_one_that_imports_it() -> None:
    uses = imports(Path(amio.__file__).parent)
    assert len(uses) > 20
    assert circle(uses) == []


def test_a_circle_is_found_however_it_is_closed(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("from .low import A\nfrom .high import B\n")
    (tmp_path / "middle.py").write_text("from .low import A\n")
    (tmp_path / "high.py").write_text("from .middle import A\nclass B: ...\n")
    (tmp_path / "low.py").write_text("class A: ...\n")
    assert circle(imports(tmp_path)) == []
    for closing in (
        "from .high import B",
        "from . import high",
        "from amio.high import B",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .high import B",
        "def f():\n    from .high import B",
        "import amio.high",
        "from amio import high",
    ):
        (tmp_path / "low.py").write_text(f"class A: ...\n{closing}\n")
        assert circle(imports(tmp_path)) == ["high", "middle", "low", "high"], closing
    for closing in ("import amio", "from amio import B", "from . import B"):
        (tmp_path / "low.py").write_text(f"class A: ...\n{closing}\n")
        assert circle(imports(tmp_path)) == ["__init__", "high", "middle", "low", "__init__"], (
            closing
        )
