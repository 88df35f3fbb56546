"""formgrader's own templates, filled with ids and names that are HTML."""

import asyncio
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader
from nbconvert import HTMLExporter
from nbformat import v4
from nbgrader.coursedir import CourseDirectory
from nbgrader.server_extensions.formgrader import base, handlers
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension
from traitlets.config import Config

from autograder.course.config import configure
from tests.autograder.conftest import write_files
from tests.autograder.course import write_course

pytestmark = pytest.mark.slow

BAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
RAW = ("<script>alert(1)", "<img src=x")
PAGES = {
    "manage_students_assignments.tpl": {"student_id": BAD},
    "manage_students_notebook_submissions.tpl": {"student_id": BAD, "assignment_id": BAD},
    "manage_submissions.tpl": {"assignment_id": BAD, "course_dir": BAD},
    "gradebook_notebooks.tpl": {"assignment_id": BAD},
    "gradebook_notebook_submissions.tpl": {"assignment_id": BAD, "notebook_id": BAD},
    "manage_assignments.tpl": {"exchange": BAD, "exchange_missing": True, "url_prefix": BAD},
}


@pytest.fixture(scope="module")
def handler(tmp_path_factory):
    """Give a handler of a server that has read a course's configuration after it started."""
    course = write_course(tmp_path_factory.mktemp("pages"))
    before = base.BaseHandler.render, base.BaseHandler.exporter
    start = FormgradeExtension.init_tornado_settings
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    loader = FileSystemLoader([handlers.template_path, f"{handlers.template_path}/formgrade"])
    environment = Environment(loader=loader)
    environment.get_template("manage_students_assignments.tpl")  # one that was read before
    configure(config, str(course.root))
    configure(config, str(course.root))  # nbgrader reads it at each request
    settings = {
        "nbgrader_jinja2_env": environment,
        "nbgrader_exporter": HTMLExporter(config=config),
    }
    yield SimpleNamespace(settings=settings, course=course)
    base.BaseHandler.render, base.BaseHandler.exporter = before
    FormgradeExtension.init_tornado_settings = start


@pytest.mark.parametrize("page", PAGES)
def test_ids_are_escaped_in_every_page(handler, page):
    text = base.BaseHandler.render(handler, page, base_url="/user/x", **PAGES[page])
    assert not any(bad in text for bad in RAW)
    assert "&lt;script&gt;" in text or "alert" not in text


def test_names_are_escaped_beside_a_notebook(handler):
    picture = v4.new_output("display_data", {"image/png": "iVBORw0KGgo="})
    cells = [v4.new_markdown_cell("# a *heading*"), v4.new_code_cell("x", outputs=[picture])]
    notebook = v4.new_notebook(cells=cells)
    path = handler.course.root / "autograded/ann/small/small.ipynb"
    write_files(path.parent, {path.name: v4.writes(notebook)})
    resources = {"last_name": BAD, "first_name": BAD, "student": BAD, "notebook_path": BAD}
    resources |= {"notebook_id": "small", "assignment_id": "small", "submission_id": "1"}
    resources |= {"index": 0, "total": 1, "base_url": "/user/x"}
    text, _ = base.BaseHandler.exporter.fget(handler).from_filename(str(path), resources=resources)
    assert not any(bad in text for bad in RAW)
    assert "&lt;script&gt;alert(1)" in text
    assert "<em>heading</em>" in text
    assert "/user/x/formgrader/static" in text
    assert '<img alt="No description has been provided for this image" src="data:image/png' in text


def test_a_server_that_has_started_has_read_the_templates_of_a_submission(handler, monkeypatch):
    monkeypatch.delitem(handler.settings, "autograder_exporter", raising=False)
    ready = []

    async def start():
        extension = FormgradeExtension(config=handler.settings["nbgrader_exporter"].config)
        extension.coursedir, extension.root_dir = CourseDirectory(parent=extension), str(root)
        extension.init_tornado_settings(SimpleNamespace(settings=handler.settings))
        ready.append(list(handler.settings["autograder_exporter"]._exporter.environment.cache))
        await asyncio.sleep(0)
        ready.append(list(handler.settings["autograder_exporter"]._exporter.environment.cache))

    root, before = handler.course.root, dict(handler.settings)
    asyncio.run(start())
    handler.settings.update(before)
    names = [{name for _, name in cache} for cache in ready]
    assert not names[0] and "formgrade_macros.html.j2" in names[1]
