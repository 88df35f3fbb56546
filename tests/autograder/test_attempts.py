"""Of every platform's download: the right student, attempt, time and files for everybody."""

import csv
import datetime
import json
import os

import pytest

from autograder import cli
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run, best_of, grade_all
from autograder.intake import stock
from autograder.intake.entries import FILE_DATE, PLATFORM, student_name
from autograder.intake.errors import IntakeError, Refused
from autograder.intake.gather import gather
from autograder.intake.roster import RosterError, read_roster
from autograder.intake.stock import take_stock
from autograder.intake.submission import read_submission
from autograder.jail.sandbox import LOCKDOWN
from autograder.lab import AttemptRules
from autograder.records import ATTEMPTS, read_record
from tests import class_layouts as made
from tests.autograder.command_line import run
from tests.autograder.conftest import RIGHT, sandbox_of, write_files, write_lab


@pytest.fixture(autouse=True)
def here_and_now(monkeypatch):
    """Look at names in this process, where coverage is measured; commands do it in a fork."""
    monkeypatch.setattr(stock, "bounded", lambda work, _, cpu: work())


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    return write_lab(tmp_path_factory.mktemp("attempts"))


def roster_of(klass, kind, path):
    path.write_text(klass.roster(made.ROSTERS[kind]), encoding="utf-8")
    return read_roster(path)


def layouts():
    """Give layout, kind of roster, and whether it is a zip; the most likely roster for each."""
    rosters = {"moodle": ("moodle", "names"), "moodle-flat": ("moodle",), "canvas": ("canvas",)}
    rosters |= {"google-classroom": ("names",), "teams": ("canvas",), "gradescope": ("gradescope",)}
    for layout in made.LAYOUTS:
        for roster in rosters.get(layout, ("plain",)):
            for archive in (False, True):
                yield layout, roster, archive


@pytest.mark.parametrize(("layout", "kind", "archive"), list(layouts()))
def test_everybody_of_a_class_of_120(small, tmp_path, layout, kind, archive):
    klass = made.make_class()
    path = made.write(layout, klass, tmp_path / "in", archive=archive)
    roster = roster_of(klass, kind, tmp_path / "roster.csv")
    before = datetime.datetime.now(datetime.UTC)
    found = gather(path, small, roster=roster, out=tmp_path / "out")
    assert take_stock(path, small).layout == layout.partition("-flat")[0]

    handed_in = [m for m in klass.members if m.handed_in or m.mate]
    assert [entry.student for entry in found.entries] == sorted(m.id for m in handed_in)
    absent = {m.id for m in klass.members} - {m.id for m in handed_in}
    assert {student.id for student in found.absent} == absent
    assert "nobody's: " in found.notes[-1] and "README.txt" in found.notes[-1]
    for entry in found.entries:
        member = klass[entry.student]
        author = klass[member.mate] if member.mate else member
        number = author.attempts
        assert entry.name == (member.name if kind != "canvas" else entry.name)
        assert entry.number == (number if layout in made.KEEP_ALL else 1), entry
        if layout in made.TIMED:
            assert entry.origin == PLATFORM
            assert entry.time == made.time_of(author.number, number)
        else:
            assert entry.origin == FILE_DATE
            assert entry.time < before
        taken = made.TAKEN[author.shape]
        if taken is None:
            with pytest.raises(Refused, match=r"it holds .*report.*\.pdf.*; missing: doubler\.py"):
                read_submission(entry, small)
            continue
        submission = read_submission(entry, small)
        assert sorted(submission.files) == sorted(taken), (entry, submission.problems)
        for name in taken:
            assert submission.files[name] == made.code(author.id, number)[name]
    if layout in made.KEEP_ALL:
        assert len(found.attempts) == sum(m.attempts for m in klass.members) + 3
    # All of it is noted.
    noted = json.loads((tmp_path / "out" / ATTEMPTS).read_text())["attempts"].values()
    counting = {s for each in noted for s, said in each["students"].items() if said["counts"]}
    assert counting == {m.id for m in handed_in}


@pytest.mark.parametrize("layout", made.LAYOUTS)
def test_folder_and_zip_are_treated_alike(small, tmp_path, layout):
    klass = made.make_class()
    both = [
        gather(made.write(layout, klass, tmp_path / "in", archive=archive), small)
        for archive in (False, True)
    ]
    students = [[(e.student, e.name, e.number) for e in found.attempts] for found in both]
    assert students[0] == students[1]
    assert len({student for student, *_ in students[0]}) >= made.SIZE - 4 - 3


def test_the_roster_of_a_group_lends_to_all(small, tmp_path):
    klass = made.make_class()
    path = write_files(tmp_path / "in", {"s001/doubler.py": "1"})
    (tmp_path / "r.csv").write_text("id;name;group\ns001;A;x\ns002;B;x\ns003;C;\n", "utf-8-sig")
    found = gather(path, small, roster=read_roster(tmp_path / "r.csv"))
    assert [entry.student for entry in found.entries] == ["s001", "s002"]
    assert found.entries[0].path == found.entries[1].path
    assert [student.id for student in found.absent] == ["s003"]
    assert klass


def test_a_group_is_handed_in_by_its_name(small, tmp_path):
    path = write_files(tmp_path / "in", {"Pair 1_77_assignsubmission_file/doubler.py": "1"})
    (tmp_path / "r.csv").write_text("ID number,Full name,Groups\na,A,Pair 1\nb,B,Pair 1\n")
    found = gather(path, small, roster=read_roster(tmp_path / "r.csv"))
    assert [entry.student for entry in found.entries] == ["a", "b"]


def test_nobody_takes_a_submission_away(small, tmp_path):
    files = {"eve/doubler.py": "bad", "eve/group.txt": "bob\nnobody\n", "bob/doubler.py": "good"}
    path = write_files(tmp_path / "in", files)
    (tmp_path / "r.csv").write_text("id\neve\nbob\n")
    found = gather(path, small, roster=read_roster(tmp_path / "r.csv"))
    assert {entry.student: entry.path.name for entry in found.entries} == {
        "bob": "bob",
        "eve": "eve",
    }
    assert any("eve's group.txt names bob, whose own submission counts" in n for n in found.notes)
    assert any("in the group.txt of eve: nobody is not in the roster" in n for n in found.notes)


def test_of_every_shape_one_is_graded_out_of_the_zip_of_a_class(small, tmp_path):
    klass = made.make_class()
    path = made.write("moodle", klass, tmp_path / "in", archive=True)
    roster = roster_of(klass, "moodle", tmp_path / "roster.csv")
    entries = gather(path, small, roster=roster).entries
    some = {klass[e.student].shape: e for e in entries if klass[e.student].handed_in}
    once = Run(small, sandbox_of(LOCKDOWN), Draws(0, PUBLIC_SECRET))
    grades = {g.student: g for g in best_of(entries, grade_all(once, list(some.values()), 2))}
    for shape, entry in some.items():
        grade = grades[entry.student]
        member = klass[entry.student]
        points = made.points_of(member.id, member.attempts, made.TAKEN[shape])
        assert (grade.score, grade.name) == (points, member.name), shape
    reasons = {shape: grades[entry.student].reason for shape, entry in some.items()}
    assert reasons["plain"] is None
    assert reasons["report"] == "it holds lab1.ipynb, report.pdf; missing: doubler.py, counter.py"
    assert reasons["part"] == "counter.py is missing; it also holds notes.md"
    assert "Doubler.py was taken for doubler.py" in reasons["capitals"]
    assert "the files are from inner.zip, which lay inside" in reasons["nested"]


@pytest.mark.slow
@pytest.mark.parametrize("layout", made.LAYOUTS)
def test_everybody_of_a_class_of_120_ends_with_their_grade(small, tmp_path, layout):
    """The right student, attempt, time and grade, by the command, in grades.csv and the records."""
    klass = made.make_class()
    path = made.write(layout, klass, tmp_path / "in", archive=layout != "plain")
    kind = next(kind for name, kind, _ in layouts() if name == layout)
    roster_of(klass, kind, tmp_path / "roster.csv")
    words = ["grade", path, "--roster", tmp_path / "roster.csv", "--out", tmp_path / "out"]
    done = run(small, *words)
    assert done.returncode == cli.OK, done.stderr
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert sorted(rows) == sorted(member.id for member in klass.members)
    noted = json.loads((tmp_path / "out" / ATTEMPTS).read_text())["attempts"].values()
    for member in klass.members:
        author = klass[member.mate] if member.mate else member
        row = rows[member.id]
        if not author.handed_in:
            assert (row["status"], row["score"]) == ("missing", "")
            continue
        record = read_record(tmp_path / "out" / student_name(member.id) / "grade.json")
        taken = made.TAKEN[author.shape]
        status = "graded" if taken else "rejected"
        points = made.points_of(author.id, author.attempts, taken)
        assert (row["status"], row["score"]) == (status, str(points)), (member, row)
        assert (record.student, record.status, record.score) == (member.id, status, points)
        assert record.attempt == (author.attempts if layout in made.KEEP_ALL else 1)
        (time,) = [
            each["time"] for each in noted if each["students"].get(member.id, {}).get("counts")
        ]
        if layout in made.TIMED:
            moment = datetime.datetime.fromisoformat(time)
            assert moment == made.time_of(author.number, author.attempts)


# Who --------------------------------------------------------------------------------------------


def test_who_is_not_certain_is_told_with_who_it_could_be(small, tmp_path):
    names = ["Ann Lee_1", "Ann Lee_2", "Bob Rosss_3"]
    files = {f"{name}_assignsubmission_file/doubler.py": name for name in names}
    path = write_files(tmp_path / "in", files)
    (tmp_path / "r.csv").write_text("ID number,Full name\na1,Ann Lee\na2,Ann Lee\nb1,Bob Ross\n")
    found = gather(path, small, roster=read_roster(tmp_path / "r.csv"))
    assert [entry.student for entry in found.entries] == names
    assert {student.id for student in found.absent} == {"a1", "a2", "b1"}
    said = "\n".join(found.notes)
    assert "Ann Lee_1 could be a1 (Ann Lee), a2 (Ann Lee)" in said
    assert "Bob Rosss_3 is not in the roster; nearest: b1 (Bob Ross)" in said


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("id,first_name\nx,A\n", ["x"]),
        ("\ufeffid;last_name\nx;A\n", ["x"]),
        ("Student,ID,SIS Login ID\n    Points Possible,,\nLee,1,al\n", ["al"]),
        ('Student,ID,SIS User ID\n"Lee, Ann",1,\n', ["1"]),
        ("First name,ID number,Email address\nA,,a@x\nB,7,b@x\n", ["a@x", "7"]),
        ("First Name\tLast Name\tSID\nA\tB\t07\n", ["07"]),
        ("id\ne\u0301\n", ["é"]),
    ],
)
def test_columns_are_recognised(tmp_path, text, ids):
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    assert [student.id for student in read_roster(tmp_path / "r.csv")] == ids


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no column for ids"),
        (b"a,b\n1,2\n", "no column for ids"),
        (b"id\nx\nx\n", "has 'x' twice"),
        (b"id\n\xff\xff\xff\n", "can't be read"),
        (None, "No such file"),
    ],
)
def test_a_roster_that_cannot_be_read_says_why(tmp_path, content, said):
    if content is not None:
        (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises(RosterError, match=said):
        read_roster(tmp_path / "r.csv")


# When -------------------------------------------------------------------------------------------


def dated(path, seconds):
    for each in [path, *path.rglob("*")]:
        os.utime(each, (seconds, seconds))
    return path


def test_a_time_is_noted_once(small, tmp_path):
    path = dated(write_files(tmp_path / "in", {"ann/doubler.py": "1"}), 1.7e9)
    (first,) = gather(path, small, out=tmp_path / "out").entries
    assert first.time.timestamp() == 1.7e9
    dated(path, 1.75e9)  # copied, say
    (second,) = gather(path, small, out=tmp_path / "out").entries
    assert second.time == first.time
    write_files(path, {"ann/doubler.py": "2"})
    dated(path, 1.76e9)
    (third,) = gather(path, small, out=tmp_path / "out").entries
    assert third.time.timestamp() == 1.76e9


def test_no_time_is_later_than_intake(small, tmp_path):
    path = dated(write_files(tmp_path / "in", {"ann/doubler.py": "1"}), 4e9)
    found = gather(path, small, out=tmp_path / "out")
    assert found.entries[0].time <= datetime.datetime.now(datetime.UTC)
    assert "has a time that has not come yet" in found.notes[0]


def test_equal_files_of_two_students_have_times_of_their_own(small, tmp_path):
    path = write_files(tmp_path / "in", {"ann/doubler.py": "1", "bob/doubler.py": "1"})
    dated(path / "ann", 1.7e9)
    dated(path / "bob", 1.6e9)
    found = gather(path, small, out=tmp_path / "out").entries
    assert [entry.time.timestamp() for entry in found] == [1.7e9, 1.6e9]


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 0, "attempts": {}}', '{"version": 1}'])
def test_notes_that_cannot_be_read_stop_with_a_sentence(small, tmp_path, text):
    write_files(tmp_path, {"in/ann/doubler.py": "1", f"out/{ATTEMPTS}": text})
    with pytest.raises(Exception, match=r"attempts\.json, the times of hand-in, can't be read"):
        gather(tmp_path / "in", small, out=tmp_path / "out")


# Which ------------------------------------------------------------------------------------------


def versions(path, *numbers):
    files = {f"Ann/Lab 1/Version {n}/doubler.py": str(n) for n in numbers}
    return write_files(path, files)


def test_the_latest_is_the_platforms_latest(small, tmp_path):
    path = versions(tmp_path / "in", 2, 10, 9)
    dated(path / "Ann/Lab 1/Version 2", 1.75e9)
    (entry,) = gather(path, small).entries
    assert entry.path.name == "Version 10"
    assert entry.remarks == ("this is attempt 3 of 3",)


def test_the_latest_in_time(tmp_path):
    due = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    lab = write_lab(tmp_path / "lab")
    object.__setattr__(lab, "course", type(lab.course)(due=due))
    path = versions(tmp_path / "in", 1, 2, 3)
    for number, day in ((1, -2), (2, -1), (3, 1)):
        moment = due + datetime.timedelta(days=day)
        dated(path / f"Ann/Lab 1/Version {number}", moment.timestamp())
    (entry,) = gather(path, lab, counts="latest in time").entries
    assert entry.number == 3  # a file's date costs nothing
    object.__setattr__(lab, "attempts", AttemptRules("latest in time", file_dates=True))
    (entry,) = gather(path, lab).entries
    assert entry.number == 2


def test_all_are_graded_where_the_best_counts(small, tmp_path):
    found = gather(versions(tmp_path / "in", 1, 2), small, counts="best")
    assert [entry.number for entry in found.entries] == [1, 2]


# What it is -------------------------------------------------------------------------------------


def test_from_overrides_what_is_recognised(small, tmp_path):
    path = write_files(tmp_path / "in", {"Ann - x/doubler.py": "1", "Bob - y/doubler.py": "1"})
    assert take_stock(path, small).layout == "plain"
    stock = take_stock(path, small, "google-classroom")
    assert [attempt.people[0].id for attempt in stock.attempts] == ["Ann", "Bob"]


def test_what_could_be_two_is_said(small, tmp_path):
    files = {f"Ann - Lou {n}_1{n}_assignsubmission_file_doubler.py": f"{n}" for n in range(3)}
    found = gather(write_files(tmp_path / "in", files), small)
    assert "could also be one of google-classroom: --from says which" in found.notes[0]


def test_several_assignments_are_not_guessed_among(small, tmp_path):
    files = {f"Ann/{name}/Version 1/doubler.py": "1" for name in ("HW 1", "HW 2")}
    with pytest.raises(IntakeError, match=r"several assignments \(HW 1, HW 2\)"):
        gather(write_files(tmp_path / "in", files), small)


def test_a_class_in_a_tar_is_not_read(small, tmp_path):
    (tmp_path / "class.tar.gz").write_bytes(b"x")
    with pytest.raises(IntakeError, match=r"neither a folder nor a \.zip"):
        gather(tmp_path / "class.tar.gz", small)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\5\6" + bytes(18)])
def test_a_zip_of_nothing_says_so(small, tmp_path, content):
    (tmp_path / "class.zip").write_bytes(content)
    with pytest.raises(IntakeError, match=r"damaged|no submissions"):
        gather(tmp_path / "class.zip", small)


def test_what_was_added_by_hand_is_taken_too(small, tmp_path):
    klass = made.make_class()
    path = made.write("moodle", klass, tmp_path / "in", archive=False)
    write_files(path, {"late/doubler.py": "1"})
    found = gather(path, small)
    assert "late" in {entry.student for entry in found.entries}
    assert student_name("late") == "late" and RIGHT
