"""The course on a JupyterHub, with users of the system, each in a browser: a week of the lab.

The tests are the steps of one story and need those before them. Pictures of each step are in
pytest's folder of temporary files, or in the folder that ``PICTURES`` names.
"""

import os
import sqlite3
from pathlib import Path

import pytest

from tests.lab.courses import LAB, REFERENCE
from tests.lab.hub import Hub
from tests.lab.hub_people import Marker, Student

pytestmark = pytest.mark.slow

RIGHT, WRONG = "ada", "ben"
STUDENTS = (RIGHT, WRONG, "cyd")
MARKERS = ("ines", "gus")
SIGN = REFERENCE["linear_layer.py"].replace(b"grad.T @", b"-grad.T @")
#: Student -> the files that they write; what they don't is as it was released.
WORK = {
    "ada": REFERENCE,
    "ben": REFERENCE | {"linear_layer.py": SIGN},
    "cyd": {"activation.py": REFERENCE["activation.py"]},
}
ANSWER = "Because the derivative of the sigmoid is at most 1/4, says {}."
COMMENT = "Say what follows for deep networks."
_failed = []


@pytest.fixture(autouse=True)
def after_those_before(request):
    """Pass over what can't be done any more once a step has failed."""
    if _failed:
        pytest.skip(f"a step before it failed: {_failed[0]}")
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        _failed.append(request.node.name)


@pytest.fixture(scope="module")
def hub():
    if os.geteuid() != 0:
        missing = "only root can make users of the system"
        pytest.fail(missing) if os.environ.get("REQUIRE_SERVICES") else pytest.skip(missing)
    made = Hub(STUDENTS, MARKERS)
    try:
        made.install()
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = Path(os.environ.get("PICTURES") or tmp_path_factory.mktemp("pictures"))
    print(f"pictures of each step: {folder}")
    return folder


@pytest.fixture(scope="module")
def browsers(hub, pictures, tmp_path_factory):
    """Give the browser of a person; those of before stay open."""
    opened = {}

    def browser(name):
        if name not in opened:
            kind = Marker if name in MARKERS else Student
            opened[name] = kind(hub, name, pictures, tmp_path_factory.mktemp(name))
        return opened[name]

    yield browser
    for person in opened.values():
        person.close()


def test_the_instructor_releases_the_lab(browsers):
    instructor = browsers("ines")
    instructor.open_formgrader()
    instructor.press("release")


@pytest.mark.parametrize("name", STUDENTS)
def test_a_student_fetches_works_validates_and_submits(browsers, name):
    student = browsers(name)
    student.open_lab()
    student.open_assignments()
    student.fetch()
    for file, text in WORK[name].items():
        student.write(file, text.decode())
    student.answer(ANSWER.format(name))
    said = student.validate()
    # The other answers are open; nothing else is wrong for nbgrader.
    assert "did not provide a response" in said, said
    student.open_lab()
    student.open_assignments()
    student.submit()
