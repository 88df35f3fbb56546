"""The lab as an nbgrader course: its whole life, and the same scores whoever asks for them."""

import csv
import datetime
import json
import shutil

import pytest
from nbgrader.exchange.default import ExchangeSubmit

from autograder.cli import OK, main
from autograder.course.folder import nbgrader_api
from tests.lab.courses import (
    LAB,
    REFERENCE,
    Student,
    answers,
    new_course,
    run,
    succeeded,
    total_scores,
)
from tests.lab.courses import write_submission as write

pytestmark = pytest.mark.slow

NAME = LAB.name
#: All but what takes its full time, which enters like any other.
SAMPLE = [
    entry
    for entry in sorted(LAB.sample.iterdir())
    if entry.name.partition("-")[0] not in ("s02", "s09", "s10", "s11", "s12", "s18")
]
WRONG_SIGN = {"linear_layer.py": REFERENCE["linear_layer.py"].replace(b"grad.T @", b"-grad.T @")}


def test_a_course_from_release_to_export(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exchange = tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    course = new_course(
        tmp_path / "course",
        own=f"c.Exchange.root = {str(exchange)!r}\nc.LateDays.percent_a_day = 10",
    )
    instructor = nbgrader_api(course)
    succeeded(instructor.release_assignment(NAME))
    names = ["ann", "ben", "cat"]
    ann, ben, cat = (Student(tmp_path / "home", exchange, course, n) for n in names)
    for student in (ann, ben, cat):
        student.act("FetchAssignment", NAME)
    # Nothing of the solution is in what they got.
    for path in (p for p in ann.folder(NAME).rglob("*") if p.is_file()):
        text = path.read_bytes()
        assert b"BEGIN SOLUTION" not in text and b"self.delta_w = grad" not in text, path

    write(ann.folder(NAME), notebook=answers(course, ["The rate *matters*."]))
    write(ben.folder(NAME), REFERENCE | WRONG_SIGN)
    (cat.folder(NAME) / f"{NAME}.ipynb").write_text("[")
    (cat.folder(NAME) / "passwd").symlink_to("/etc/passwd")
    for student in (ann, ben, cat):
        student.act("Submit", NAME)
    succeeded(instructor.collect(NAME))
    assert not (course.submitted("cat") / "passwd").exists()
    for name in names:
        succeeded(instructor.autograde(NAME, name))
    first = total_scores(course)
    assert first["ann"] == LAB.max_score > first["ben"] > first["cat"] == 0

    # Points by hand, then a second submission a day after the deadline.
    with course.gradebook as gradebook:
        question = next(
            grade.name
            for grade in gradebook.find_submission_notebook(NAME, NAME, "ann").grades
            if grade.auto_score is None
        )
        grade = gradebook.find_grade(question, NAME, NAME, "ann")
        grade.manual_score, grade.needs_manual_grade = 4.0, False
        comment = gradebook.find_comment(question, NAME, NAME, "ann")
        comment.manual_comment = "Say **how much**."
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        due = now - datetime.timedelta(hours=30)
        gradebook.find_assignment(NAME).duedate = due
        gradebook.db.commit()
        for student in ("ann", "cat"):
            gradebook.grant_extension(NAME, student, days=2)
    # What the student's program claims does not count.
    moment = (due - datetime.timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    monkeypatch.setattr(
        ExchangeSubmit, "set_timestamp", lambda self: setattr(self, "timestamp", moment)
    )
    write(ben.folder(NAME))
    ben.act("Submit", NAME)
    succeeded(instructor.collect(NAME, update=True))
    succeeded(instructor.autograde(NAME, "ben"))
    with course.gradebook as gradebook:
        late = gradebook.find_submission(NAME, "ben")
        assert late.score == LAB.max_score
        assert late.late_submission_penalty == pytest.approx(0.2 * LAB.max_score)

    succeeded(instructor.generate_feedback(NAME))
    page = (course.root / "feedback" / "ann" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "Say <strong>how much</strong>." in page
    assert f"{LAB.parts[0].name}: {LAB.parts[0].points} / {LAB.parts[0].points}" in page
    succeeded(instructor.release_feedback(NAME))
    succeeded(ann.api.fetch_feedback(NAME, "ann"))
    assert list((tmp_path / "home" / "ann" / NAME / "feedback").rglob("*.html"))

    # A regrade by `make grade`, of what was collected.
    words = ["--lab", str(LAB.root / "lab.toml"), "grade", str(course.root / "submitted")]
    words += ["--course", str(course.root), "--out", str(tmp_path / "out")]
    assert main(words) == OK
    assert total_scores(course) == {
        "ann": LAB.max_score + 4,
        "ben": LAB.max_score,
        "cat": 0,
    }
    capsys.readouterr()
    assert main(["export", "--course", str(course.root), "--out", str(tmp_path / "csv")]) == OK
    rows = csv.DictReader((tmp_path / "csv/gradebook.csv").read_text("utf-8-sig").splitlines())
    totals = {row["student"]: float(row["total"]) for row in rows}
    assert totals == {"ann": LAB.max_score + 4, "ben": pytest.approx(80), "cat": 0}


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory):
    """Grade the sample class, and one whose notebook and files would leave a mark if run."""
    home = tmp_path_factory.mktemp("class")
    marker = home / "ran"
    course = new_course(home / "course")
    handed_in = home / "handed-in"
    handed_in.mkdir()
    for entry in SAMPLE:
        copy = shutil.copytree if entry.is_dir() else shutil.copy2
        copy(entry, handed_in / entry.name)
    mark = f"open({str(marker)!r}, 'a').write('x')"
    cell = {"cell_type": "code", "source": mark, "outputs": [], "metadata": {}}
    notebook = answers(course, [f"```python\n{mark}\n```"], [cell])
    for locked in notebook["cells"]:
        if locked["cell_type"] == "code":
            locked["source"] = mark
    files = {
        name: b"try:\n    %s\nexcept OSError:\n    pass\n" % mark.encode() + content
        for name, content in REFERENCE.items()
    }
    write(handed_in / "marker", files, notebook)
    home.chmod(0o777)
    words = ["autograder", "grade", handed_in, "--course", course.root, "--out", home / "out"]
    printed = run(*words)
    return course, marker, home / "out", printed


def test_make_grade_and_nbgrader_give_equal_scores(graded_class):
    course, marker, out, printed = graded_class
    records = {path.parent.name: json.loads(path.read_text()) for path in out.glob("*/grade.json")}
    expected = {name: record["score"] for name, record in records.items()}
    assert len(expected) == len(SAMPLE) + 1
    assert expected["marker"] == LAB.max_score
    assert f"{len(expected)} grades are in the gradebook" in printed
    assert total_scores(course) == expected

    with course.gradebook as gradebook:  # so that equal scores are made, not left
        for submission in gradebook.assignment_submissions(NAME):
            for grade in submission.notebooks[0].grades:
                grade.auto_score = None
        gradebook.db.commit()
    assert not any(total_scores(course).values())
    run("nbgrader", "autograde", NAME, "--force", cwd=course.root)
    assert total_scores(course) == expected
    assert not marker.exists()
