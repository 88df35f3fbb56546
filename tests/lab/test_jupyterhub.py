"""The course on a JupyterHub, with users of the system, each in a browser: a week of the lab.

The tests are the steps of one story and need those before them. Pictures of each step are in
pytest's folder of temporary files, or in the folder that ``PICTURES`` names.
"""

import os
from concurrent.futures import ThreadPoolExecutor
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
#: Student -> the files that they write; what they don't is as it was released. One of them trains
#: networks when the notebook is validated, which takes long; without Model nothing is trained.
WORK = {
    "ada": REFERENCE,
    "ben": {"activation.py": REFERENCE["activation.py"], "linear_layer.py": SIGN},
    "cyd": {"activation.py": REFERENCE["activation.py"]},
}
SUITE = (LAB.suite / LAB.parts[0].suite).read_text("utf-8")
ANSWER = "Because the derivative of the sigmoid is at most 1/4, says {}."
COMMENT = "Say what follows for deep networks."
#: The first line of a hidden suite, which stands nowhere else.
HIDDEN = SUITE.splitlines()[0].strip('"')
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


def all_at_once(names, do):
    """Have people do something at the same time, as they do; fail if one of them does."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(do, names))


def test_the_instructor_releases_the_lab(browsers):
    instructor = browsers("ines")
    instructor.open_formgrader()
    instructor.press("release")


def test_the_environment_has_what_the_notebook_needs(hub):
    release = next((hub.hub / "exchange").glob(f"*/outbound/{LAB.name}"))
    words = ("env", "-C", release, "python", "-Bc", "import checks.notebook, experiments.plots")
    done = hub.as_user(hub.user(RIGHT), *words)
    assert done.returncode == 0, done.stderr


def test_students_fetch_work_validate_and_submit(browsers):
    def work(name):
        student = browsers(name)
        student.open_lab()
        student.open_assignments()
        student.fetch()
        student.open_folder()
        for file, text in WORK[name].items():
            student.write(file, text.decode())
        student.answer(ANSWER.format(name))
        said = student.validate()
        # The other answers are open; nothing else is wrong for nbgrader.
        assert "did not provide a response" in said, said
        student.open_assignments()
        student.submit()

    all_at_once(STUDENTS, work)


def test_the_instructor_collects_and_has_them_graded_by_the_button(hub, browsers):
    instructor = browsers("ines")
    instructor.go("manage_assignments")
    instructor.press("collect")
    instructor.go(f"manage_submissions/{LAB.name}")
    for name in STUDENTS:
        instructor.press("autograde", hub.user(name))
    rows = {name: instructor.row(hub.user(name)) for name in STUDENTS}
    full = f"{LAB.max_score} / "
    assert full in rows[RIGHT], rows
    assert full not in rows[WRONG] and full not in rows["cyd"], rows


def test_instructor_and_grader_mark(hub, browsers):
    grader = browsers("gus")
    grader.open_formgrader()

    def mark(pair):
        marker, name = pair
        shown = browsers(marker).mark(name, 3.5, COMMENT)
        assert ANSWER.format(name) in shown
        assert "Linear_Layer: " in shown

    all_at_once(zip(MARKERS, STUDENTS, strict=False), mark)
    grader.go(f"manage_submissions/{LAB.name}")
    assert f"{LAB.max_score + 3.5:g} / " in grader.row(hub.user(RIGHT))


def test_the_instructor_releases_the_feedback(browsers):
    instructor = browsers("ines")
    instructor.go("manage_assignments")
    instructor.press("generate-feedback")
    instructor.press("release-feedback")


def test_students_read_their_feedback(browsers):
    def read(name):
        text = browsers(name).read_feedback()
        assert (f"{LAB.max_score + 3.5:g}" in text) == (name == RIGHT)
        assert (COMMENT in text) == (name != "cyd")
        assert ("✗ backward" in text) == (name != RIGHT)
        others = {ANSWER.format(other) for other in STUDENTS if other != name}
        assert ANSWER.format(name) in text and not any(answer in text for answer in others)

    all_at_once(STUDENTS, read)


def test_a_student_reaches_neither_formgrader_nor_other_servers(hub, browsers):
    student, grader = browsers(WRONG), browsers("gus")
    assert student.status_of(f"{student.home}/api/status") == 200
    assert student.status_of(f"{grader.formgrader}/manage_assignments") == 403
    assert student.status_of(f"{grader.formgrader}/api/assignments") == 403
    assert student.status_of(f"{student.home}/formgrader/manage_assignments") == 404
    assert student.status_of(f"{browsers(RIGHT).home}/api/contents") == 403
    assert student.status_of(f"{hub.address}/hub/admin") == 403
    assert grader.status_of(f"{grader.formgrader}/api/assignments") == 200
    assert grader.status_of(f"{browsers(RIGHT).home}/api/contents") == 403


def test_a_student_can_read_nothing_that_is_not_theirs(hub):
    """In a terminal of their own, which every student has."""
    student, other = hub.user(WRONG), hub.user(RIGHT)
    course = hub.hub / "grader/course"
    inbound = next((hub.hub / "exchange").glob("*/inbound"))
    handed_in = sorted(os.listdir(inbound))
    assert len(handed_in) == len(STUDENTS)
    secret = [
        *(course, course / "gradebook.db", course / "submitted", hub.hub / "grader/lab"),
        *(hub.hub / "grader/lab" / LAB.suite.relative_to(LAB.root), hub.hub / "hub"),
        *(hub.hub / "hub/jupyterhub.sqlite", hub.hub / "hub/cookie-secret", inbound),
        *(hub.homes / other, hub.homes / other / LAB.name / "model.py"),
    ]
    for path in secret:
        assert path.exists(), path
        assert hub.as_user(student, "test", "-r", path).returncode == 1, path
    # What others handed in can't be removed, even by who has guessed its name.
    theirs = inbound / next(n for n in handed_in if n.startswith(other))
    assert hub.as_user(student, "mv", theirs, inbound / "x").returncode != 0
    assert hub.as_user(student, "rm", "-rf", theirs).returncode != 0
    release = next((hub.hub / "exchange").glob("*/outbound"))
    assert hub.as_user(student, "touch", release / "x").returncode != 0
    assert hub.as_user(student, "mv", release.parent, hub.hub / "exchange/x").returncode != 0
    # Nor is a hidden check anywhere that can be read.
    places = [hub.hub, hub.homes]
    found = hub.as_user(student, "grep", "-rlsF", "--exclude-dir=site-packages", HIDDEN, *places)
    assert found.stdout == ""
    assert hub.as_user(hub.account, "grep", "-rlsF", HIDDEN, hub.hub / "grader").stdout != ""
