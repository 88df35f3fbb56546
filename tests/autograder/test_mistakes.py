"""The catalogue of mistakes, the diagnosis that is made with it, and the proof of the suites."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from autograder.checks import CheckFailed, assert_array
from autograder.diagnosis import symptoms as diagnosis
from autograder.diagnosis.catalogue import Catalogue, Entry
from autograder.diagnosis.explain import diagnose
from autograder.diagnosis.mistakes import CatalogueError, load_catalogue, load_fails, save_fails
from autograder.diagnosis.review import (
    Review,
    ReviewError,
    add_hint,
    review_text,
)
from autograder.diagnosis.symptoms import Symptom, symptom_of
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run
from autograder.intake.submission import Submission
from autograder.lab_file import load_lab, read_files
from autograder.luck import Size, differences, pairs_of, prove
from autograder.progress import Progress
from autograder.records import CheckResult, Grade, RecordError
from autograder.results.members import read_class
from autograder.suites.errors import student_error
from autograder.suites.local import local_student, run_local
from autograder.verify import verify
from autograder.verify_tables import matrix_text, prices_text
from tests.autograder.conftest import (
    DOUBLER,
    RIGHT,
    ROOT,
    forget,
    sandbox_of,
    write_files,
    write_lab,
)

CHECK = ["test_doubler.py::test_forward"]
FILES = {name: text.encode() for name, text in RIGHT.items()}
HINTS = 'en = "Look at the factor."\nzh-TW = "看看係數。"\n'
HALF = f"""part = "Doubler"
[mistakes.halves]
method = "Doubler.forward"
old = "2.0"
new = "0.5"
{HINTS}"""
COUNTING = f"""part = "Counter"
[mistakes.never-adds]
method = "Counter.add"
old = "+="
new = "-="
{HINTS}
[mistakes.whole-class]
method = "Counter"
old = "self.count = 0"
new = "self.count = 5"
{HINTS}"""


@pytest.fixture
def lab(tmp_path):
    """Give a lab with a catalogue of three mistakes and one other style."""
    lab = write_lab(tmp_path / "lab")
    path = lab.root / "lab.toml"
    text = path.read_text().replace("[tasks]", 'mistakes = "wrong"\nstyles = "right"\n[tasks]')
    path.write_text(text)
    write_files(lab.root / "wrong", {"doubler.toml": HALF, "counter.toml": COUNTING})
    write_files(
        lab.root / "right" / "sum", RIGHT | {"doubler.py": DOUBLER.replace("2.0 * x", "x + x")}
    )
    yield load_lab(path)
    forget(lab)


def test_mistakes_are_changes_of_the_reference(lab):
    mistakes = load_catalogue(lab)
    assert [mistake.name for mistake in mistakes] == ["halves", "never-adds", "whole-class"]
    assert b"0.5 * x" in mistakes[0].files["doubler.py"]
    assert mistakes[0].files["counter.py"] == FILES["counter.py"]
    assert mistakes[0].hints == {"en": "Look at the factor.", "zh-TW": "看看係數。"}
    assert (mistakes[0].part, mistakes[0].trusted) == ("Doubler", True)


def test_a_mistake_can_be_kept_as_it_was_handed_in(lab):
    write_files(lab.root / "wrong" / "found" / "odd", FILES)
    more = f'part = "Doubler"\n[mistakes.odd]\nexample = "found/odd"\n{HINTS}'
    write_files(lab.root / "wrong", {"more.toml": more})
    odd = next(m for m in load_catalogue(lab) if m.name == "odd")
    assert odd.files == FILES
    assert not odd.trusted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not toml", "can't be read"),
        ("x = 1", "doubler.toml lacks the entry 'part'"),
        ('part = "Other"\n[mistakes]', "does not have"),
        (HALF.replace("2.0", "3.0"), "stands 0 times"),
        (HALF.replace('"2.0"', '"x"'), "stands 2 times"),
        (HALF.replace("Doubler.forward", "Doubler.backward"), "has no Doubler.backward"),
        (
            HALF.replace("Doubler.forward", "Counted.forward"),
            "in .tasks.; did you mean Counter",
        ),
        (HALF.replace('en = "Look', 'english = "Look'), "no key .english.; there are"),
        (HALF.replace("zh-TW", "#"), "halves: it lacks the entry 'zh-TW'"),
        (HALF.replace("zh-TW", "ja"), "zh-TW"),
        (HALF.replace("halves", "never-adds"), "already"),
        (f'part = "Doubler"\n[mistakes.odd]\nexample = "found/gone"\n{HINTS}', "No such file"),
    ],
)
def test_an_entry_that_is_wrong_is_named(lab, text, words):
    write_files(lab.root / "wrong", {"doubler.toml": text})
    with pytest.raises(CatalogueError, match=words):
        load_catalogue(lab)


def test_a_lab_without_a_catalogue_has_no_mistakes(tmp_path):
    assert load_catalogue(write_lab(tmp_path)) == []


def test_a_known_mistake_is_named_with_its_hint(lab, grade):
    result = grade(lab, RIGHT | {"doubler.py": DOUBLER.replace("2.0 * x", "x / 2")})
    known = {check.id.split("::")[1]: check.diagnosis for check in result.checks}
    assert known["test_forward"]["mistakes"] == ["halves"]
    assert known["test_forward"]["hints"]["en"] == "Look at the factor."
    assert known["test_add"] is None


def test_an_unknown_mistake_is_described_by_its_numbers(lab, grade):
    result = grade(lab, RIGHT | {"doubler.py": DOUBLER.replace("2.0 * x", "6.0 * x")})
    known = result.checks[0].diagnosis
    assert known["mistakes"] == []
    assert "exactly 3 times" in known["hints"]["en"]


def test_equal_mistakes_have_equal_symptoms_and_others_do_not(lab, grade):
    one, two, other = (
        grade(lab, RIGHT | {"doubler.py": DOUBLER.replace("2.0 * x", code)}).checks[0].diagnosis
        for code in ("x ** 2", "x * x", "x ** 3")
    )
    assert one["symptom"] == two["symptom"] != other["symptom"]


def test_a_mistake_that_was_handed_in_is_run_in_the_jail(lab, grade):
    wrong = RIGHT | {"doubler.py": DOUBLER.replace("2.0 * x", "x ** 2 + 1.0")}
    write_files(lab.root / "wrong" / "found" / "squares", wrong)
    more = f'part = "Doubler"\n[mistakes.squares]\nexample = "found/squares"\n{HINTS}'
    write_files(lab.root / "wrong", {"more.toml": more})
    assert grade(lab, wrong).checks[0].diagnosis["mistakes"] == ["squares"]


def failure(actual):
    with pytest.raises(CheckFailed) as caught:
        assert_array(actual, np.array([1.0, 2.0, 3.0]), "it")
    return symptom_of(caught.value)


def test_symptoms_are_equal_up_to_rounding():
    one = np.array([1.5, 2.5, 9.0])
    assert failure(one).same(failure(one + 1e-12))
    assert not failure(one).same(failure(one + 1e-3))
    assert not failure(one).same(failure(one.astype(np.float32)))
    assert not failure(one).same(failure(one[:2]))
    assert not failure(one).same(Symptom("it float64"))
    assert Symptom("x").same(Symptom("x"))
    assert failure(one).digest == failure(one + 1e-12).digest
    assert failure(one).telling
    assert not Symptom("x").telling


def test_a_symptom_is_made_of_anything():
    assert symptom_of(CheckFailed("text")).text == "text"
    assert symptom_of(CheckFailed("text", "it", 3, np.array(4.0))).values == 3
    assert symptom_of(student_error({"types": ["Odd"]})).text.startswith("Odd")
    assert symptom_of(KeyError(), "fit").text.startswith("KeyError in fit")
    assert symptom_of(type("Own", (BaseException,), {})()).text.startswith("Own")
    assert symptom_of(CheckFailed("text", "it", 10**400, np.array(4.0))).values is None
    assert diagnosis.ROUNDING > 0


# Local runs --------------------------------------------------------------------------------------


def test_suites_run_on_variants_right_here(lab):
    wrong = FILES | {"doubler.py": DOUBLER.replace("2.0", "3.0").encode()}
    findings = run_local(lab, {"right": FILES, "wrong": wrong}, Draws(0, PUBLIC_SECRET))
    assert len(findings) == 6
    failed = [(f.variant, f.check) for f in findings if f.error]
    assert failed == [("wrong", "test_doubler.py::test_forward")]


def test_long_checks_can_be_left_out(lab):
    path = lab.suite / "test_doubler.py"
    path.write_text(path.read_text().replace("points=1", "points=1, seconds=60"))
    findings = run_local(lab, {"right": FILES}, Draws(0, PUBLIC_SECRET), quick=True)
    assert [f.check.split("::")[1] for f in findings] == ["test_forward", "test_add"]


def test_local_classes_are_imported_afresh(lab):
    assert read_files(lab.reference, lab) == FILES
    with local_student(FILES, lab.reference, lab) as one:
        first = one.Doubler
        assert one.Doubler is first
        with pytest.raises(AttributeError, match="no class Other"):
            one.Other  # noqa: B018
    with local_student(FILES, lab.reference, lab) as other:
        assert other.Doubler is not first
    assert "doubler" not in sys.modules


def as_ordinary_tests(lab, *options):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "autograder.suites.local"]
    command += ["-c", "/dev/null", "--rootdir", lab.root, "--lab", lab.root / "lab.toml"]
    command += [lab.suite, *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_suites_run_as_ordinary_tests(lab):
    for options in ([], ["--student", lab.reference]):
        done = as_ordinary_tests(lab, *options)
        assert done.returncode == 0 and "3 passed" in done.stdout
        assert "NO SANDBOX" not in done.stderr


def test_a_submission_is_not_run_without_protection_unless_told(lab):
    trap = "from pathlib import Path\nPath(__file__).with_name('sprung').touch()\n"
    folder = write_files(
        lab.root / "wrong",
        {"doubler.py": trap + "class Doubler: pass", "counter.py": RIGHT["counter.py"]},
    )
    done = as_ordinary_tests(lab, "--student", folder)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "make inspect" in done.stderr and "--unprotected" in done.stderr
    assert "Traceback" not in done.stderr and not (folder / "sprung").exists()
    done = as_ordinary_tests(lab, "--student", folder, "--unprotected")
    assert done.returncode == 1 and "2 failed, 1 passed" in done.stdout
    assert "NO SANDBOX" in done.stderr and (folder / "sprung").exists()


# The proof ---------------------------------------------------------------------------------------


def verdict_of(lab, accept=False, free_points=1):
    """Prove the suites; the little lab's check of zeros is met by code that does nothing."""
    run = Run(
        replace(lab, free_points=free_points), sandbox_of("lockdown"), Draws(20, PUBLIC_SECRET)
    )
    with Progress() as progress:
        return verify(run, 2, seeds=1, progress=progress, accept=accept)


def test_suites_that_catch_what_they_should_are_proved(lab):
    save_fails(lab, verdict_of(lab, accept=True).fails)
    assert load_fails(lab)["halves"] == {"test_doubler.py::test_forward"}
    verdict = verdict_of(lab)
    assert verdict.problems[0] == "no mistake is caught by test_zeros"
    # Counter's only check says no number, and that alone is no evidence.
    assert all(problem.endswith("not recognised") for problem in verdict.problems[1:])
    assert verdict.matrix["halves"] == {"test_doubler.py::test_forward"}
    text = matrix_text(verdict)
    assert "halves      x.." in text
    assert "test_doubler.py::test_forward" in text
    assert re.search(r"halves +Doubler +3 +0 ", prices_text(verdict))


def test_what_is_not_as_claimed_is_named(lab):
    save_fails(lab, verdict_of(lab, accept=True).fails)
    harmless = HALF.replace('"0.5"', '"2.00"')
    elsewhere = COUNTING.replace('part = "Counter"', 'part = "Doubler"')
    write_files(lab.root / "wrong", {"doubler.toml": harmless, "counter.toml": elsewhere})
    write_files(lab.root / "right" / "sum", {"counter.py": "class Counter: pass"})
    text = "\n".join(verdict_of(lab).problems)
    assert "halves" in text
    assert "never-adds costs points elsewhere: test_add" in text
    assert 'name it in lab.toml, at Counter: uses = ["Doubler"]' in text
    assert "sum is right, but fails test_add with seed 0" in text


def test_a_table_of_failures_that_cannot_be_read_is_named(lab):
    write_files(lab.root / "wrong", {"fails.json": "[1]"})
    with pytest.raises(CatalogueError, match=r"fails\.json"):
        load_fails(lab)


def test_mistakes_that_look_alike_are_noted(lab):
    twin = HALF + HALF.split("\n", 1)[1].replace("halves", "half-too")
    write_files(lab.root / "wrong", {"doubler.toml": twin})
    save_fails(lab, verdict_of(lab, accept=True).fails)
    assert any("can't be told from" in note for note in verdict_of(lab).notes)


@pytest.mark.parametrize(
    ("seen", "named"),
    [
        (Symptom("what", np.array([1.0, 2.0, 3.0])), ("own",)),
        (Symptom("what", np.array([1.0, 2.0, 4.0])), ()),
        (Symptom("a message"), ()),  # as of any mistake
    ],
)
def test_a_part_s_own_mistake_is_named_by_its_numbers_whatever_is_wrong_before_it(seen, named):
    made = Symptom("a message") if seen.values is None else Symptom("what", np.arange(1.0, 4.0))
    catalogue = Catalogue(
        {"own": Entry("Later", "own", fails=frozenset({"later"}))},
        {"Later": {"First"}},
        lambda wanted: {(name, check): made for name, checks in wanted.items() for check in checks},
    )
    symptoms = {"first": Symptom("unknown"), "later": seen}
    found = diagnose({"first": "First", "later": "Later"}, symptoms, catalogue)
    assert (found["first"].mistakes, found["later"].mistakes) == ((), named)
    alone = diagnose({"first": "First", "later": "Later"}, {"later": made}, catalogue)
    assert alone["later"].mistakes == ("own",)


# The class view ----------------------------------------------------------------------------------


@pytest.fixture
def grades(lab, grade, tmp_path):
    """Give the folder of a graded class: two of one unknown mistake, one of a known one."""
    out = tmp_path / "out"
    for student, code in {"a": "x ** 2", "b": "x * x", "c": "0.5 * x", "d": "2.0 * x"}.items():
        files = RIGHT | {"doubler.py": DOUBLER.replace("2.0 * x", code)}
        result = grade(lab, files, student=student)
        write_files(out, {f"{student}/grade.json": result.to_json()})
    return out


def review_of(grades, lab=None):
    review = Review(lab)
    for grade in grades:
        review.add(grade)
    return review


def test_a_class_is_reviewed(grades):
    read = list(read_class(grades, []))
    review = review_of(read)
    assert review.mistakes() == {"halves": ["c"]}
    (group,) = review.groups()
    assert group.students == ("a", "b")
    assert "test_doubler.py::test_forward" in group.checks
    text = review_text(read)
    assert "1  halves: c" in text
    assert "2  a, b" in text


def test_a_class_without_mistakes_is_reviewed(grades):
    for student in "abc":
        (grades / student / "grade.json").unlink()
    assert review_text(read_class(grades, [])).count("none") == 2


def test_a_long_list_of_students_is_cut(grades):
    whole = json.loads((grades / "c" / "grade.json").read_text())
    for number in range(30):
        text = json.dumps(whole | {"student": f"n{number:02}"})
        write_files(grades, {f"n{number:02}/grade.json": text})
    assert "and 21 more" in review_text(read_class(grades, []))


def test_grades_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(RecordError, match="no grades"):
        read_class(tmp_path, [])
    write_files(tmp_path, {"s/grade.json": "{"})
    with pytest.raises(RecordError, match="can't be read"):
        list(read_class(tmp_path, []))


def test_a_found_mistake_is_added_and_then_known(lab, grade):
    wrong = RIGHT | {"doubler.py": DOUBLER.replace("2.0 * x", "x ** 2")}
    files = {name: text.encode() for name, text in wrong.items()}
    hints = {"en": 'Is it "squared"?\n', "zh-TW": "平方？"}
    path = add_hint(lab, Submission("a", files), "squares", "Doubler", hints, CHECK)
    assert path.name == "found-doubler.toml"
    add_hint(lab, Submission("a", files), "squares-2", "Doubler", hints, CHECK)
    assert {"squares", "squares-2"} <= {m.name for m in load_catalogue(lab)}
    assert "squares" in grade(lab, wrong).checks[0].diagnosis["mistakes"]


@pytest.mark.parametrize(
    ("name", "part", "problems", "words"),
    [
        ("Squares", "Doubler", {}, "small letters"),
        ("../x", "Doubler", {}, "small letters"),
        ("", "Doubler", {}, "small letters"),
        ("x", "Other", {}, "no part"),
        ("x", "Counter", {}, "is no check of Counter"),
        ("x", "Doubler", {"counter.py": "counter.py is missing"}, "counter.py is missing"),
        ("halves", "Doubler", {}, None),
    ],
)
def test_a_hint_that_would_not_be_right_is_refused(lab, name, part, problems, words):
    submission = Submission("a", FILES, problems)
    if words is None:
        add_hint(lab, submission, name, part, {"en": "x", "zh-TW": "x"}, CHECK)
        with pytest.raises(CatalogueError, match="already"):
            load_catalogue(lab)
        words = "there is a mistake"
    with pytest.raises(ReviewError, match=words):
        add_hint(lab, submission, name, part, {"en": "x", "zh-TW": "x"}, CHECK)


@pytest.mark.parametrize(
    ("hints", "words"),
    [
        ({"en": "x"}, "a hint in zh-TW is missing"),
        ({"en": "x", "zh-TW": ""}, "a hint in zh-TW is missing"),
        ({}, "a hint in en and in zh-TW is missing"),
        ({"en": "x", "zh-TW": "x", "de": "x"}, "not in 'de' but in en, zh-TW"),
    ],
)
def test_a_hint_is_in_each_language_of_the_lab(lab, hints, words):
    with pytest.raises(ReviewError, match=words):
        add_hint(lab, Submission("a", FILES), "x", "Doubler", hints, CHECK)
    assert not (lab.mistakes / "found").exists()


def test_a_hint_is_for_the_checks_that_it_was_written_for(lab, grade):
    hints = {"en": "Squared?", "zh-TW": "平方？"}
    with pytest.raises(ReviewError, match="name the checks"):
        add_hint(lab, Submission("a", FILES), "x", "Doubler", hints, [])
    wrong = RIGHT | {"doubler.py": DOUBLER.replace("2.0 * x", "x ** 2 + 1.0")}
    files = {name: text.encode() for name, text in wrong.items()}
    add_hint(lab, Submission("a", files), "squares", "Doubler", hints, CHECK)
    found = {
        check.id: check.diagnosis["mistakes"]
        for check in grade(lab, wrong).checks
        if not check.points
    }
    assert found == {CHECK[0]: ["squares"], "test_doubler.py::test_zeros": []}


def diagnosed(*names, part="Doubler", symptom="s", telling=True):
    known = {"symptom": symptom, "telling": telling, "mistakes": list(names), "hints": None}
    return CheckResult("a check", f"test_{part}.py::x", part, 0, 1, "failed", "no", known, 0.1)


def test_mistakes_that_cannot_be_told_apart_are_counted_as_that(lab):
    grades = [
        Grade("one", "graded", 0, 1, 0, checks=(diagnosed("a", "b"),)),
        Grade("two", "graded", 0, 1, 0, checks=(diagnosed("b", "a"), diagnosed("b"))),
    ]
    assert review_of(grades).mistakes() == {"a or b": ["one"], "b": ["two"]}


def test_what_all_classes_do_together_is_no_riddle_where_a_mistake_is_known(lab):
    whole = replace(
        lab,
        parts=tuple(
            replace(p, uses=("Doubler",) if p.name == "Counter" else ()) for p in lab.parts
        ),
    )
    checks = (diagnosed("a"), diagnosed(part="Counter"))
    grades = [Grade(name, "graded", 0, 1, 0, checks=checks) for name in ("one", "two")]
    assert review_of(grades, whole).groups() == []
    unknown = [replace(grade, checks=checks[1:]) for grade in grades]
    assert [group.students for group in review_of(unknown, whole).groups()] == [("one", "two")]


def test_a_lab_without_a_catalogue_takes_no_hint(tmp_path):
    with pytest.raises(ReviewError, match="no catalogue"):
        add_hint(write_lab(tmp_path), Submission("a", FILES), "x", "Doubler", {}, CHECK)


def test_code_that_does_nothing_earns_what_the_lab_allows(lab, capsys):
    save_fails(lab, verdict_of(lab, accept=True).fails)
    text = "\n".join(verdict_of(lab, free_points=0).problems)
    assert "code that returns zeros earns 1 points with seed 0: it passes test_zeros" in text
    assert "code that returns its input earns 1 points with seed 0: it passes test_zeros" in text
    assert "code that does nothing earns" not in text and "handed out earns" not in text
    assert "earns" not in "\n".join(verdict_of(lab).problems)
    # No terminal: a line for each stage.
    said = capsys.readouterr().err
    assert "mistakes: 3 to do" in said and "mistakes: 3 done" in said


def test_luck_is_found(lab):
    suite = next(lab.suite.glob("test_doubler.py"))
    suite.write_text(suite.read_text() + LUCKY)
    parts = tuple(replace(p, points=p.points + 1) for p in lab.parts[:1]) + lab.parts[1:]
    run = Run(replace(lab, parts=parts), sandbox_of("lockdown"), Draws(0, PUBLIC_SECRET))
    with Progress() as progress:
        proof = prove(run, 2, Size(seeds=8, pairs=3, long=1, long_seeds=1), progress)
    assert any(
        re.match("halves fails test_lucky with [1-7] of 8 seeds: ", p) for p in proof.problems
    )
    assert not [p for p in proof.problems if "is right" in p or "never-adds" in p.split("+")[0]]
    assert "mistakes and 2 pairs of them, 8 seeds" in proof.counts[0]


LUCKY = """

@pytest.mark.check(points=1)
def test_lucky(student, rng):
    '''doubles a number, if it is a large one'''
    x = rng.uniform(0.0, 2.0, 1).round()
    assert_array(student.Doubler().forward(x), 2.0 * x, "what forward returns")
"""


def test_pairs_are_of_different_parts_and_the_same_each_time(lab):
    mistakes = load_catalogue(lab)
    pairs = pairs_of(lab, mistakes, 10)
    assert len(pairs) == 2 and pairs == pairs_of(lab, mistakes, 10)
    assert len(pairs_of(lab, mistakes, 1)) == 1
    for files in pairs.values():
        changed = {file for file, text in files.items() if text != FILES[file]}
        assert changed == {"doubler.py", "counter.py"}


def test_differences_tell_how_often():
    fails = {"a": {0: frozenset(), 1: frozenset({"s::test_x"})}, "b": {0: frozenset({"s::test_x"})}}
    assert differences(fails) == ["a fails test_x with 1 of 2 seeds: 1"]
