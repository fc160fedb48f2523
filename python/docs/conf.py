"""How sphinx makes the documentation: `sphinx-build -W -n python/docs OUTPUT`."""

import sys
import typing
from importlib.metadata import version as version_of

from matplotlib.axes import Axes
from sphinx.application import Sphinx
from sphinx.ext.napoleon import GoogleDocstring

import amio.analysis
import amio.plot
from amio import _abi
from amio._capture import Capture
from amio._library import Unique
from amio._life import Life
from amio._midi import Midi
from amio.jack._metadata import Metadata
from amio.jack._stream import Scoped, Stream
from amio.pyjack._client import Attachable

project = "amio"
copyright = "the authors of amio"
version = release = version_of("amio")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"amio {version}"

# The signature shows the types; the text explains.
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
napoleon_numpy_docstring = False

# Nothing is fetched from the network for a build, so what belongs to others gets no link.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(asyncio|collections|concurrent|ctypes|datetime|enum|fractions|os|pathlib|types|typing_extensions)\..*",
    ),
    (r"py:.*", r"(np|npt|numpy|matplotlib)\..*"),
    # Parts of `amio.jack.Client`, and a variable of types.
    (r"py:.*", r"amio\.jack\.(_callbacks\.Callbacks|_transport\.Transport|_ports\._Own)"),
    (r"py:.*", r"(Any|Axes|Fraction|NDArray|datetime|float32|float64|int16|optional)"),
]

# Names that a module imports for type checkers alone are found in signatures, too.
_modules = [vars(module) for name, module in sys.modules.items() if name.startswith("amio")]
_names = {name: value for module in _modules for name, value in module.items() if name[0] != "_"}
_names |= {"Axes": Axes}
for _module in _modules:
    for _name, _value in _names.items():
        _module.setdefault(_name, _value)


def _parse(self: GoogleDocstring, parse: typing.Any = GoogleDocstring._parse) -> None:
    """Reads the text of properties like any other.

    Napoleon takes what stands before its first colon for a type; ours have annotations.
    """
    if self._what in ("attribute", "property"):
        self._what = "method"
    parse(self)


GoogleDocstring._parse = _parse


def setup(app: Sphinx) -> None:
    """Leaves out of the bases of a class what is not for users."""

    def public(
        _app: object, _name: object, _thing: object, _options: object, bases: list[type]
    ) -> None:
        hidden = dict.fromkeys((Life, Capture, Midi), amio.Interface)
        private = {Unique, Metadata, Attachable, Scoped, Stream, _abi.JackPosition}
        bases[:] = [
            hidden.get(base, base)
            for base in bases
            if (typing.get_origin(base) or base) not in private
        ] or [object]

    app.connect("autodoc-process-bases", public)
