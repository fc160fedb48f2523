"""How sphinx makes the documentation: `sphinx-build -W -n python/docs OUTPUT`."""

from importlib.metadata import version as version_of

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
napoleon_use_ivar = True

# Nothing is fetched from the network for a build, so what belongs to others gets no link.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(asyncio|collections|concurrent|ctypes|datetime|enum|fractions|os|pathlib|types)\..*",
    ),
    (r"py:.*", r"(np|npt|numpy|matplotlib)\..*"),
    (r"py:.*", r"(Any|Axes|Fraction|NDArray|datetime|float32|float64|int16|optional)"),
]
