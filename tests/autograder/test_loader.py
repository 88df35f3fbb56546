"""The submission's files are imported alike in the jail and here, and nothing of them is left."""

import importlib
import json
import subprocess
import sys
from types import ModuleType

import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.jail.inside.loader import Sources
from autograder.suites.local import local_student, run_local
from tests.autograder.conftest import COUNTER, DOUBLER, RIGHT, ROOT, SUITE_HEAD, write_lab

CIRCLE = {
    "in_one.py": b"import in_two\ndef name(): return 'one'\n",
    "in_two.py": b"import in_one\ndef first(): return in_one.name()\n"
    b"def later():\n    from in_three import word\n    return word\n",
    "in_three.py": b"word = 'three'\n",
}


def state():
    return dict(sys.modules), list(sys.meta_path)


def test_modules_are_imported_from_the_bytes_as_they_are():
    latin = "# -*- coding: latin-1 -*-\nword = 'caf\xe9'\n".encode("latin-1")
    sources = Sources({"in_latin.py": latin})
    with sources.installed():
        module = sources.load("in_latin")
    assert module.word == "café"
    assert module.__file__ == module.__spec__.origin == "in_latin.py"
    assert sources.find_spec("numpy") is None
    assert sources.get_source("in_latin") is None


def test_files_have_their_paths_in_the_folder(tmp_path):
    sources = Sources({"in_folder.py": b"def f(): return __file__\n"}, str(tmp_path))
    with sources.installed():
        f = sources.load("in_folder").f
    assert f() == f.__code__.co_filename == str(tmp_path / "in_folder.py")


def test_files_import_each_other_at_any_time():
    before = state()
    sources = Sources(CIRCLE)
    with sources.installed():
        two = sources.load("in_two")
        assert two.first() == "one"
        assert two.later() == "three"
        assert importlib.import_module("in_one") is sources.load("in_one")
    assert state() == before


def test_what_is_no_file_of_the_submission_is_not_loaded():
    sources = Sources(CIRCLE)
    with sources.installed(), pytest.raises(ModuleNotFoundError, match=r"no json\.py"):
        sources.load("json")


def test_nothing_is_left_after_an_exception():
    files = {"in_bad.py": b"import in_three\n1 / 0\n", "in_three.py": CIRCLE["in_three.py"]}
    before, sources = state(), Sources(files)
    with pytest.raises(ZeroDivisionError), sources.installed():
        sources.load("in_bad")
    assert state() == before


def test_what_code_does_to_modules_and_finders_is_taken_back():
    code = (
        "import sys, types\n"
        "sys.modules['in_hand'] = types.ModuleType('in_hand')\n"
        "sys.modules['json'] = types.ModuleType('json')\n"
        "del sys.modules['csv']\n"
        "sys.meta_path.append(object())\n"
    )
    import csv  # noqa: F401  (so that there is something to delete)

    before, sources = state(), Sources({"in_patch.py": code.encode()})
    with sources.installed():
        sources.load("in_patch")
        assert "in_hand" in sys.modules
    assert state() == before


def test_modules_of_the_same_name_are_neither_used_nor_lost(monkeypatch):
    other = ModuleType("in_three")
    monkeypatch.setitem(sys.modules, "in_three", other)
    sources = Sources(CIRCLE)
    with sources.installed():
        assert sources.load("in_two").later() == "three"
        inner = Sources({"in_three.py": b"word = 'another'\n"})
        with inner.installed():
            assert inner.load("in_three").word == "another"
        assert sources.load("in_three").word == "three"
    assert sys.modules["in_three"] is other


def test_what_is_imported_from_elsewhere_stays():
    sys.modules.pop("colorsys", None)
    sources = Sources({"in_import.py": b"import colorsys\n"})
    with sources.installed():
        found = sources.load("in_import").colorsys
    assert sys.modules["colorsys"] is found


def test_a_file_is_compiled_once_and_run_afresh():
    functions = []
    for _ in range(2):
        sources = Sources({"in_two.py": CIRCLE["in_two.py"], "in_one.py": CIRCLE["in_one.py"]})
        with sources.installed():
            functions.append(sources.load("in_two").first)
    assert functions[0] is not functions[1]
    assert functions[0].__code__ is functions[1].__code__


# In the jail and here ----------------------------------------------------------------------------

#: Its Doubler needs the other file at import and, once more, in a call.
LEANING = (
    "from counter import Counter as Imported\n"
    + DOUBLER
    + "    def helper(self):\n        import counter\n"
    + "        return counter.Counter is Imported\n"
    + "    def place(self):\n        return __file__\n"
)
LEANING_SUITE = (
    SUITE_HEAD
    + '''
@pytest.mark.check(points=1)
def test_helper(student):
    """helper finds the other file"""
    if student.Doubler().helper() is not True:
        fail("helper should find the other file.")


@pytest.mark.check(points=1)
def test_place(student):
    """place gives the file's name"""
    if not student.Doubler().place().endswith("doubler.py"):
        fail("place should give the file's name.")
'''
)


@pytest.fixture
def leaning(tmp_path):
    return write_lab(
        tmp_path / "lab",
        {"test_doubler.py": LEANING_SUITE},
        tasks={"Doubler": "doubler.py", "Counter": "counter.py"},
    )


def test_files_import_each_other_in_the_jail(leaning, grade):
    result = grade(leaning, {"doubler.py": LEANING, "counter.py": COUNTER})
    assert [check.outcome for check in result.checks] == ["passed", "passed"]


def test_files_import_each_other_here_and_not_those_of_another_variant(leaning):
    right = {"doubler.py": LEANING.encode(), "counter.py": COUNTER.encode()}
    broken = right | {"counter.py": b"class Other: pass\n"}
    before = state()[1]
    findings = run_local(
        leaning, {"right": right, "broken": broken, "again": right}, Draws(0, PUBLIC_SECRET)
    )
    assert sys.meta_path == before
    assert not {"doubler", "counter"} & set(sys.modules)
    errors = {(f.variant, f.check.split("::")[1]): f.error for f in findings}
    assert len(errors) == 6
    assert {variant for (variant, _), error in errors.items() if error} == {"broken"}
    assert isinstance(errors["broken", "test_helper"], ImportError)


def test_a_module_of_the_labs_own_is_not_the_submissions(leaning, monkeypatch):
    own = ModuleType("counter")
    monkeypatch.setitem(sys.modules, "counter", own)
    files = {"doubler.py": LEANING.encode(), "counter.py": COUNTER.encode()}
    with local_student(files, leaning.reference, leaning) as student:
        assert student.Doubler().helper()
        assert student.Counter().add(2) == 2
    assert sys.modules["counter"] is own


def test_coverage_knows_the_files(tmp_path):
    lab = write_lab(tmp_path / "lab")
    data = tmp_path / "data"
    command = [sys.executable, "-m", "coverage", "run", f"--data-file={data}", "--rcfile=/dev/null"]
    command += [f"--source={lab.reference}", "-m", "pytest", "-q", "-p", "autograder.suites.local"]
    command += ["-c", "/dev/null", "--rootdir", lab.root, "--lab", lab.root / "lab.toml", lab.suite]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    command = [sys.executable, "-m", "coverage", "json", f"--data-file={data}", "-o", "-", "-q"]
    told = subprocess.run(command, check=True, capture_output=True, cwd=tmp_path).stdout
    files = json.loads(told)["files"]
    assert {name.rsplit("/", 1)[1] for name in files} == set(RIGHT)
    assert all(file["summary"]["percent_covered"] == 100 for file in files.values())
