"""nbgrader's pages in the browser, with everything that people chose escaped.

Its templates write students' ids and names as they are: an id with a ``<script>`` would run in the
instructor's browser. And they know students by names in which some characters are written
otherwise; see `autograder.intake.entries.nbgrader_name`.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from markupsafe import escape
from sqlalchemy.orm import configure_mappers

from autograder.course.folder import read_once, read_settings
from autograder.course.marking import mark_together, page_script
from autograder.course.page_exporter import PageExporter
from autograder.intake.entries import nbgrader_student


class _Exporter:
    """An exporter of notebooks to which plain texts are handed as such, not as HTML."""

    def __init__(self, exporter: Any):
        self._exporter = exporter

    def from_filename(self, filename: str, resources: dict[str, Any]) -> Any:
        """Render a notebook with what is known of its submission."""
        if "student" in resources:
            resources = resources | {"student": nbgrader_student(resources["student"])}
        safe = {k: escape(v) if isinstance(v, str) else v for k, v in resources.items()}
        script = page_script(Path(filename))  # before it is read: it may be graded again meanwhile
        page, made = self._exporter.from_filename(filename, resources=safe)
        start, end, rest = page.rpartition("</body>")
        return f"{start}<script>{script}</script>{end}{rest}", made

    def get_ready(self, root: Path) -> None:
        """Make a page of what students received, for nobody; the first takes three times as long.

        Parameters
        ----------
        root
            The course's folder.
        """
        name = next(iter(read_settings(root).labs))
        with contextlib.suppress(OSError):  # nothing is released yet
            notebook = read_once(root / "release" / name / f"{name}.ipynb")
            place = root / "autograded" / "nobody" / name
            resources = {"metadata": {"path": str(place)}, "index": 0, "total": 0}
            self._exporter.from_notebook_node(notebook, resources)
        configure_mappers()


def escape_pages() -> None:
    """Have all pages of formgrader escaped, with students' ids, however this process started."""
    from nbgrader.server_extensions.formgrader.base import BaseHandler
    from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension
    from tornado.ioloop import IOLoop

    from autograder.course.extensions import add_page, with_templates

    add_page()
    mark_together()
    if getattr(BaseHandler.render, "escapes", False):
        return
    render, start = BaseHandler.render, FormgradeExtension.init_tornado_settings
    script = Path(__file__).with_name("student_ids.js").read_text(encoding="utf-8")

    def escaped(self: Any, name: str, **values: Any) -> str:
        environment = self.settings["nbgrader_jinja2_env"]
        if not environment.autoescape:
            environment.autoescape = True
            environment.loader = with_templates(environment.loader)
            environment.cache.clear()  # templates that were read without
        page = str(render(self, name, **values))
        return page.replace("</body>", f"<script>{script}</script></body>")

    def init_tornado_settings(self: Any, webapp: Any) -> None:
        start(self, webapp)
        ready = _exporter_of(webapp).get_ready
        # Before the first request, and not while the server is being put together.
        IOLoop.current().add_callback(ready, Path(self.coursedir.root))

    FormgradeExtension.init_tornado_settings = init_tornado_settings
    escaped.escapes = True  # type: ignore[attr-defined]
    BaseHandler.render = escaped
    BaseHandler.exporter = property(_exporter_of)


def _exporter_of(handler: Any) -> _Exporter:
    """Return the exporter of a handler's server, with the templates that it has read."""
    settings = handler.settings
    if "autograder_exporter" not in settings:
        config = settings["nbgrader_exporter"].config
        exporter = PageExporter(config=config)  # type: ignore[no-untyped-call]
        settings["autograder_exporter"] = _Exporter(exporter)
    made: _Exporter = settings["autograder_exporter"]
    return made
