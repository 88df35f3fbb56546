"""What the exchange holds is taken in: whose it is, and when it got there."""

import datetime
import os
import pwd
import stat
import time
from types import SimpleNamespace

import pytest

from autograder.course import collect as collecting
from autograder.course.autograde import GUIDE, _remarks
from autograder.course.collect import foreign_owner, latest_change
from autograder.course.folder import nbgrader_api
from autograder.course.take_in import claimed_time, take_in, time_of
from autograder.intake.entries import Entry
from autograder.lab import Limits
from tests.autograder.conftest import RIGHT, write_files
from tests.autograder.course import copy_course, write_course


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("collect"))


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path)


def inbound_of(course):
    return course.root / "exchange" / course.lab.course.id / "inbound"


def now():
    return datetime.datetime.now(datetime.UTC)


def hand_in(course, claimed=None, student="eve", files=RIGHT, secret="abc"):
    """Put a submission that says when it was handed in (now, by default) into the exchange."""
    claimed = claimed or now()
    stamp = claimed.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    folder = inbound_of(course) / f"{student}+small+{stamp}+{secret}"
    return write_files(folder, files | {"timestamp.txt": stamp, "submission_secret.txt": "ab" * 64})


def collect(course, **settings):
    """Collect, and give what nbgrader says."""
    return nbgrader_api(course, Collect=settings).collect("small")


def collected(course):
    folder = course.root / "submitted"
    return set(os.listdir(folder)) if folder.is_dir() else set()


def moment_of(course, student="eve"):
    return time_of(course, Entry(student, course.root / "submitted" / student))


def test_only_what_belongs_to_a_submission_is_taken(course):
    folder = hand_in(course)
    (folder / "shadow").symlink_to("/etc/shadow")
    assert collect(course)["success"]
    names = set(os.listdir(course.submitted("eve")))
    assert names == {*RIGHT, "small.ipynb", "timestamp.txt", "submission_secret.txt"}
    assert (course.submitted("eve") / "submission_secret.txt").read_text() == "ab" * 64
    for path in [course.submitted("eve"), *course.submitted("eve").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0


# When ------------------------------------------------------------------------------------------


def test_the_time_is_that_of_the_latest_change(course):
    folder = hand_in(course)
    os.utime(folder / "doubler.py", (0, 0))  # anybody can; the time of the change is now
    assert collect(course)["success"]
    assert moment_of(course) == latest_change(folder, Limits())
    assert claimed_time(course.submitted("eve")) is None
    assert _remarks(course.submitted("eve")) == []


@pytest.mark.parametrize("days", [-3, 3])
def test_a_time_that_is_not_the_students_is_marked(course, days):
    claimed = now() + datetime.timedelta(days=days)
    hand_in(course, claimed)
    result = collect(course)
    assert result["success"], result
    assert abs(moment_of(course) - now()) < datetime.timedelta(hours=1)
    assert "which counts" in result["log"]
    folder = course.submitted("eve")
    assert claimed_time(folder) == claimed
    take_in(course, Entry("eve", folder))  # as autograding does; the remark stays
    (cell,) = _remarks(folder)
    assert f"{claimed:%Y-%m-%d %H:%M:%S} UTC" in cell.source
    assert cell.metadata[GUIDE]  # so the student's feedback does not show it
    time.sleep(0.05)
    hand_in(course, secret="later")
    assert collect(course, update=True)["success"]
    assert claimed_time(folder) is None


def test_a_later_change_of_any_file_counts(tmp_path):
    folder = write_files(tmp_path / "s", {"deep/er/x.txt": "x", "a": "a"})
    before = latest_change(folder, Limits())
    time.sleep(0.05)
    (folder / "deep/er/x.txt").chmod(0o600)
    assert latest_change(folder, Limits()) > before
    assert latest_change(folder, Limits(entries=1)).tzinfo


def test_the_latest_by_the_exchange_is_taken(course):
    hand_in(course, now() + datetime.timedelta(days=9), files=RIGHT | {"doubler.py": "old"})
    time.sleep(0.05)
    hand_in(course, now() - datetime.timedelta(days=9), secret="x")
    assert collect(course)["success"]
    assert (course.submitted("eve") / "doubler.py").read_text() == RIGHT["doubler.py"]
    assert "already" in collect(course)["log"]


# Whose -----------------------------------------------------------------------------------------

USERS = {"ann": 20001, "bob": 20002, "teacher": 20003}


@pytest.fixture
def users(monkeypatch):
    """Have a machine with a few users, of whom ann and bob are students."""

    def by_number(number):
        return SimpleNamespace(pw_name={n: name for name, n in USERS.items()}[number])

    monkeypatch.setattr(
        collecting, "pwd", SimpleNamespace(getpwuid=by_number, getpwnam=USERS.__getitem__)
    )


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize(
    ("student", "owner", "known", "foreign"),
    [
        ("ann", 20001, (), None),  # the own
        ("ann", 20002, (), "bob"),  # who names another user
        ("ann", 20009, (), "user number 20009"),
        ("carol", 20002, ("bob", "carol"), "bob"),  # who is a student, and names another
        ("carol", 20003, ("bob", "carol"), None),  # user names say nothing about students
        ("b01", 20009, ("b01", "b02"), None),
        ("ann", 0, (), None),  # root could write anything
        ("ann", os.geteuid(), (), None),  # one user for everybody
    ],
)
def test_whose_a_folder_can_be(student, owner, known, foreign):
    assert foreign_owner(student, owner, known) == foreign


def test_names_that_no_user_can_have_are_looked_up():
    owner = max(user.pw_uid for user in pwd.getpwall()) + 1
    assert foreign_owner("\0", owner, ()) is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give folders away")
@pytest.mark.usefixtures("users")
def test_what_another_student_handed_in_is_refused(course):
    own = hand_in(course, student="ann", files=RIGHT | {"doubler.py": "mine"})
    os.chown(own, USERS["ann"], -1)
    time.sleep(0.05)
    forged = hand_in(course, now() + datetime.timedelta(days=1), student="ann", secret="x")
    os.chown(forged, USERS["bob"], -1)
    result = collect(course)
    assert result["success"], result
    assert "it belongs to bob, who is not ann" in result["log"]
    assert (course.submitted("ann") / "doubler.py").read_text() == "mine"
    assert collect(course, check_owner=False, update=True)["success"]
    assert (course.submitted("ann") / "doubler.py").read_text() == RIGHT["doubler.py"]


ODD = [
    "..+small+2026-01-01 00:00:00 UTC+x",
    ".hidden+small+2026-01-01 00:00:00 UTC+x",
    "<script>x<_script>+small+2026-01-01 00:00:00 UTC+x",
    "a;=cmd|'+small+2026-01-01 00:00:00 UTC+x",
    "+small+2026-01-01 00:00:00 UTC+x",
    "bob+small+no time at all+x",
    "bob+small+",
    "bob+small+9999999999-01-01+x",
    "x+small+y+other+2026-01-01 00:00:00 UTC+x",
    os.fsdecode(b"b\xff+small+2026-01-01 00:00:00 UTC+x"),
]


def test_an_odd_folder_stops_nobody(course, tmp_path):
    hand_in(course)
    for name in ODD:
        write_files(inbound_of(course) / name, RIGHT)
    (inbound_of(course) / "l+small+2026-01-01 00:00:00 UTC+x").symlink_to(hand_in(course))
    (inbound_of(course) / "f+small+2026-01-01 00:00:00 UTC+x").write_text("x")
    os.mkfifo(inbound_of(course) / "p+small+2026-01-01 00:00:00 UTC+x")
    result = collect(course)
    assert result["success"], result
    assert collected(course) == {"eve"}
    # nbgrader does not look at names that start with a dot
    assert result["log"].count("is not collected") == len(ODD) - 2 + 3


@pytest.mark.parametrize("error", [OSError, RecursionError, MemoryError, UnicodeError, KeyError])
def test_one_that_cannot_be_taken_in_stops_nobody(course, monkeypatch, error):
    for student in ("ann", "bob", "eve"):
        hand_in(course, student=student)
    real = collecting.take_in

    def take(course, entry, *more):
        if entry.student == "bob":
            raise error("injected")
        real(course, entry, *more)

    monkeypatch.setattr(collecting, "take_in", take)
    result = collect(course)
    assert not result["success"]
    assert "cannot collect bob" in result["log"]
    assert collected(course) == {"ann", "eve"}


def test_a_course_can_be_entered_by_its_owner_only(template):
    assert stat.S_IMODE(template.root.stat().st_mode) == 0o700
