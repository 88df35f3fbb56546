"""An instructor looks into a submission: what is shown, and that it goes nowhere else."""

import io
import json
import re
import tarfile
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from autograder.checks import CheckFailed
from autograder.cli import USAGE, main
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.errors import UserError
from autograder.examiner.answers import BadAnswer
from autograder.examiner.findings import Arrays, Findings, Side
from autograder.examiner.findings_reader import read_findings
from autograder.examiner.inspection import arrays_of
from autograder.examiner.recorder import Recorder, traceback_of
from autograder.grading import Run
from autograder.inspection import run as inspecting
from autograder.inspection.arrays import compare
from autograder.inspection.page import inspection_page
from autograder.inspection.run import choose, inspect
from autograder.inspection.terminal import show
from autograder.intake.entries import Entry
from autograder.lab import Check
from autograder.messages import say, to_data
from autograder.suites import connection
from tests.autograder.conftest import (
    DOUBLER,
    RIGHT,
    forget,
    harmless,
    sandbox_of,
    write_files,
    write_lab,
)
from tests.in_process import InProcess

MARK = "mark-of-a-local-variable"
RAISES = f"""
class Doubler:
    def forward(self, x):
        note = "{MARK}"
        print("<script>alert(1)</script> [red]")
        return self.helper(x, factor=3)

    def helper(self, x, factor):
        weights = x * factor
        return weights[len(note)]
"""
WRONG = DOUBLER.replace("2.0", "3.0")


class Here:
    """Examiners of which one is in this process."""

    def __init__(self, lab, sandbox, draws, jobs):
        self.one = InProcess(Run(lab, sandbox, draws))

    def submit(self, task):
        return SimpleNamespace(result=partial(task, self.one))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Give a function that inspects files, in this process."""
    monkeypatch.setattr(inspecting, "Examiners", Here)

    def run(lab, files, asked=(), record=None, seed=0, entry=None):
        entry = entry or Entry("s1", write_files(tmp_path / "handed-in/s1", files))
        try:
            return inspect(
                lab, sandbox_of("lockdown"), Draws(seed, PUBLIC_SECRET), entry, asked, record
            )
        finally:
            forget(lab)

    return run


def printed(inspection, width=120):
    console = Console(file=io.StringIO(), width=width)
    show(inspection, console)
    return console.file.getvalue()


def test_a_traceback_has_the_variables_of_each_line(lab, look):
    finding = look(lab, RIGHT | {"doubler.py": RAISES}).shown[0]
    assert finding.check.id == "test_doubler.py::test_forward"
    outer, inner = finding.trace.frames
    assert (outer.function, inner.function) == ("forward", "helper")
    assert ("note", f"'{MARK}'") in outer.variables
    assert ("factor", "3") in inner.variables
    assert finding.trace.type == "NameError" and "note" in finding.trace.text
    assert finding.printed == "<script>alert(1)</script> [red]\n"
    call = finding.calls[-1]
    assert call.raised and call.text.startswith("a Doubler.forward(array of float64, shape (4, 3)")
    assert lab.suite.joinpath("test_doubler.py").read_text().splitlines()[
        call.line - 1
    ].strip() == ('assert_array(student.Doubler().forward(x), 2.0 * x, "what forward returns")')
    assert finding.line == call.line


def test_expected_and_actual_are_side_by_side(lab, look):
    (finding,) = look(lab, RIGHT | {"doubler.py": WRONG}).shown
    assert finding.trace is None and finding.calls[-1].result.startswith("array of float64")
    expected, actual = (
        np.array([[float(cell.text) for cell in row] for row in side.rows])
        for side in compare(finding.arrays).sides
    )
    np.testing.assert_allclose(actual, 1.5 * expected, rtol=1e-5)
    assert finding.arrays.number == 12 and finding.arrays.wrong == set(range(12))


def test_the_draws_are_those_of_the_grade(lab, look, grade):
    record = grade(lab, RIGHT | {"doubler.py": WRONG}, seed=5)
    same, other = (look(lab, RIGHT | {"doubler.py": WRONG}, record=record, seed=n) for n in (5, 6))
    assert same.remarks == () and other.shown[0].arrays != same.shown[0].arrays
    assert same.shown[0].message == record.checks[0].message
    assert other.remarks == ("the grade's draws came from another seed, 5",)


def test_what_is_not_what_was_graded_is_said(lab, look, grade):
    record = grade(lab, RIGHT, secret=bytes([1]) * 32)
    remarks = "\n".join(look(lab, RIGHT | {"doubler.py": WRONG}, record=record).remarks)
    assert "these are not the files that were graded" in remarks
    assert "the grade's draws came from another secret" in remarks
    assert "test_doubler.py::test_forward was passed in the grade, and is failed now" in remarks


def test_all_that_fails_or_what_is_asked_for_is_shown(lab, look):
    files = RIGHT | {"doubler.py": WRONG}
    assert [each.outcome for each in look(lab, files).shown] == ["failed"]
    assert [each.check.part for each in look(lab, files, ["counter"]).shown] == ["Counter"]
    both = look(lab, files, ["test_zeros", "test_forward"]).shown
    assert [each.outcome for each in both] == ["failed", "passed"]
    nothing = look(lab, RIGHT)
    assert nothing.shown == () and "all 3 checks pass" in printed(nothing)
    assert "All 3 checks pass" in inspection_page(nothing)


def test_a_check_sees_what_those_before_it_have_left(lab, look):
    counted = DOUBLER.replace("class Doubler:", "class Doubler:\n    seen = []")
    counted = counted.replace("return 2.0 * x", "self.seen.append(1); return x + len(self.seen)")
    (finding,) = look(lab, RIGHT | {"doubler.py": counted}, ["test_zeros"]).shown
    assert finding.arrays.actual.entries[0] == (0, "2")


def test_archives_are_opened_in_the_examiner(lab, look, tmp_path):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in (RIGHT | {"doubler.py": WRONG}).items():
            member = tarfile.TarInfo(f"inner/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    path = tmp_path / "s1.tar.gz"
    path.write_bytes(content.getvalue())
    found = look(lab, {}, entry=Entry("s1", path))
    assert found.found.files["doubler.py"] == WRONG and len(found.shown) == 1


@pytest.mark.parametrize("files", [{}, {"report.pdf": "x"}])
def test_what_can_not_be_run_is_a_sentence(lab, look, files, tmp_path):
    (tmp_path / "handed-in/s1").mkdir(parents=True)
    with pytest.raises(UserError, match="can't be inspected: .*missing"):
        look(lab, files)
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(UserError, match="can't be inspected: "):
        look(lab, {}, entry=Entry("s1", tmp_path / "a.zip"))


ENDS = {
    "crashed": "import os\nclass Doubler:\n    def forward(self, x):\n        os._exit(3)\n",
    "timeout": "class Doubler:\n    def forward(self, x):\n        while True: pass\n",
    "failed": "class Doubler(:\n    pass\n",
}


@pytest.mark.parametrize(("outcome", "source"), ENDS.items(), ids=ENDS)
def test_a_check_that_ends_otherwise_is_shown_too(tmp_path, look, outcome, source):
    lab = write_lab(tmp_path / "lab", limits={"call": 1, "check": 1})
    inspection = look(lab, RIGHT | {"doubler.py": source})
    finding = inspection.shown[0]
    assert finding.outcome == outcome and finding.line and finding.calls
    assert finding.arrays is None
    for shown in (printed(inspection), inspection_page(inspection)):
        assert "def test_forward(student, rng):" in shown.replace("&#39;", "'")


# Where it is shown ------------------------------------------------------------------------------

HOSTILE = """
class Doubler:
    def forward(self, x):
        bad = "[bold]\\x1b[31m</td><script>alert('v')</script>\\u202e"
        print(bad)
        raise KeyError(bad)  # <b>"&amp;
"""


def test_the_page_has_the_code_beside_the_checks_and_nothing_live(lab, look):
    inspection = look(lab, RIGHT | {"doubler.py": HOSTILE})
    page = inspection_page(inspection)
    assert "<script" not in page and "<b>" not in page and "\x1b" not in page
    assert "\u202e" not in page
    assert "# &lt;b&gt;&#34;&amp;amp;" in page
    assert "def test_forward(student, rng):" in page
    (link,) = set(re.findall(r'href="#(file-[0-9]+-[0-9]+)"', page))
    assert f'id="{link}" class="marked">        raise KeyError' in page
    assert "default-src &#39;none&#39;" in page and "script-src" not in page


def test_the_terminal_is_not_steered(lab, look):
    text = printed(look(lab, RIGHT | {"doubler.py": HOSTILE}))
    assert "[bold]" in text and "<script>" in text
    assert "\x1b" not in text and "\u202e" not in text
    assert "raise KeyError(bad)" in text and "what was printed" in text


def test_wide_and_long_arrays_are_shown_by_place():
    entries = tuple((i, str(i)) for i in range(20))
    grid = compare(Arrays("x", Side((2, 10**6), entries), None, None, None)).sides[0]
    assert [cell.text for cell in grid.rows[3]] == ["[0, 3]", "3"]
    assert grid.more == 2 * 10**6 - 20
    wide = compare(Arrays("", Side((20,), entries), Side((20,), entries), frozenset({3}), 1))
    assert wide.summary == "what was compared: 1 of 20 entries differ"
    assert [row[1].wrong for row in wide.sides[0].rows].index(True) == 3
    empty = compare(Arrays("x", Side((0, 3), ()), Side((), ((0, "1"),)), None, None))
    assert empty.summary == "x: the shapes differ" and empty.sides[1].rows == []


def test_of_a_large_comparison_the_wrong_entries_are_shown():
    right = np.zeros(10_000)
    wrong = right.copy()
    wrong[[5, 9_999]] = 1, np.nan
    found = arrays_of(CheckFailed("x", "x", wrong, right))
    assert found["number"] == 2 and found["wrong"] == [5, 9_999]
    assert [9_999, "nan"] in found["actual"]["entries"]
    assert len(found["actual"]["entries"]) == 400
    for kept in (None, np.array(["a"]), 1 << 2000):
        assert arrays_of(CheckFailed("x", "x", kept)) is None
    assert arrays_of(ValueError("x")) is None


# That it goes nowhere else ----------------------------------------------------------------------


def test_a_grade_holds_nothing_of_it(lab, grade):
    record = grade(lab, RIGHT | {"doubler.py": RAISES})
    assert record.checks[0].outcome == "failed" and MARK not in record.to_json()


@pytest.mark.parametrize("inspected", [False, True])
def test_variables_leave_the_jail_only_for_an_instructor(remote, monkeypatch, inspected):
    told, real = [], connection.student_error
    monkeypatch.setattr(connection, "student_error", lambda e: told.append(e) or real(e))
    student = remote(f"class Thing:\n    def f(self):\n        a = '{MARK}'\n        1 / 0\n")
    if inspected:
        student.listener = Recorder(student._lab.suite)
    with pytest.raises(ZeroDivisionError):
        student.Thing().f()
    assert (MARK in str(told[0])) == inspected == ("variables" in told[0])


def test_the_command_inspects_and_changes_no_record(lab, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for student, source in (("s1", RAISES), ("o'brien", WRONG)):
        write_files(lab.sample / student, RIGHT | {"doubler.py": source})
    command = ["--lab", str(lab.root / "lab.toml")]
    assert main([*command, "grade", "--seed", "7"]) == 0
    before = {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in (tmp_path / "grades").rglob("*")
        if path.is_file()
    }
    for student in ("s1", "o'brien"):
        capsys.readouterr()
        page = tmp_path / "page.html"
        assert main([*command, "inspect", student, "--html", str(page)]) == 0
        said = capsys.readouterr()
        assert "seed 7" in said.out and "keep it private" in said.out and "note:" not in said.out
        assert page.stat().st_mode & 0o077 == 0
        assert (MARK in said.out) == (MARK in page.read_text()) == (student == "s1")
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before}
    assert after == before
    assert set(before) == {p for p in (tmp_path / "grades").rglob("*") if p.is_file()}
    assert main([*command, "inspect", "s2"]) == USAGE
    said = capsys.readouterr().err
    assert "there is no student 's2'" in said and "name its folder, and --out GRADES" in said
    assert (
        main([*command, "inspect", "s1", "grades"]) == main([*command, "grade", "grades"]) == USAGE
    )
    said = "grades is a folder of grades; name the folder that was graded"
    assert capsys.readouterr().err == f"autograder: {said}, and --out grades\nautograder: {said}\n"
    assert main([*command, "inspect", "s1", "--check", "test_zerros"]) == USAGE
    assert "did you mean test_zeros" in capsys.readouterr().err
    assert main([*command, "inspect", "s1", "--html", "/proc/x/y.html"]) == USAGE
    assert "cannot write /proc/x/y.html" in capsys.readouterr().err


# What is received -------------------------------------------------------------------------------

CHECKS = [Check("test_a.py::test_one", "A", "one", 3, False)]
CALL = {"line": 3, "operation": "call_method", "target": "a Thing", "name": "f", "result": "1"}
CALL |= {"arguments": [["", "2"], ["key", "3"]], "raised": False}
TRACE = {"type": "KeyError", "text": "x", "frames": [["a.py", 2, "f", [["x", "1"]]]]}
SIDE = {"shape": [1, 2], "entries": [[0, "1"], [1, "2"]]}
ARRAYS = {"what": "w", "actual": SIDE, "expected": SIDE, "wrong": [1], "number": 1}
FOUND = {"id": CHECKS[0].id, "outcome": "failed", "said": to_data(say("wrong")), "line": 4}
FOUND |= {"calls": [CALL], "more": 0, "printed": "a\n", "trace": TRACE, "arrays": ARRAYS}
ANSWER = {"digest": "sha256:0", "remarks": [to_data(say("x"))], "files": [["a.py", "x = 1\n"]]}
ANSWER |= {"checks": [FOUND]}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*FOUND]), inner),
    max_leaves=20,
)


def read(answer):
    return read_findings(json.dumps(answer).encode(), CHECKS, ["a.py", "b.py"])


def test_a_right_answer_is_read():
    found = read(ANSWER)
    (finding,) = found.checks
    assert finding.calls[0].text == "a Thing.f(2, key=3)"
    assert finding.trace.frames[0].variables == (("x", "1"),)
    assert finding.arrays.actual.size == 2 and found.files == {"a.py": "x = 1\n"}
    assert read({"refused": to_data(say("it is empty"))}).refused == "it is empty"
    texts = ["f of a Thing", "a Thing.f", "a Thing.f = 2, key=3", "a Thing(2, key=3)"]
    for operation, text in zip(["load", "get", "set", "call"], texts, strict=True):
        call = CALL | {"operation": operation}
        (finding,) = read(ANSWER | {"checks": [FOUND | {"calls": [call]}]}).checks
        assert finding.calls[0].text == text


PARTS = [ANSWER, FOUND, CALL, TRACE, ARRAYS, SIDE]


def with_odd(key, value):
    """Put an odd entry into each part of an answer that has such a one."""
    side = SIDE | {key: value} if key in SIDE else SIDE
    arrays = ARRAYS | {"actual": side} | ({key: value} if key in ARRAYS else {})
    trace = TRACE | ({key: value} if key in TRACE else {})
    call = CALL | ({key: value} if key in CALL else {})
    found = FOUND | {"calls": [call], "trace": trace, "arrays": arrays}
    found |= {key: value} if key in FOUND else {}
    return ANSWER | {"checks": [found]} | ({key: value} if key in ANSWER else {})


@given(st.sampled_from(sorted({key for part in PARTS for key in part})), ANYTHING)
def test_one_odd_entry_is_read_or_refused(key, value):
    read_or_refused(with_odd(key, value))


@given(ANYTHING)
def test_anything_is_read_or_refused(value):
    read_or_refused(value)
    frame = ["a.py", 2, "f", value]
    read_or_refused(with_odd("frames", [frame]))
    read_or_refused(with_odd("arguments", [value]))


def read_or_refused(answer):
    try:
        found = read(answer)
    except BadAnswer:
        return
    assert isinstance(found, Findings)
    for finding in found.checks:
        assert all(line.isprintable() or "\t" in line for line in finding.printed.split("\n"))
        for call in finding.calls:
            assert harmless(call.target) and harmless(call.name)
        if finding.arrays:
            compare(finding.arrays)


TOO_MUCH = {
    "calls": {"calls": [CALL] * 9},
    "arguments": {"calls": [CALL | {"arguments": [["", "x"]] * 13}]},
    "argument": {"calls": [CALL | {"arguments": [["", "x" * 401]]}]},
    "operation": {"calls": [CALL | {"operation": "exec"}]},
    "printed": {"printed": "x" * 10_001},
    "line": {"line": -1},
    "frames": {"trace": TRACE | {"frames": TRACE["frames"] * 21}},
    "variables": {"trace": TRACE | {"frames": [["a.py", 1, "f", [["x", "1"]] * 31]]}},
    "variable": {"trace": TRACE | {"frames": [["a.py", 1, "f", [["x", "1" * 401]]]]}},
    "entries": {"arrays": ARRAYS | {"actual": SIDE | {"entries": [[0, "1"]] * 401}}},
    "place": {"arrays": ARRAYS | {"actual": SIDE | {"entries": [[2, "1"]]}}},
    "axes": {"arrays": ARRAYS | {"actual": SIDE | {"shape": [1] * 9}}},
    "no side": {"arrays": ARRAYS | {"actual": None, "expected": None}},
    "outcome": {"outcome": "excellent"},
    "check": {"id": "test_a.py::test_two"},
}


@pytest.mark.parametrize("more", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_much_is_refused(more):
    with pytest.raises(BadAnswer):
        read(ANSWER | {"checks": [FOUND | more]})


@pytest.mark.parametrize(
    "more",
    [
        {"files": [["c.py", ""]]},
        {"files": [["a.py", "x" * 200_001]]},
        {"files": [["a.py", ""]] * 3},
        {"remarks": [to_data(say("x"))] * 101},
        {"checks": []},
        {"checks": [FOUND, FOUND]},
        {"digest": "x" * 101},
    ],
)
def test_a_whole_that_is_too_much_is_refused(more):
    with pytest.raises(BadAnswer):
        read(ANSWER | more)


def test_what_is_nested_without_end_is_refused():
    for data in (b"[" * 10**6, b"", b"1" * 10**6, b"null"):
        with pytest.raises(BadAnswer):
            read_findings(data, CHECKS, [])


@given(ANYTHING, ANYTHING, ANYTHING)
def test_what_a_worker_says_of_an_exception_is_bounded(frames, variables, text):
    told = traceback_of({"frames": frames, "variables": variables, "text": text, "types": text})
    answer = ANSWER | {"checks": [FOUND | {"trace": told}]}
    try:
        encoded = json.dumps(answer).encode()
    except ValueError:
        return
    read_findings(encoded, CHECKS, ["a.py"])


def test_a_worker_that_says_too_much_is_cut():
    frames = [["f" * 1000, 1, "g" * 1000]] * 100
    variables = [[["n" * 1000, "v" * 10_000]] * 100] * 100
    told = traceback_of({"frames": frames, "variables": variables, "text": "t" * 10_000})
    (finding,) = read(ANSWER | {"checks": [FOUND | {"trace": told}]}).checks
    assert len(finding.trace.frames) == 20 and len(finding.trace.frames[0].variables) == 30


# Which checks -----------------------------------------------------------------------------------

MANY = [
    Check("test_a.py::test_one", "Part A", "the one", 1, False),
    Check("test_a.py::test_two[x]", "Part A", "the two", 1, False),
    Check("test_b.py::test_one", "Part B", "another", 1, False),
]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], [0, 1, 2]),
        (["test_one"], [0, 2]),
        (["part a"], [0, 1]),
        (["test_b.py"], [2]),
        (["test_a.py::test_two[x]", "another"], [1, 2]),
    ],
)
def test_checks_are_chosen_by_any_of_their_names(asked, found):
    assert choose(MANY, asked) == [MANY[i] for i in found]


def test_a_name_that_none_has_is_answered_with_those_near_it():
    with pytest.raises(UserError, match="did you mean test_one"):
        choose(MANY, ["test_on"])
    with pytest.raises(UserError, match="there are test_one, Part A"):
        choose(MANY, ["%%%%"])
