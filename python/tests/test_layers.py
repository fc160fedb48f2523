"""Finds circular imports between the modules of the package."""

from __future__ import annotations

import ast
from pathlib import Path

import amio


def imports(folder: Path) -> dict[str, set[str]]:
    """Which modules of the package ``amio`` each of its modules imports, also in functions.

    The ``__init__`` of a package imports all of its modules, so a module that imports a name from
    it is part of a circle.
    """
    paths = sorted(folder.rglob("*.py"))
    modules = {".".join(path.relative_to(folder).with_suffix("").parts): path for path in paths}

    def module_of(names: list[str]) -> str:
        """The module that has what these names lead to."""
        known = names[: next((at for at in range(len(names), 0, -1) if is_known(names[:at])), 0)]
        name = ".".join(known)
        return name if name in modules else ".".join([*known, "__init__"])

    def is_known(names: list[str]) -> bool:
        name = ".".join(names)
        return name in modules or f"{name}.__init__" in modules

    def modules_of(node: ast.AST, package: list[str]) -> list[str]:
        match node:
            case ast.Import():
                found = [alias.name.split(".") for alias in node.names]
            case ast.ImportFrom(module=module, level=level, names=names):
                above = ["amio", *package][: len(package) + 2 - level] if level else []
                base = above + (module.split(".") if module else [])
                found = [[*base, alias.name] for alias in names]
            case _:
                return []
        return [module_of(names[1:]) for names in found if names[0] == "amio"]

    return {
        name: {
            used
            for node in ast.walk(ast.parse(path.read_text()))
            for used in modules_of(node, name.split(".")[:-1])
        }
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


def test_a_package_inside_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "__init__.py").write_text("from .low import A\n")
    (tmp_path / "low.py").write_text("class A: ...\n")
    (tmp_path / "inner" / "__init__.py").write_text("from ._two import B\n")
    (tmp_path / "inner" / "_one.py").write_text("from ..low import A\nfrom .. import low\n")
    (tmp_path / "inner" / "_two.py").write_text("from ._one import A as B\n")
    uses = imports(tmp_path)
    assert uses["inner._one"] == {"low"}
    assert uses["inner._two"] == {"inner._one"}
    assert uses["inner.__init__"] == {"inner._two"}
    assert circle(uses) == []
    (tmp_path / "inner" / "_one.py").write_text("import amio.inner\n")
    assert circle(imports(tmp_path)) == [
        "inner.__init__",
        "inner._two",
        "inner._one",
        "inner.__init__",
    ]


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
