"""Settings of the documentation: ``make docs`` builds it with Sphinx from Markdown (MyST)."""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE / "extensions")]

_project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
project = "Backpropagation Lab"
release = version = _project["version"]
author = "the maintainers"
copyright = author  # Sphinx calls the setting so

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "command_line",
    "rooms",
]
exclude_patterns = ["_build"]
nitpicky = True
# Types of other projects: their inventories would have to be fetched.
nitpick_ignore_regex = [(r"py:.*", r"(?!autograder\b).*")]
nitpick_ignore = [  # type variables
    ("py:class", "autograder.messages.Part"),
    ("py:class", "autograder.examiner.examiners.Result"),
    ("py:obj", "autograder.examiner.examiners.Result"),
    ("py:class", "autograder.jail.probe.Something"),
    ("py:obj", "autograder.jail.probe.Something"),
]

# An attribute of several classes, named in the docstring of one: no link is needed there.
suppress_warnings = ["ref.python"]

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

# Single backticks in docstrings: a link where there is something to link to.
default_role = "autolink"
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "signature"
autosummary_generate = False
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = project
html_static_path = ["static"]
html_css_files = ["style.css"]
toc_object_entries = False
html_show_copyright = False
html_show_sphinx = False
copybutton_exclude = ".linenos, .gp, .go"
