"""What the tests of the lab's nbgrader course share."""

import json
import os
import subprocess
import sys
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course.make import make_course
from autograder.lab_file import load_lab

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = ROOT / "lab.toml"
LAB = load_lab(DESCRIPTION)
REFERENCE = {name: (LAB.reference / name).read_bytes() for name in LAB.files}


def new_course(folder, db_url=None, own=""):
    """Make a course of the lab, with some configuration of the instructor's own."""
    course, _ = make_course(LAB, DESCRIPTION, folder, db_url)
    if own:
        (course.root / "own_config.py").write_text(f"c = get_config()\n{own}\n")
    return course


def run(*words, cwd=ROOT, status=0):
    """Run a module of this environment; give what it printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=cwd,
        env=os.environ | {"PATH": path, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == status, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def write_submission(folder, files=REFERENCE, notebook=None):
    """Write a student's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if notebook is not None:
        (folder / f"{LAB.name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def answers(course, texts, more=()):
    """Give the released notebook with answers, in the order of the questions, and more cells."""
    notebook = json.loads(course.released.read_text(encoding="utf-8"))
    places = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]
    for place, text in zip(places, texts, strict=False):
        place["source"] = text
    notebook["cells"] += more
    return notebook


def total_scores(course):
    """Give student -> the score that the gradebook has, from grader and by hand together."""
    with course.gradebook as gradebook:
        return {
            submission.student.id: submission.score
            for submission in gradebook.assignment_submissions(LAB.name)
        }


def succeeded(result):
    """Check that a step of nbgrader's went well."""
    assert result["success"], f"{result.get('log')}{result.get('error')}"
    return result


class Student:
    """A student with a folder of their own, who knows the exchange and nothing else."""

    def __init__(self, home, exchange, course, name):
        self.home, self.name = home / name, name
        config = Config()
        config.CourseDirectory.root = str(self.home)
        config.CourseDirectory.course_id = course.settings.id
        config.CourseDirectory.student_id = name
        config.Exchange.root = str(exchange)
        config.Exchange.cache = str(self.home / "cache")
        config.Exchange.assignment_dir = str(self.home)
        self.home.mkdir(parents=True)
        self.api = NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)

    def folder(self, assignment):
        """Give where an assignment is when it was fetched."""
        return self.home / assignment

    def act(self, action, assignment):
        """Do what ``nbgrader fetch_assignment`` or ``nbgrader submit`` does."""
        self.api.coursedir.assignment_id = assignment
        api = self.api
        do = getattr(api.exchange, action)
        do(coursedir=api.coursedir, authenticator=api.authenticator, parent=api).start()
