#!/usr/bin/env python3
"""Makes src/amio/_abi.py, the C interface as ctypes needs it, from include/amio.h.

usage: abi.py [--check]

With --check nothing is written: it fails if the file is not what the header says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pycparser import c_ast, c_parser

PYTHON = Path(__file__).resolve().parent.parent
HEADER = PYTHON.parent / "include" / "amio.h"
TARGET = PYTHON / "src" / "amio" / "_abi.py"

HEAD = '''\
"""The C interface, as ctypes needs it: constants, structures and signatures.

Generated from include/amio.h, which explains everything; `make header` refreshes it. Names are
those of the header, without their prefix.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure
from typing import Any

'''

INTEGERS = {
    "amio_status": "int32",
    "int": "int",
    "int32_t": "int32",
    "int64_t": "int64",
    "size_t": "size_t",
    "uint8_t": "uint8",
    "uint32_t": "uint32",
    "uint64_t": "uint64",
}
FLOATS = {"float": "float", "double": "double"}

# What pycparser has to know, as it does not read the headers that amio.h includes.
TYPEDEFS = "".join(f"typedef int {name};" for name in [*INTEGERS, "int16_t"] if name.endswith("_t"))


def main() -> None:
    made = module(HEADER.read_text())
    if sys.argv[1:] == ["--check"]:
        if TARGET.read_text() != made:
            sys.exit(f"{TARGET} is not what {HEADER} says; run `make header`")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        TARGET.write_text(made)


def module(header: str) -> str:
    """The text of the Python module."""
    tree = c_parser.CParser().parse(TYPEDEFS + declarations(header))
    nodes = [node for node in tree.ext if "amio" in (node.name or "")]
    structs = [node for node in nodes if is_struct(node) and node.type.type.decls]
    callbacks = {node.name for node in nodes if is_callback(node)}
    known = callbacks | {node.name for node in structs}
    parts = [HEAD, "\n".join(constants(header)), "\n"]
    # In the order of the header: a type comes before those that use it.
    for node in nodes:
        if is_callback(node):
            parts.append("\n\n" + named_callback(node, known))
        elif node in structs:
            parts.append("\n\n" + structure(node, known, callbacks))
    parts.append("\n\nSIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {\n")
    for node in nodes:
        if isinstance(node.type, c_ast.FuncDecl):
            parts.append(signature(node, known))
    parts.append("}\n")
    return "".join(parts)


def declarations(header: str) -> str:
    """The header without comments, preprocessor lines and C++."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", header, flags=re.DOTALL)
    code = re.sub(r"#ifdef __cplusplus.*?#endif", "", code, flags=re.DOTALL)
    code = re.sub(r"^#.*", "", code, flags=re.MULTILINE)
    return re.sub(r"\[AMIO_\w+\]", lambda size: f"[{constant(header, size[0][1:-1])}]", code)


def constants(header: str) -> Iterator[str]:
    pattern = r'^#define AMIO_(\w+) (-?\d+|INT64_MIN|".*")$'
    for name, given in re.findall(pattern, header, re.MULTILINE):
        value = given.replace("INT64_MIN", "-(1 << 63)")
        yield f"{name} = {value}"


def constant(header: str, name: str) -> str:
    found = re.search(rf"^#define {name} (\d+)$", header, re.MULTILINE)
    assert found, name
    return found[1]


def is_struct(node: c_ast.Node) -> bool:
    return isinstance(node.type, c_ast.TypeDecl) and isinstance(node.type.type, c_ast.Struct)


def is_callback(node: c_ast.Node) -> bool:
    return isinstance(node.type, c_ast.PtrDecl) and isinstance(node.type.type, c_ast.FuncDecl)


def structure(node: c_ast.Node, known: set[str], callbacks: set[str]) -> str:
    lines = [f"class {camel(node.name)}(Structure):"]
    fields = []
    for field in node.type.type.decls:
        lines.append(f"    {field.name}: {annotation(field.type, callbacks)}")
        fields.append(f'        ("{field.name}", {ctype(field.type, known)}),')
    return "\n".join([*lines, "    _fields_ = [", *fields, "    ]", ""])


def signature(node: c_ast.Node, known: set[str]) -> str:
    types = argument_types(node.type, known)
    text = f'    "{node.name}": ({result_type(node.type, known)}, ({", ".join(types)}'
    line = text + ("," if len(types) == 1 else "") + ")),"
    if len(line) <= 100:
        return line + "\n"
    inner = "".join(f"            {kind},\n" for kind in types)
    return (
        f'    "{node.name}": (\n        {result_type(node.type, known)},\n'
        f"        (\n{inner}        ),\n    ),\n"
    )


def named_callback(node: c_ast.Node, known: set[str]) -> str:
    line = f"{camel(node.name)} = {callback(node.type.type, known)}"
    if len(line) <= 100:
        return line + "\n"
    begin, types = line[:-1].split("(", 1)
    return f"{begin}(\n    {types}\n)\n"


def callback(function: c_ast.FuncDecl, known: set[str]) -> str:
    types = [result_type(function, known), *argument_types(function, known)]
    return f"ctypes.CFUNCTYPE({', '.join(types)})"


def result_type(function: c_ast.FuncDecl, known: set[str]) -> str:
    return ctype(function.type, known)


def argument_types(function: c_ast.FuncDecl, known: set[str]) -> list[str]:
    types = [ctype(argument.type, known) for argument in function.args.params]
    return [] if types == ["None"] else types


def ctype(kind: c_ast.Node, known: set[str]) -> str:
    """The ctypes type of a declaration. Buffers of samples are passed by their address."""
    if isinstance(kind, c_ast.ArrayDecl):
        return f"{ctype(kind.type, known)} * {kind.dim.value}"
    if isinstance(kind, c_ast.PtrDecl):
        if isinstance(kind.type, c_ast.FuncDecl):
            return callback(kind.type, known)
        target = ctype(kind.type, known)
        if target == "ctypes.c_char":
            return "ctypes.c_char_p"
        if target in ("None", "ctypes.c_float", "ctypes.c_int16"):
            return "ctypes.c_void_p"
        return f"POINTER({target})"
    name = base(kind)
    if name in INTEGERS:
        return f"ctypes.c_{INTEGERS[name]}"
    if name in FLOATS or name == "char":
        return f"ctypes.c_{name}"
    if name == "int16_t":
        return "ctypes.c_int16"
    if name in known:
        return camel(name)
    # What is only ever pointed to: void and handles.
    return "None"


def annotation(kind: c_ast.Node, callbacks: set[str]) -> str:
    """What Python sees when it reads such a field."""
    if isinstance(kind, c_ast.ArrayDecl):
        return "Any" if isinstance(kind.type, c_ast.ArrayDecl) else "bytes"
    if isinstance(kind, c_ast.PtrDecl):
        return "Any"
    name = base(kind)
    if name in callbacks:
        return "Any"
    return "int" if name in INTEGERS else "float" if name in FLOATS else camel(name)


def base(kind: c_ast.Node) -> str:
    inner = kind.type
    return inner.name if isinstance(inner, c_ast.Struct) else " ".join(inner.names)


def camel(name: str) -> str:
    """What amio_ring_level is called in Python: RingLevel."""
    return "".join(part.capitalize() for part in name.split("_")[1:])


if __name__ == "__main__":
    main()
