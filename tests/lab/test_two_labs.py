"""Both labs in one course, from making it to one total, as an instructor and two students do it."""

import csv
import json

import pytest

from autograder.course.folder import nbgrader_api, open_course
from autograder.records import read_record
from tests.lab.courses import ROOT, Student, answers, run, succeeded
from tests.services import postgresql

pytestmark = pytest.mark.slow

LABS = {"lab1": ROOT, "lab2": ROOT / "labs/lab2"}
#: What one of the students gets wrong in the second lab: a file that is not there.
MISSING = "classifier.py"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    if request.param == "sqlite":
        yield []
    else:
        with postgresql() as url:
            yield ["--db", url]


def hand_in(student, course, files):
    """Fetch an assignment, do it, and hand it in."""
    name = course.lab.name
    student.act("FetchAssignment", name)
    folder = student.folder(name)
    for path in files:
        (folder / path).write_bytes((course.lab.reference / path).read_bytes())
    notebook = answers(course, [f"{student.name} in {name}: because."])
    (folder / course.notebook).write_text(json.dumps(notebook), encoding="utf-8")
    student.act("Submit", name)


def mark_first_answer(course, student, points):
    """Give points for the first answer, and none for the others; give the most points of all."""
    name = course.lab.name
    with course.gradebook as gradebook:
        grades = gradebook.find_submission_notebook(name, name, student).grades
        waiting = [grade for grade in grades if grade.needs_manual_grade]
        assert len(waiting) == 1  # what nobody wrote gets nothing by itself
        waiting[0].manual_score, waiting[0].needs_manual_grade = points, False
        most = sum(grade.max_score for grade in grades)
        gradebook.db.commit()
    return most


def test_two_labs_in_one_course(database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exchange, root = tmp_path / "exchange", tmp_path / "the course"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    run("autograder", "course", root, *database)
    run("autograder", "--lab", LABS["lab2"], "course", root)
    (root / "own_config.py").write_text(
        f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\n", encoding="utf-8"
    )
    courses = [open_course(root, name) for name in LABS]
    assert [course.lab.root for course in courses] == list(LABS.values())
    assert bool(database) is not (root / "gradebook.db").exists()

    ann, ben = (Student(tmp_path / "home", exchange, courses[0], name) for name in ("ann", "ben"))
    for course in courses:
        lab, instructor = course.lab, nbgrader_api(course)
        succeeded(instructor.release_assignment(lab.name))
        hand_in(ann, course, lab.files)
        hand_in(ben, course, [name for name in lab.files if name != MISSING])
        succeeded(instructor.collect(lab.name))
        for student in (ann, ben):
            succeeded(instructor.autograde(lab.name, student.name))
    first, second = courses
    points = {
        (course.lab.name, who): read_record(course.grades / who / "grade.json").points
        for course in courses
        for who in ("ann", "ben")
    }
    lost = sum(p.points for p in second.lab.parts) - points["lab2", "ben"]
    assert points["lab1", "ann"] == points["lab1", "ben"] == first.lab.max_score
    assert points["lab2", "ann"] == second.lab.max_score
    assert 15 <= lost < second.lab.max_score

    given = {("lab1", "ann"): 4, ("lab1", "ben"): 3, ("lab2", "ann"): 5, ("lab2", "ben"): 2}
    most = {
        course.lab.name: mark_first_answer(course, who, given[course.lab.name, who])
        for course in courses
        for who in ("ann", "ben")
    }
    for course in courses:
        lab, instructor = course.lab, nbgrader_api(course)
        succeeded(instructor.generate_feedback(lab.name))
        succeeded(instructor.release_feedback(lab.name))
        for student in (ann, ben):
            succeeded(student.api.fetch_feedback(lab.name, student.name))
            (page,) = (student.folder(lab.name) / "feedback").rglob("*.html")
            text = page.read_text(encoding="utf-8")
            part = lab.parts[0]
            assert f"{part.name}: {part.points} / {part.points}" in text
            assert f"{student.name} in {lab.name}: because." in text

    run("autograder", "pages", "--course", root)
    run("autograder", "review", "--course", root)
    said = run("autograder", "export", "--course", root)
    for name in LABS:
        assert f"{name}: 2 students, 2 submissions" in said
        for who in ("ann", "ben"):
            page = (root / "grades" / name / who / "index.html").read_text(encoding="utf-8")
            assert f"The answers in your notebook add {given[name, who]}" in page
    table = (root / "exports/course.csv").read_text("utf-8-sig").splitlines()
    rows = {row["student"]: row for row in csv.DictReader(table)}
    for who, row in rows.items():
        of_labs = [points[name, who] + given[name, who] for name in LABS]
        assert [float(row[name]) for name in LABS] == of_labs
        assert float(row["total"]) == sum(of_labs)
        assert float(row["max_score"]) == sum(most.values())
    assert set(rows) == {"ann", "ben"}
    index = (root / "grades/index.html").read_text(encoding="utf-8")
    assert rows["ann"]["total"] in index and 'href="lab2/ben/index.html"' in index
