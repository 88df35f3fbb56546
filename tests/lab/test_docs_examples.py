"""The documentation's examples run and give what it says, up to a whole small lab."""

import argparse
import dataclasses
import doctest
import shutil
import subprocess
import sys
import tomllib

import numpy as np
import pytest

from autograder.diagnosis.mistakes import load_catalogue
from autograder.lab import CourseRules
from autograder.lab_file import load_lab, read_files
from autograder.records import Grade
from autograder.results.late import LatePolicy
from autograder.suites.local import local_student
from tests.lab.documentation import DOCS, ROOT, SITE, blocks, commands, name

LAB = load_lab(ROOT / "lab.toml")
TUTORIAL = DOCS / "authors" / "first-lab.md"


@pytest.mark.parametrize("page", SITE, ids=name)
def test_sessions_give_what_they_say(page):
    examples = [block for block in blocks(page, "python") if ">>>" in block.text]
    runner, namespace = doctest.DocTestRunner(verbose=False), {}
    for block in examples:
        test = doctest.DocTestParser().get_doctest(
            block.text, namespace, str(block), str(page), block.line
        )
        failures = []
        runner.run(test, out=failures.append, clear_globs=False)
        assert not failures, "".join(failures)
        namespace |= test.globs


def plain_blocks():
    found = [block for page in SITE for block in blocks(page, "python")]
    return [block for block in found if ">>>" not in block.text and not block.caption]


@pytest.mark.parametrize("block", plain_blocks(), ids=str)
def test_pieces_of_code_run(block):
    from traitlets.config import Config

    run(block, get_config=Config, x=np.ones((4, 3)), w=np.ones((2, 3)))


def run(block, **names):
    """Run a piece of code; give what it defines."""
    exec(compile(block.text, str(block), "exec"), names)
    return names


def piece(page, word):
    """Give what a piece of code on a page defines, by a word in it."""
    return run(next(b for b in blocks(page, "python") if word in b.text and ">>>" not in b.text))


def test_the_check_passes_on_the_solution():
    check = piece(DOCS / "authors" / "checks.md", "def test_forward")["test_forward"]
    with local_student(read_files(LAB.reference, LAB), LAB.reference, LAB) as student:
        check(student, np.random.default_rng(1))


def test_the_command_counts(tmp_path, capsys):
    command = piece(DOCS / "developers" / "index.md", "Count the records")
    parser = argparse.ArgumentParser()
    command["add_arguments"](parser)
    (tmp_path / "s1").mkdir()
    (tmp_path / "s1" / "grade.json").write_text("{}")
    assert command["run"](parser.parse_args([str(tmp_path)])) == 0
    assert capsys.readouterr().out == "1\n"


def test_the_format_writes():
    write = piece(DOCS / "developers" / "index.md", "score.txt")["write"]
    assert write(Grade("s1", "graded", 3, 4, 0), LAB, argparse.Namespace()) == "s1: 3 of 4\n"


def test_the_setting_of_the_course_is_one():
    from autograder.course.autograde import GradeFiles

    assert "seed" in GradeFiles.class_trait_names()


def test_the_mistake_fits_the_solution(tmp_path):
    text = blocks(DOCS / "authors" / "mistakes.md", "toml")[0].text
    (tmp_path / "linear_layer.toml").write_text(text, "utf-8")
    found = load_catalogue(dataclasses.replace(LAB, mistakes=tmp_path))
    assert [mistake.name for mistake in found] == ["delta-w-accumulated"]


@pytest.mark.parametrize("page", SITE, ids=name)
def test_toml_is_valid(page):
    for block in blocks(page, "toml"):
        tomllib.loads(block.text)


def test_late_days_in_the_page_are_the_policys():
    text = next(b.text for b in blocks(DOCS / "instructors" / "late-and-exports.md", "toml"))
    rules = CourseRules(**tomllib.loads(text)["course"])
    assert LatePolicy(rules.grace_days, rules.percent_a_day).penalty(90, 1) == 0.0


# The small lab ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small_lab(tmp_path_factory):
    """Make the lab of the page for authors, by its commands and its files."""
    above = tmp_path_factory.mktemp("lab")
    made = [words for _, words in commands(TUTORIAL) if words[:2] == ["autograder", "new"]]
    done = autograder(above, *made[0][1:])
    assert done.returncode == 0, done.stderr
    root = above / made[0][2]
    for folder in ("submissions", "styles/other"):  # as the page says
        shutil.rmtree(root / folder)
    for block in blocks(TUTORIAL, "python", "toml", "markdown"):
        assert block.caption, f"{block} has no file name"
        (root / block.caption).parent.mkdir(parents=True, exist_ok=True)
        (root / block.caption).write_text(block.text, "utf-8")
    return root


def autograder(root, *words):
    program = "import sys; from autograder.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=root,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(root)},
        capture_output=True,
        text=True,
    )


def test_the_small_lab_proves_and_grades_as_the_page_says(small_lab):
    accepted = autograder(small_lab, "verify", "--accept")
    assert accepted.returncode == 0, accepted.stderr
    proved = autograder(small_lab, "verify", "--seeds", "2")
    assert proved.returncode == 0, proved.stderr
    graded = autograder(small_lab, "grade")
    assert graded.returncode == 0, graded.stderr
    ann, ben = (
        Grade.from_json((small_lab / "grades" / who / "grade.json").read_text())
        for who in ("ann", "ben")
    )
    assert (ann.score, ann.max_score, ben.score) == (12, 12, 4)
    found = {check.id.partition("::")[2]: check for check in ben.checks}
    assert found["test_derivative"].diagnosis["mistakes"] == ["constant-kept"]
    assert found["test_second_derivative"].outcome == "not reached"


def test_the_small_labs_folder_for_students_holds_no_solution(small_lab):
    made = autograder(small_lab, "release")
    assert made.returncode == 0, made.stderr
    folder = small_lab / "students-folder"
    text = "".join((folder / name).read_text() for name in ("polynomial.py", "fit_line.py"))
    assert text.count("raise NotImplementedError") == 3
    assert "reversed" not in text and "centered" not in text
    assert (folder / "handout.pdf").is_file() and (folder / "check.py").is_file()
    assert (folder / "lab2.ipynb").is_file()
