"""The students' notebook is made from text, without its solutions, or it is said what is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.lab import Part
from autograder.release.folder import check_release, write_release
from autograder.release.notebook import (
    BEGIN,
    END,
    NotebookError,
    check_parts,
    notebook_text,
    shown_text,
    solutions,
    source_notebook,
    student_notebook,
)
from autograder.release.questions import questions
from tests.autograder.conftest import write_files, write_lab

FLAGS = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}


def header(kind="", **settings):
    """Give the line that starts a cell."""
    return f"# %% {kind}nbgrader={json.dumps(FLAGS | settings)}\n"


def test_cell(name, points=4, **settings):
    return header(**{"grade": True, "locked": True, "grade_id": name, "points": points} | settings)


test_cell.__test__ = False
ANSWER = header("[markdown] ", grade=True, solution=True, grade_id="question", points=5)
QUESTION = header("[markdown] ", locked=True, grade_id="ask")
SOURCE = (
    "# %% [markdown]\n# # A title\n\n"
    + test_cell("Doubler")
    + "# %run check.py\n### BEGIN HIDDEN TESTS\nassert double(2) == 4\n### END HIDDEN TESTS\n\n"
    + test_cell("Counter", 2)
    + "1 + 1\n\n"
    + QUESTION
    + "# What do you see?\n\n"
    + ANSWER
    + f"# Your answer:\n#\n# {BEGIN}\n# The marking guide of this question.\n# {END}\n"
)
PARTS = (Part("Doubler", "test_doubler.py", 4), Part("Counter", "test_counter.py", 2))


@pytest.fixture
def source(tmp_path):
    """Give a function that writes a source and reads it."""

    def read(text):
        (tmp_path / "a.py").write_text(text, encoding="utf-8")
        return source_notebook(tmp_path / "a.py")

    return read


def test_a_source_is_read(source):
    notebook = source(SOURCE)
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code", "code"] + 2 * [
        "markdown"
    ]
    assert [cell.id for cell in notebook.cells] == ["cell-1", "Doubler", "Counter"] + [
        "ask",
        "question",
    ]
    assert notebook.cells[1].source.startswith("%run check.py\n")
    assert notebook.cells[1].metadata.nbgrader.points == 4
    assert notebook.metadata.kernelspec.name == "python3"
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert "jupytext" not in notebook_text(notebook)
    check_parts(notebook, PARTS, "a.py")


def test_students_get_no_solution(source):
    notebook = source(SOURCE)
    before = notebook_text(notebook)
    made = student_notebook(notebook, "a.py")
    assert notebook_text(notebook) == before
    _, doubler, counter, ask, answer = made.cells
    assert doubler.source == "%run check.py"
    assert answer.source == "Your answer:\n\nYOUR ANSWER HERE"
    assert (answer.metadata.deletable, "editable" in answer.metadata) == (False, False)
    for cell in (doubler, counter, ask):
        assert (cell.metadata.deletable, cell.metadata.editable) == (False, False)
    assert all(len(c.metadata.nbgrader.checksum) == 32 for c in made.cells[1:])
    nbformat.validate(made)


def test_the_same_source_gives_the_same_bytes(source):
    made = [notebook_text(student_notebook(source(SOURCE), "a.py")) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0].endswith("}\n")


SAID = "# # A title\n#\n# <!-- zh-TW -->\n# # \u984c\u76ee\n"
LANGUAGES = ("en", "zh-TW")


def test_a_text_is_kept_in_every_language(tmp_path):
    answer = ANSWER + f"# Yours:\n#\n# <!-- zh-TW -->\n# \u7b54\u6848\n#\n# {BEGIN}\n# G\n# {END}\n"
    write_files(tmp_path, {"a.py": "# %% [markdown]\n" + SAID + "\n" + answer})
    notebook = source_notebook(tmp_path / "a.py", LANGUAGES)
    title, question = notebook.cells
    assert title.source == "# A title"
    assert title.metadata.languages == {"en": "# A title", "zh-TW": "# \u984c\u76ee"}
    assert question.source == f"Yours:\n\n{BEGIN}\nG\n{END}"
    made = student_notebook(notebook, "a.py")
    assert made.metadata.language == "en"
    assert made.cells[1].source == "Yours:\n\nYOUR ANSWER HERE"
    assert made.cells[1].metadata.languages["zh-TW"] == "\u7b54\u6848"
    assert "\u984c\u76ee" in shown_text(notebook_text(made))
    nbformat.validate(made)


@pytest.mark.parametrize(
    ("languages", "text", "message"),
    [
        (("en",), SAID, "a.py, cell cell-1, has a text in zh-TW, which is no language of the lab"),
        (LANGUAGES, "# A\n# <!-- zh-TW -->\n", "a.py, cell cell-1, has no text in zh-TW; add it"),
    ],
)
def test_a_language_is_wrong(tmp_path, languages, text, message):
    write_files(tmp_path, {"a.py": "# %% [markdown]\n" + text})
    with pytest.raises(NotebookError, match=message):
        source_notebook(tmp_path / "a.py", languages)


@pytest.mark.slow
def test_nbgrader_itself_makes_the_same(source, tmp_path):
    path = tmp_path / "source" / "small" / "small.ipynb"
    write_files(tmp_path, {"source/small/small.ipynb": notebook_text(source(SOURCE))})
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "small"]
    # Its database is made by alembic, which it looks for on the path.
    search_path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"PATH": search_path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    theirs = nbformat.read(tmp_path / "release" / "small" / "small.ipynb", as_version=4)
    ours = student_notebook(nbformat.read(path, as_version=4), "small.ipynb")
    assert theirs.cells == ours.cells


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# %% nbgrader={bad\n1\n", r"cell 1 \(1\) has metadata that are not valid JSON"),
        ('# %% nbgrader="x"\n1\n', "not valid JSON: x"),
        (test_cell("a b") + "1\n", "the grade_id 'a b'; use at most 64 letters"),
        (
            '# %% [markdown] ask="cent"\n# x\n\n# %% [markdown] question="cents" points=5\n# x\n',
            "question 'cent', and has no cell for its answer; .* did you mean cents",
        ),
        (test_cell("x" * 65) + "1\n", "use at most 64 letters"),
        (2 * (test_cell("twice") + "1\n"), "'twice' twice, in the cells 1 and 2; rename one"),
        ('# %% nbgrader={"grade": true, "grade_id": "a"}\n1\n', "lacks 'schema_version'"),
        (header(grade=True, locked=True, grade_id="a") + "1\n", "needs a whole number of points"),
        (test_cell("a", points=True) + "1\n", "needs a whole number of points"),
        (test_cell("a", points=2.5) + "1\n", "needs a whole number of points"),
        (test_cell("a", points=-1) + "1\n", "has -1 points; give it 0 or more"),
        ('# %% [markdown] question="why"\n# x\n', "says question in its header, which is none of"),
        ('# %% part="Doubler" points=3\n1\n', "says part in its header, which is none of"),
        ('# %% ask="why"\n1\n', "says ask in its header, which is none of"),
        ('# %% part="a b"\n1\n', "the grade_id 'a b'; use at most 64 letters"),
        (
            header("[markdown] ", grade=True, locked=True, grade_id="a", points=1) + "# x\n",
            "a.py: .*[Mm]arkdown",
        ),
    ],
)
def test_a_mistake_in_the_source_is_named(source, text, message):
    with pytest.raises(NotebookError, match=message):
        source(text)


def test_short_headers_stand_for_nbgraders_settings(source, tmp_path):
    short = (
        '# %% part="Doubler"\n1\n\n# %% part="Counter"\n2\n\n# %% [markdown] ask="why"\n'
        '# ### Why? (5 points)\n\n# %% [markdown] question="why" points=5\n'
        f"# {BEGIN}\n# So.\n# {END}\n"
    )
    long = (
        test_cell("Doubler", points=4)
        + "1\n\n"
        + test_cell("Counter", points=2)
        + "2\n\n"
        + QUESTION.replace('"ask"', '"ask-why"')
        + "# ### Why? (5 points)\n\n"
        + ANSWER.replace('"question"', '"question-why"')
        + f"# {BEGIN}\n# So.\n# {END}\n"
    )
    (tmp_path / "short.py").write_text(short)
    found = source_notebook(tmp_path / "short.py", parts=PARTS)
    check_parts(found, PARTS, "short.py")
    assert found == source(long)
    lab = write_lab(tmp_path / "lab", notebook="short.py")
    write_files(lab.root, {"short.py": short})
    (question,) = questions(lab)
    assert (question.name, question.points, question.titles) == ("question-why", 5, {"en": "Why?"})


def test_a_source_that_cannot_be_read(tmp_path):
    with pytest.raises(NotebookError, match=r"cannot read the notebook .*: No such file"):
        source_notebook(tmp_path / "none.py")
    (tmp_path / "b.py").write_bytes(b"# %%\n# \xff\n")
    with pytest.raises(NotebookError, match=r"b\.py is not saved as UTF-8"):
        source_notebook(tmp_path / "b.py")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"Doubler"', '"Other"', "cell 'Other', and lab.toml has no part Other; name it after one"),
        ('"Doubler"', '"Doubled"', "has no part Doubled; .* did you mean Doubler"),
        ('"points": 4', '"points": 3', "gives 3 points for Doubler, .* gives 4; make them equal"),
        ('"locked": true, "task": false, "grade_id": "D', '"locked": false, "grade_id": "D', ""),
    ],
)
def test_a_part_without_its_cell_is_named(source, old, new, message):
    assert old in SOURCE
    text = SOURCE.replace(old, new.replace('false, "grade', 'false, "task": false, "grade'))
    with pytest.raises(NotebookError, match=message or 'Doubler: the cell must be "locked": true'):
        check_parts(source(text), PARTS, "a.py")


def test_a_cell_that_no_part_could_give_points_to_is_named(source):
    notebook = source(SOURCE + "\n" + test_cell("Stray") + "1\n")
    with pytest.raises(NotebookError, match="cell 'Stray', and lab.toml has no part Stray"):
        check_parts(notebook, PARTS, "a.py")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ANSWER + f"# {BEGIN}\n# x\n", f"line 1 of it: '{END}' is missing"),
        (QUESTION + f"# {BEGIN}\n# x\n# {END}\n", "Solution region detected in a non-solution"),
    ],
)
def test_what_nbgrader_refuses_is_named_and_its_cells_are_not_logged(
    source, text, message, capfd, caplog
):
    with pytest.raises(NotebookError, match=f"a.py.*{message}"):
        student_notebook(source(text), "a.py")
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_a_raw_cell_stays_raw(source):
    assert source("# %% [raw]\n# x\n").cells[0].cell_type == "raw"


def test_solutions_are_found(source):
    assert solutions(source(SOURCE)) == ["\nThe marking guide of this question.\n"]


def test_what_a_notebook_shows():
    output = nbformat.v4.new_output("stream", text="printed")
    cell = nbformat.v4.new_code_cell("first\nsecond", outputs=[output])
    text = shown_text(notebook_text(nbformat.v4.new_notebook(cells=[cell])))
    assert text.startswith("first\nsecond\n")
    assert "printed" in text
    assert shown_text("{} no notebook") == "{} no notebook"


# In the release -------------------------------------------------------------------------------


@pytest.fixture
def lab(tmp_path):
    root = tmp_path / "lab"
    lab = write_lab(root, copies={"handout.md": "handout.md"}, notebook="text/small.py")
    write_files(root, {"text/small.py": SOURCE, "handout.md": "Read me.\n"})
    return lab


def test_the_release_holds_the_notebook(lab):
    write_release(lab)
    path = lab.root / "handed-out" / "small.ipynb"
    assert "marking guide" not in path.read_text()
    assert check_release(lab) == []
    path.write_text(path.read_text().replace("A title", "Another title"))
    assert check_release(lab) == ["handed-out/small.ipynb is not what its source makes"]


def test_a_line_of_the_marking_guide_is_found(lab):
    (lab.root / "handout.md").write_text("The marking guide of this question.\n")
    write_release(lab)
    assert check_release(lab) == ["handed-out/handout.md, line 1, is a line of the solution"]


def test_a_line_of_the_marking_guide_is_found_in_the_notebook(lab):
    text = SOURCE.replace("# What do you see?", "# The marking guide of this question.")
    write_files(lab.root, {"text/small.py": text})
    write_release(lab)
    (found,) = check_release(lab)
    assert found.startswith("handed-out/small.ipynb, line ")
    assert found.endswith(" is a line of the solution")


def test_a_notebook_that_does_not_fit_the_lab_is_an_error(lab):
    write_release(lab)
    write_files(lab.root, {"text/small.py": SOURCE.replace('"points": 4', '"points": 3')})
    for work in (write_release, check_release):
        with pytest.raises(NotebookError, match="make them equal"):
            work(lab)
    assert (lab.root / "handed-out" / "small.ipynb").is_file()


def test_grading_does_not_wait_for_nbgrader():
    code = (
        "import sys, autograder.results.bookkeeping, autograder.grading;"
        "print({'jupytext', 'nbformat', 'nbgrader'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "set()\n", done.stderr
