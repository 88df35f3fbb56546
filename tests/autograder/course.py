"""A little course of the little lab, for the tests of `autograder.course`."""

import json
import shutil
from pathlib import Path

from autograder.course.folder import SETTINGS, open_course
from autograder.course.make import make_course
from autograder.lab_file import load_lab
from tests.autograder.conftest import write_files, write_lab

PARTS = {"Doubler": 4, "Counter": 2}
QUESTION, POINTS = "question", 5
ANSWER = "Twice as much, since *both* grow."
GUIDE = "Guide for instructors: five points for both."


def cell(kind, text, **settings):
    """Write a cell of jupytext's percent format."""
    markdown = kind == "markdown"
    head = "# %% [markdown]" if markdown else "# %%"
    if settings:
        known = {"schema_version": 3, "task": False, "locked": not settings["solution"]}
        head += f" nbgrader={json.dumps(known | settings)}"
    lines = [f"# {line}" for line in text.split("\n")] if markdown else [text]
    return "\n".join([head, *lines])


SOURCE = "\n\n".join(
    [
        cell("markdown", "The little lab 小小的實驗"),
        cell("code", "import doubler"),
        *(
            cell("code", f"print({part!r})", grade=True, solution=False, grade_id=part, points=p)
            for part, p in PARTS.items()
        ),
        cell("markdown", "How much?", grade=False, solution=False, grade_id="asked"),
        cell(
            "markdown",
            f"### BEGIN SOLUTION\n{GUIDE}\n### END SOLUTION",
            **{"grade": True, "solution": True, "grade_id": QUESTION, "points": POINTS},
        ),
    ]
)


def copy_course(template, root):
    """Copy a course and its lab, which is much quicker than making one."""
    shutil.copytree(template.root.parent, root, dirs_exist_ok=True)
    settings = root / "course" / SETTINGS
    old, new = str(template.lab.root), str(root / "lab")
    settings.write_text(settings.read_text().replace(old, new))
    return open_course(root / "course", template.lab.name)


def write_course(root, db_url=None, course=""):
    """Write the little lab with a notebook, and make its course."""
    return add_lab(root / "course", root / "lab", "small", course, db_url)[0]


def add_lab(course, folder, name, rules="", db_url=None):
    """Write a lab with a notebook, and make a course of it or add it to one; give the notes too."""
    lab = write_lab(folder, name=name)
    path = lab.root / "lab.toml"
    text = path.read_text().replace("[release]", '[release]\nnotebook = "notebook.py"')
    path.write_text(f"{text}\n[course]\n{rules}\n")
    write_files(lab.root, {"notebook.py": SOURCE + "\n"})
    return make_course(load_lab(path), path, Path(course), db_url)


def answered(course, text=ANSWER):
    """Give the released notebook with an answer, as a table."""
    notebook = json.loads(course.released.read_text(encoding="utf-8"))
    place = next(c for c in notebook["cells"] if grade_id(c) == QUESTION)
    place["source"] = text
    return notebook


def grade_id(table):
    """Give the name of a cell of a notebook."""
    return table["metadata"].get("nbgrader", {}).get("grade_id")


def graded(course, student):
    """Give the notebook that instructors see of a student."""
    path = course.root / "autograded" / student / course.lab.name / course.notebook
    return json.loads(path.read_text(encoding="utf-8"))


def scores(course):
    """Give what the gradebook holds: student -> cell -> automatic, manual, to be looked at."""
    with course.gradebook as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for grade in submission.notebooks[0].grades
            }
            for submission in gradebook.assignment_submissions(course.lab.name)
        }
