"""A lab is proved before anything is graded by it, and a broken one touches no grade."""

import contextlib
import dataclasses
import re
import time
from concurrent.futures import Future

import pytest

from autograder import cli, effortless, preflight
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run
from autograder.jail.sandbox import LOCKDOWN
from autograder.lab import LabError
from autograder.lab_file import load_lab
from autograder.records import Grade
from autograder.results.keys import key_of_lab
from tests.autograder.command_line import run
from tests.autograder.conftest import (
    COUNTER_SUITE,
    DOUBLER,
    DOUBLER_SUITE,
    RIGHT,
    SUITE_HEAD,
    check_source,
    forget,
    harmless,
    sandbox_of,
    write_files,
    write_lab,
)
from tests.in_process import InProcess


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep what is proved apart from other tests."""
    monkeypatch.setattr(preflight, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache" / preflight.PROVED


class Here(contextlib.ExitStack):
    """Stands for `Examiners`: does all in this process, which is faster by far."""

    def __init__(self, lab, sandbox, draws, jobs):
        super().__init__()
        self.supervisor = InProcess(Run(lab, sandbox, draws))

    def submit(self, task):
        done = Future()
        try:
            done.set_result(task(self.supervisor))
        except RuntimeError as error:
            done.set_exception(LabError(f"the suites can't be run: {error}"))
        except LabError as error:
            done.set_exception(error)
        finally:
            forget(self.supervisor.lab)
        return done


@pytest.fixture
def quick(monkeypatch):
    """Start no processes but workers."""
    monkeypatch.setattr(preflight, "Examiners", Here)


def problem_of(lab):
    """Give the sentence with which a lab is refused."""
    with pytest.raises(LabError) as caught:
        preflight.preflight(lab, sandbox_of(LOCKDOWN), 1)
    said = str(caught.value)
    assert harmless(said) and "\n" not in said
    return said


def lab_of(tmp_path, suite, **more):
    more = {"tasks": {"Doubler": "doubler.py"}} | more
    return write_lab(tmp_path / "lab", {"test_doubler.py": suite}, **more)


def never(*_):
    raise AssertionError("it was proved again")


# What is proved -------------------------------------------------------------------------------


def test_a_whole_lab_is_proved_once(tmp_path, cache, monkeypatch):
    lab = write_lab(tmp_path / "lab", free_points=1)
    preflight.preflight(lab, sandbox_of(LOCKDOWN), 2)
    (proved,) = cache.iterdir()
    monkeypatch.setattr(preflight, "_problem", never)
    preflight.preflight(lab, sandbox_of(LOCKDOWN), 2)
    preflight.preflight(lab.moved(lab.root), sandbox_of(LOCKDOWN), 2)
    proved.chmod(0o666)  # anybody could have put it there
    with pytest.raises(AssertionError, match="proved again"):
        preflight.preflight(lab, sandbox_of(LOCKDOWN), 2)


def test_it_is_proved_again_when_what_it_depends_on_has_changed(tmp_path):
    root = tmp_path / "lab"
    write_lab(root)

    def key(layers=(LOCKDOWN,), seed=0):
        lab = load_lab(root / "lab.toml")
        return key_of_lab(Run(lab, sandbox_of(*layers), Draws(seed, PUBLIC_SECRET)))

    found = [key()]
    assert key(seed=7) == found[0]
    for file, old, new in [
        ("lab.toml", "free_points = 1000", "free_points = 1"),
        ("lab.toml", "points = 4", "points = 5"),
        ("hidden/test_doubler.py", "size=(4, 3)", "size=(4, 2)"),
        ("solution/doubler.py", "2.0", "2"),
    ]:
        path = root / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        found.append(key())
    found.append(key(()))
    assert len(set(found)) == len(found)


TWICE = DOUBLER_SUITE + check_source("pass", name="test_zeros").removeprefix(SUITE_HEAD)
MARKED = "@pytest.mark.{}\n@pytest.mark.check"


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        (DOUBLER_SUITE + "def broken(:\n", r"test_doubler\.py: SyntaxError.*line 18\)"),
        (DOUBLER_SUITE.replace("points=1", "points=0"), "test_zeros needs whole points"),
        (
            DOUBLER_SUITE.replace('"""forward doubles zeros"""', ""),
            "test_zeros needs .* and a title",
        ),
        (TWICE, "test_doubler.py has two checks test_zeros, of which one is never run"),
        (DOUBLER_SUITE.replace("test_zeros", "zeros"), "a check zeros that pytest does not find"),
        *(
            (DOUBLER_SUITE.replace("@pytest.mark.check", MARKED.format(mark), 1), said)
            for mark, said in [
                ("skip", "test_forward is marked skip; a check passes or fails"),
                ("skipif(True, reason='x')", "test_forward is marked skipif"),
                ("xfail", "test_forward is marked xfail"),
                ("parametrize('a', [1, 2])", "test_forward: function uses no argument 'a'"),
                ("parametrize('rng', [1, 2])", "test_forward is there twice"),
                ("parametrize('rng', [])", "test_forward is marked skip"),
            ]
        ),
        (
            check_source("pytest.skip('not today')", points=4),
            "test_it skips itself; a check passes or fails",
        ),
        (
            DOUBLER_SUITE.replace("2.0 * x", "3.0 * x"),
            r"the solution in solution/ does not pass test_doubler\.py::test_forward \(What",
        ),
        (
            check_source("student.Tripler()", points=4),
            r"does not pass test_doubler\.py::test_it \(test_doubler.py, line \d+: AttributeError",
        ),
        (
            check_source("assert_equals(2, 2)", points=4),
            r"\(test_doubler\.py, line \d+: NameError: name 'assert_equals' is not defined\)",
        ),
    ],
)  # fmt: skip
def test_a_broken_suite_is_one_sentence(quick, tmp_path, suite, said, cache):
    lab = lab_of(tmp_path, suite, points=4)
    assert re.search(said, text := problem_of(lab)), text
    assert not cache.exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("class Doubler(:\n", r"solution/doubler\.py is not Python: .*line 1"),
        ("class Doubler:\n    pass\n", "does not pass .*test_forward .*, and 1 more"),
        (None, r"solution/doubler\.py can't be read: No such file or directory; put the"),
    ],
)
def test_a_broken_solution_is_one_sentence(quick, tmp_path, source, said):
    lab = lab_of(tmp_path, DOUBLER_SUITE)
    path = lab.reference / "doubler.py"
    path.unlink() if source is None else path.write_text(source)
    assert re.search(said, text := problem_of(lab)), text


def test_a_mistake_that_cannot_be_made_is_one_sentence(quick, tmp_path):
    lab = lab_of(tmp_path, DOUBLER_SUITE, points=4)
    mistakes = lab.root / "mistakes"
    mistakes.mkdir(exist_ok=True)
    entry = "[mistakes.triples]\nmethod = 'Doubler.forward'\nold = '3.0'\nnew = '2.0'\n"
    entry += "en = 'So.'\nzh-TW = '就是這樣。'\n"
    (mistakes / "doubler.toml").write_text(f"part = 'Doubler'\n\n{entry}")
    lab = dataclasses.replace(lab, mistakes=mistakes)
    assert "doubler.toml, triples: `old` stands 0 times in Doubler.forward" in problem_of(lab)


def test_a_suite_that_ends_its_process_is_one_sentence(tmp_path):
    lab = lab_of(tmp_path, check_source("import os\nos._exit(3)"))
    assert "its suites can't be run on its own code: the process" in (said := problem_of(lab))
    assert "exit status 3" in said


def test_an_endless_solution_ends(tmp_path):
    lab = lab_of(tmp_path, DOUBLER_SUITE, limits={"call": 0.3, "check": 0.5, "timeouts": 1})
    path = lab.reference / "doubler.py"
    path.write_text(DOUBLER.replace("return", "while True: pass\n        return"))
    start = time.monotonic()
    assert "does not pass test_doubler.py::test_forward" in problem_of(lab)
    assert time.monotonic() - start < 60


def test_code_without_work_earns_at_most_what_the_lab_allows(quick, tmp_path):
    suites = {"test_doubler.py": DOUBLER_SUITE, "test_counter.py": COUNTER_SUITE}
    lab = write_lab(tmp_path / "lab", suites, free_points=0)
    said = problem_of(lab)
    assert "code that returns zeros earns 1 points, and free_points in lab.toml allows 0" in said
    assert "it passes test_doubler.py::test_zeros" in said
    # The lab's points are those that count: of 8, the check has a quarter.
    text = (lab.root / "lab.toml").read_text()
    (lab.root / "lab.toml").write_text(
        text.replace("points = 4", "points = 8").replace("free_points = 0", "free_points = 1")
    )
    assert "earns 2 points, and free_points in lab.toml allows 1" in problem_of(
        load_lab(lab.root / "lab.toml")
    )


def test_points_that_can_not_be_read_are_to_be_given(quick, tmp_path):
    suite = DOUBLER_SUITE + "more = pytest.mark.check(points=2)\n@more\ndef test_x(student):\n"
    lab = lab_of(tmp_path, suite + '    """x"""\n', points=4)
    assert "give those of the part Doubler in lab.toml" in problem_of(lab)


def test_a_lab_without_its_solution_is_graded_by_and_that_is_said(tmp_path, cache, capsys):
    lab = write_lab(tmp_path / "lab")
    (lab.reference).rename(tmp_path / "elsewhere")
    preflight.preflight(lab, sandbox_of(LOCKDOWN), 2)
    said = capsys.readouterr().err
    assert said == "autograder: the lab can't be proved: there is no solution in solution/\n"
    assert not cache.exists()


def test_every_variant_is_a_whole_submission(lab):
    for files in effortless.effortless(lab).values():
        assert set(files) == set(RIGHT)


# The command ----------------------------------------------------------------------------------


def test_a_broken_lab_touches_no_grade(lab, tmp_path):
    write_files(tmp_path / "class", {f"ann/{name}": text for name, text in RIGHT.items()})
    words = ["grade", tmp_path / "class", "--out", tmp_path / "out"]
    assert run(lab, *words).returncode == cli.OK

    def content():
        return {
            path.name: path.read_bytes()
            for path in (tmp_path / "out").rglob("*")
            if path.is_file() and path.name != "attempts.json"
        }

    before = content()
    assert Grade.from_json(before["grade.json"].decode()).score == 6
    (lab.suite / "test_counter.py").write_text(COUNTER_SUITE + "def broken(:\n")
    write_files(tmp_path / "class", {f"bob/{name}": text for name, text in RIGHT.items()})
    done = run(lab, *words)
    assert done.returncode == cli.USAGE
    assert "SyntaxError" in done.stderr and done.stderr.count("\n") == 1
    assert content() == before
    (lab.suite / "test_counter.py").write_text(COUNTER_SUITE)
    assert run(lab, *words).returncode == cli.OK


def test_what_need_not_be_graded_needs_no_proof(here, lab, monkeypatch):
    monkeypatch.setattr(preflight, "preflight", never)
    with pytest.raises(AssertionError):
        here("grade", "--out", "out")
    monkeypatch.setattr(preflight, "preflight", lambda *_: None)
    assert here("grade", "--out", "out") == cli.OK
    monkeypatch.setattr(preflight, "preflight", never)
    assert here("grade", "--out", "out") == cli.OK


def test_no_zip_is_made_of_a_broken_lab(here, lab, monkeypatch, tmp_path, capsys):
    def broken(lab, *_):
        raise LabError(f"the lab is broken in {lab.limits.memory_mib} MiB")

    monkeypatch.setattr(preflight, "preflight", broken)
    assert here("gradescope", "--out", tmp_path / "a.zip") == cli.USAGE
    assert "the lab is broken in 448 MiB" in capsys.readouterr().err
    assert not (tmp_path / "a.zip").exists()
