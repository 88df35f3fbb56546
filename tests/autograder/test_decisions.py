"""What an instructor decides is applied to stored grades, and shows wherever points do."""

import csv
import io
import json
import tomllib
from dataclasses import replace

import pytest

from autograder import cli
from autograder.lab_file import load_lab
from autograder.records import EXCUSED, FAILED, GRADED, PASSED, CheckResult, Grade, PartScore
from autograder.results.decisions import (
    Decision,
    DecisionError,
    add_decision,
    read_decisions,
)
from autograder.results.results import Results, result_of
from tests.autograder.conftest import write_files

CHECKS = (
    "test_doubler.py::test_forward",
    "test_doubler.py::test_zeros",
    "test_counter.py::test_add",
)
MOST = (3, 1, 2)


def grade_of(student, passed=(True, True, True)):
    """Make a grade of the little lab."""
    checks = tuple(
        CheckResult(
            f"title {id}", id, "Counter" if "counter" in id else "Doubler",
            most if right else 0, most,
            PASSED if right else FAILED, "" if right else "Wrong.", None, 0.125,
        )
        for id, most, right in zip(CHECKS, MOST, passed, strict=True)
    )  # fmt: skip
    sums = {
        name: sum(check.points for check in checks if check.part == name)
        for name in ("Doubler", "Counter")
    }
    parts = (PartScore("Doubler", sums["Doubler"], 4), PartScore("Counter", sums["Counter"], 2))
    return Grade(student, GRADED, sum(sums.values()), 6, 0, parts=parts, checks=checks)


@pytest.fixture
def graded(here, lab, tmp_path):
    """Give the folder of a graded class of three, without having graded it."""
    out = tmp_path / "grades"
    for grade in (
        grade_of("ann"),
        grade_of("bob", (False, True, True)),
        grade_of("eve", (False, False, False)),
    ):
        write_files(out / grade.student, {"grade.json": grade.to_json()})
    return out


def scores(out, lab):
    return {grade.student: grade.points for grade in Results(out, lab)}


def table(out):
    text = (out / "grades.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def decide(here, *words, status=cli.OK):
    assert here("decide", *words, "--why", "a reason", "--who", "Prof. X") == status


# What is decided -------------------------------------------------------------------------------


def test_without_decisions_a_result_is_the_grade(lab):
    for passed in ((True, True, True), (False, True, False)):
        assert result_of(grade_of("s", passed), [], lab) == grade_of("s", passed)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["points", "bob", "5"], {"ann": 6, "bob": 5, "eve": 0}),
        (["points", "bob", "3.5", "--part", "Doubler"], {"ann": 6, "bob": 5.5, "eve": 0}),
        (["points", "eve", "2.25", "--check", CHECKS[0]], {"ann": 6, "bob": 3, "eve": 2.25}),
        (["add", "bob", "2"], {"ann": 6, "bob": 5, "eve": 0}),
        (["add", "bob", "-1.5", "--part", "Counter"], {"ann": 6, "bob": 1.5, "eve": 0}),
        (["add", "bob", "-9", "--check", "test_add"], {"ann": 6, "bob": 1, "eve": 0}),
        (["excuse", "eve"], {"ann": 6, "bob": 3, "eve": None}),
        (["void", CHECKS[0]], {"ann": 6, "bob": 6, "eve": 3}),
        (["void", CHECKS[0], "--give", "nobody"], {"ann": 3, "bob": 3, "eve": 0}),
        (["weight", "6", "--check", CHECKS[2]], {"ann": 10, "bob": 7, "eve": 0}),
        (["weight", "10", "--part", "Doubler"], {"ann": 12, "bob": 4.5, "eve": 0}),
        (["remark", "bob", "Come and see me."], {"ann": 6, "bob": 3, "eve": 0}),
        (["extend", "bob", "2026-12-24T12:00:00+08:00"], {"ann": 6, "bob": 3, "eve": 0}),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else "",
)
def test_a_decision_changes_results_and_no_record(here, lab, graded, words, expected, capsys):
    records = [path.read_bytes() for path in graded.glob("*/grade.json")]
    decide(here, *words)
    assert scores(graded, lab) == expected
    rows = table(graded)
    assert {s: row["score"] for s, row in rows.items()} == {
        s: "" if p is None else f"{p:g}" for s, p in expected.items()
    }
    assert [path.read_bytes() for path in graded.glob("*/grade.json")] == records
    [row] = tomllib.loads((graded / "decisions.toml").read_text())["decision"]
    assert (row["who"], row["why"], row["kind"]) == ("Prof. X", "a reason", words[0])
    said = capsys.readouterr().out
    assert "decision 1: " in said
    if words[0] in ("remark", "points", "add", "excuse"):
        assert "decided: " in rows[words[1]]["notes"]


def test_of_several_the_last_counts_and_the_finer_first(here, lab, graded):
    decide(here, "points", "bob", "1", "--check", CHECKS[0])
    decide(here, "points", "bob", "2", "--check", CHECKS[0])
    assert scores(graded, lab)["bob"] == 5
    decide(here, "points", "bob", "0.5", "--part", "Doubler")
    assert scores(graded, lab)["bob"] == 2.5
    decide(here, "points", "bob", "6")
    assert scores(graded, lab)["bob"] == 6
    assert len(read_decisions(graded)) == 4


def test_all_that_is_added_comes_on_top(here, lab, graded):
    decide(here, "add", "bob", "0.5", "--part", "Doubler")
    decide(here, "add", "bob", "1", "--part", "Doubler")
    assert scores(graded, lab)["bob"] == 4.5
    decide(here, "points", "bob", "2", "--part", "Doubler")
    assert scores(graded, lab)["bob"] == 5.5


def test_checks_are_scaled_to_what_the_lab_gives_a_part(lab):
    text = (lab.root / "lab.toml").read_text().replace("points = 4", "points = 10")
    (lab.root / "lab.toml").write_text(text)
    result = result_of(grade_of("s", (True, False, True)), [], load_lab(lab.root / "lab.toml"))
    assert [(part.score, part.max_score) for part in result.parts] == [(7.5, 10), (2, 2)]
    assert (result.score, result.max_score) == (9.5, 12)
    assert [check.points for check in result.checks] == [7.5, 0, 2]


def test_rows_add_up_however_odd_the_weights_are(lab):
    decisions = [
        Decision("weight", "w", "y", part="Doubler", points=10 / 3),
        Decision("weight", "w", "y", check=CHECKS[1], points=0.7),
    ]
    result = result_of(grade_of("s"), decisions, lab)
    for part in result.parts:
        own = [check for check in result.checks if check.part == part.name]
        assert round(sum(check.points for check in own), 2) == part.score
        assert round(sum(check.max_points for check in own), 2) == part.max_score
    assert round(sum(part.score for part in result.parts), 2) == result.score


def test_a_decision_survives_a_regrade_and_ends_when_its_lines_are_gone(here, lab, graded):
    decide(here, "points", "eve", "4")
    write_files(graded / "eve", {"grade.json": grade_of("eve", (True, False, False)).to_json()})
    assert scores(graded, lab)["eve"] == 4
    (graded / "decisions.toml").write_text("")
    assert scores(graded, lab)["eve"] == 3


def test_a_decision_is_in_the_changes(here, graded, capsys):
    decide(here, "points", "eve", "4", "--part", "Doubler")
    assert "1 grades changed" in (said := capsys.readouterr().out) and "0 -> 4" in said
    text = (graded / "changes.csv").read_text()
    assert "decided: 4 points of Doubler (a reason; Prof. X)" in text


def test_a_decision_is_on_the_pages_and_in_every_format(here, graded, capsys):
    decide(here, "points", "eve", "2.5", "--part", "Doubler")
    decide(here, "excuse", "ann")
    assert here("pages", graded) == cli.OK
    page = (graded / "eve" / "index.html").read_text()
    assert "2.5 points of Doubler (a reason; Prof. X)" in page and "<strong>2.5</strong>" in page
    assert "excused" in (graded / "ann" / "index.html").read_text()
    assert "excused" in (graded / "index.html").read_text()
    for format in ("gradescope", "junit", "github-summary", "github-annotations", "github-class"):
        assert here("output", format, graded) == cli.OK
    assert json.loads((graded / "eve" / "results.json").read_text())["score"] == 2.5
    told = json.loads((graded / "ann" / "results.json").read_text())
    assert "score" not in told and "excused" in told["output"]


def test_text_of_a_decision_does_nothing_on_a_page(here, graded):
    decide(here, "remark", "eve", "<script>alert(1)</script>")
    assert here("pages", graded) == cli.OK
    assert "<script>alert" not in (graded / "eve" / "index.html").read_text()


# What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["points", "eva", "3"], "there is no student 'eva'; did you mean eve?"),
        (
            ["points", "eve", "3", "--part", "Doublr"],
            "there is no part 'Doublr'; did you mean Doubler",
        ),
        (["void", "test_doubler.py::test_forwards"], "did you mean test_doubler.py::test_forward"),
    ],
)
def test_what_is_not_there_is_refused(here, graded, capsys, words, text):
    decide(here, *words, status=cli.USAGE)
    assert text in capsys.readouterr().err
    assert not (graded / "decisions.toml").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["points", "eve", "-1"],
        ["points", "eve", "nan"],
        ["points", "eve", "many"],
        ["add", "eve", "inf"],
        ["weight", "3"],
        ["extend", "eve", "2026-12-24T12:00:00"],
        ["void", CHECKS[0], "--give", "some"],
        ["points", "eve", "1", "--part", "Doubler", "--check", CHECKS[0]],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told(here, graded, words):
    with pytest.raises(SystemExit):
        decide(here, *words)
    assert not (graded / "decisions.toml").exists()


GOOD = 'kind = "points"\nwho = "x"\nwhy = "y"\nstudent = "eve"\npoints = 3\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[decision", "is not TOML"),
        ("version = '1'\n", "its version is no whole number"),
        ("[decisions]\n", "did you mean 'decision'?"),
        ("[decision]\n", "starts with a line [[decision]]"),
        ("[[decision]]\nkind = 'gift'\n", "should be one of points, add, excuse"),
        ("[[decision]]\n" + GOOD.replace("why", "wy"), "lacks why"),
        ("[[decision]]\n" + GOOD + "chek = 'x'\n", "did you mean 'check'?"),
        ("[[decision]]\n" + GOOD.replace("3", "-3"), "not below 0"),
        ("[[decision]]\n" + GOOD.replace("3", "true"), "not below 0"),
        ("[[decision]]\n" + GOOD.replace('"x"', '""'), "who of decision 1"),
        ("[[decision]]\n" + GOOD + 'part = "a"\ncheck = "b"\n', "not both"),
        ("[[decision]]\nkind='weight'\nwho='x'\nwhy='y'\npoints=1\n", "which part or which check"),
    ],
)
def test_a_file_that_is_none_is_told_and_nothing_is_shown(here, graded, capsys, text, message):
    (graded / "decisions.toml").write_text(text)
    assert here("pages", graded) == cli.USAGE
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    with pytest.raises(DecisionError):
        add_decision(graded, Decision("excuse", "w", "y", student="eve"))


def test_what_a_person_wrote_into_the_file_stays(here, graded, tmp_path):
    text = f"# Decisions of the board.\n\n[[decision]]  # by mail\n{GOOD}"
    (graded / "decisions.toml").write_text(text)
    odd = 'quotes " and \\ and \x07, ä 數 🎓\nlines'
    assert add_decision(graded, Decision("remark", "w", "y", student="bob", text=odd)) == 2
    assert (graded / "decisions.toml").read_text().startswith(text.rstrip())
    assert read_decisions(graded)[1].text == odd


def test_an_excused_student_is_not_below_a_limit(lab):
    excuse = Decision("excuse", "w", "y", student="eve")
    result = result_of(replace(grade_of("eve"), student="eve"), [excuse], lab)
    assert (result.status, result.points) == (EXCUSED, None)
