"""The tests that `make quick` chooses for a change."""

import time

import pytest

from tests import quick
from tests.autograder.conftest import AT_ONCE

SOURCES = {
    "autograder/__init__.py": "",
    "autograder/text.py": "",
    "autograder/pages/__init__.py": "",
    "autograder/pages/site.py": "from autograder import text\nTEMPLATE = 'page.html'",
    "autograder/late.py": "def run():\n    from .pages.site import TEMPLATE",
    "lab.toml": 'mistakes = "tests/mistakes"',
    "tests/autograder/conftest.py": "",
    "tests/autograder/test_text.py": "import autograder.text",
    "tests/autograder/test_site.py": "import autograder.pages.site",
    "tests/autograder/test_late.py": "from autograder.late import run",
    "tests/autograder/test_large.py": "import autograder.pages.site\n" + 100 * "#",
    "tests/autograder/test_broken.py": "import autograder.text (",
    "tests/autograder/test_lab.py": "",
    "tests/lab/test_other.py": "LAB = ROOT / 'lab.toml'",
    "tests/hidden/test_model.py": "import numpy",
    "tests/helper.py": "import autograder.text",
}


def choose(*changed):
    hidden, reference = ["tests/hidden/test_model.py"], ["solution/model.py"]
    chosen = quick.choose(set(changed), SOURCES, hidden, reference)
    return [(choice.file.removeprefix("tests/autograder/"), choice.way[1:]) for choice in chosen]


def files(*changed):
    return [file for file, _ in choose(*changed)]


def test_without_a_change_the_fast_ones_run():
    (only,) = choose()
    assert only == ("test_lab.py", ())


def test_what_imports_the_change_comes_before_what_is_farther_away():
    site, late = "autograder/pages/site.py", "autograder/late.py"
    assert choose("autograder/text.py") == [
        ("test_text.py", ("autograder/text.py",)),
        ("test_site.py", (site, "autograder/text.py")),
        ("test_large.py", (site, "autograder/text.py")),
        ("test_late.py", (late, site, "autograder/text.py")),
        ("test_lab.py", ()),
    ]


def test_a_test_that_changed_comes_first():
    assert files("tests/autograder/test_late.py", "autograder/text.py")[0] == "test_late.py"
    assert files("tests/autograder/test_lab.py") == ["test_lab.py"]


def test_a_package_and_a_conftest_reach_all_that_they_load_for():
    assert files("autograder/pages/__init__.py")[:3] == [
        "test_site.py",
        "test_large.py",
        "test_late.py",
    ]
    assert len(files("tests/autograder/conftest.py")) == 6


@pytest.mark.parametrize(
    ("changed", "chosen"),
    [
        ("autograder/pages/templates/page.html", "test_site.py"),
        ("lab.toml", "tests/lab/test_other.py"),
        ("tests/mistakes/model.toml", "tests/lab/test_other.py"),
        ("solution/model.py", "tests/hidden/test_model.py"),
    ],
)
def test_what_is_named_counts_like_an_import(changed, chosen):
    assert files(changed)[0] == chosen


def test_what_nothing_needs_adds_nothing():
    assert files("notes.txt", "autograder/gone.py") == ["test_lab.py"]


def test_the_reason_names_the_way():
    first, second, *_ = quick.choose({"autograder/text.py"}, SOURCES)
    assert first.reason == "needs autograder/text.py"
    assert second.reason == "needs autograder/pages/site.py, which needs autograder/text.py"


def test_of_this_project_it_chooses_what_a_reader_would():
    sources = quick.read_sources()
    chosen = [c.file for c in quick.choose({"autograder/text.py"}, sources)]
    assert chosen.index("tests/autograder/test_text.py") < 10
    assert set(quick.SMOKE) <= set(sources)


def test_the_time_is_a_hard_limit():
    runner = quick.Runner(2)
    begin = time.monotonic()
    assert runner.run("timeit", "-n1", "-r1", "import time; time.sleep(60)") is None
    assert time.monotonic() - begin < AT_ONCE and not runner.failed
    assert runner.run("this") is None


def test_one_failure_ends_the_rest(capsys):
    runner = quick.Runner(60)
    assert runner.run("timeit", "-n1", "-r1", "pass") is True
    assert runner.run("timeit", "-n1", "-r1", "raise ValueError('here it is')") is False
    assert "here it is" in capsys.readouterr().out
    assert runner.run("timeit", "-n1", "-r1", "pass") is None
