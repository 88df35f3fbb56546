"""Writes the pages of the engine's reference: one for each package, with all its modules.

They are made from what is there, so that a new module is in the reference by itself. The pages go
to ``reference/rooms``, which git ignores.
"""

import ast
import pkgutil
from pathlib import Path

from sphinx.application import Sphinx

import autograder

#: What suites import has a page of its own.
ELSEWHERE = ("autograder.checks", "autograder.checks.figures")
SHARED = "autograder"


def modules() -> dict[str, str]:
    """Give the engine's modules, by name, with the first sentence of each."""
    found = {"autograder": _sentence(Path(autograder.__file__))}
    for info in pkgutil.walk_packages(autograder.__path__, "autograder."):
        path = Path(info.module_finder.path, info.name.rpartition(".")[2])
        path = path / "__init__.py" if info.ispkg else path.with_suffix(".py")
        if not info.name.endswith("__main__"):
            found[info.name] = _sentence(path)
    return found


def _sentence(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("\\", "\\\\")


def rooms(found: dict[str, str]) -> dict[str, list[str]]:
    """Put the modules into rooms, the packages of the engine; what is in none is shared."""
    packages = {name.rpartition(".")[0] for name in found}
    places: dict[str, list[str]] = {}
    for name in found:
        room = ".".join(name.split(".")[:2])
        places.setdefault(room if room in packages else SHARED, []).append(name)
    return places


def page(room: str, names: list[str], found: dict[str, str]) -> str:
    """Write the page of a room as reStructuredText."""
    title = room if room != SHARED else "autograder: what all share"
    lines = [title, "=" * len(title), "", ".. list-table::", "   :widths: 35 65", ""]
    for name in names:
        lines += [f"   * - :py:mod:`{name}`", f"     - {found[name]}"]
    for name in names:
        lines += ["", name, "-" * len(name), ""]
        if name in ELSEWHERE:
            lines.append("What suites import is described in :doc:`../checks`.")
        else:
            lines.append(f".. automodule:: {name}")
    return "\n".join(lines) + "\n"


def write(app: Sphinx) -> None:
    """Write the pages that are not as they should be, and remove those of rooms that are gone."""
    folder = Path(app.srcdir, "reference", "rooms")
    folder.mkdir(exist_ok=True)
    found = modules()
    pages = {f"{room}.rst": page(room, names, found) for room, names in rooms(found).items()}
    for path in folder.iterdir():
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Have the pages written before Sphinx looks for its sources."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
