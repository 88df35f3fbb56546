"""The gradebook in a real PostgreSQL server instead of a file."""

import csv

import pytest

from tests.lab.courses import LAB, REFERENCE, answers, new_course, run, total_scores
from tests.lab.courses import write_submission as write
from tests.services import postgresql

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url():
    with postgresql() as url:
        yield url


def test_a_course_is_graded_regraded_and_exported(url, tmp_path):
    run("autograder", "course", tmp_path / "course", "--db", url)
    course = new_course(tmp_path / "course")  # made again, it keeps its database
    assert course.settings.db_url == url
    assert not list(course.root.glob("*.db"))
    assert (course.root / "course.toml").stat().st_mode & 0o077 == 0
    write(tmp_path / "in" / "陳小明", notebook=answers(course, ["Because."]))
    write(tmp_path / "in" / "ben", REFERENCE | {"activation.py": b"class Activation:\n    pass\n"})
    words = ["grade", tmp_path / "in", "--course", course.root, "--out", tmp_path / "out"]
    printed = run("autograder", *words)
    assert "2 grades are in the gradebook" in printed and "s3cret" not in printed
    first = total_scores(course)
    assert first["陳小明"] == LAB.max_score > first["ben"] > 0
    with course.gradebook as gradebook:
        notebook = gradebook.find_submission_notebook(LAB.name, LAB.name, "陳小明")
        question = next(grade for grade in notebook.grades if grade.auto_score is None)
        question.manual_score = 5.0
        gradebook.db.commit()
    write(tmp_path / "in" / "ben")
    assert "ben" in run("autograder", *words)
    assert total_scores(course) == {"陳小明": LAB.max_score + 5, "ben": LAB.max_score}
    run("nbgrader", "autograde", LAB.name, "--force", cwd=course.root)
    assert total_scores(course) == {"陳小明": LAB.max_score + 5, "ben": LAB.max_score}
    run("autograder", "export", "--course", course.root, "--out", tmp_path / "csv")
    rows = csv.DictReader((tmp_path / "csv/gradebook.csv").read_text("utf-8-sig").splitlines())
    totals = {row["student"]: float(row["total"]) for row in rows}
    assert totals == {"陳小明": LAB.max_score + 5, "ben": LAB.max_score}
