"""What the exchange holds is taken in, at the time at which it got there."""

import datetime
import os

import pytest

from autograder.course.folder import nbgrader_api
from autograder.course.take_in import time_of
from autograder.intake.entries import Entry
from tests.autograder.conftest import RIGHT, write_files
from tests.autograder.course import write_course


@pytest.fixture
def course(tmp_path):
    return write_course(tmp_path)


def collect(course, claimed, student="eve"):
    """Collect a submission that says when it was handed in; give the time that counts."""
    stamp = claimed.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    inbound = course.root / "exchange" / course.lab.course.id / "inbound"
    folder = inbound / f"{student}+small+{stamp}+abc"
    write_files(folder, RIGHT | {"timestamp.txt": stamp, "submission_secret.txt": "ab" * 64})
    (folder / "shadow").symlink_to("/etc/shadow")
    result = nbgrader_api(course).collect("small")
    assert result["success"], result
    moment = time_of(course, Entry(student, course.root / "submitted" / student))
    return moment, result["log"]


def test_the_time_is_the_one_in_the_name(course):
    claimed = datetime.datetime.now(datetime.UTC)
    moment, _ = collect(course, claimed)
    assert moment == claimed
    names = set(os.listdir(course.submitted("eve")))
    assert names == {*RIGHT, "small.ipynb", "timestamp.txt", "submission_secret.txt"}
    assert (course.submitted("eve") / "submission_secret.txt").read_text() == "ab" * 64


def test_unless_the_folder_reached_the_exchange_later(course):
    claimed = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=3)
    moment, log = collect(course, claimed)
    assert moment - claimed > datetime.timedelta(days=2, hours=23)
    assert "but reached the exchange at" in log
