"""A class that was graded without nbgrader: late days, and the files for Canvas and Moodle."""

import csv
import datetime
import io
import json
import zipfile
from dataclasses import replace

import pytest

from autograder import cli
from autograder.exports.moodle import worksheet_csv
from autograder.exports.rows import Exported, Row
from autograder.intake.gather import gather
from autograder.intake.roster import read_roster
from autograder.lab import AttemptRules, CourseRules
from autograder.lab_file import load_lab
from autograder.records import MISSING
from autograder.results.results import Results
from tests.autograder.conftest import RIGHT, write_files
from tests.autograder.test_decisions import decide, grade_of, table
from tests.class_layouts import zipped

ZONE = datetime.timezone(datetime.timedelta(hours=8))
DUE = datetime.datetime(2026, 3, 1, 12, tzinfo=ZONE)
RULES = "[course]\ndue = 2026-03-01T12:00:00+08:00\ngrace_days = 1\npercent_a_day = 10\n"


def attempt(student, late, origin="platform", number=1, *, counts=True, participant="", seen=""):
    """Give what is noted of an attempt that was handed in so long after the deadline."""
    time = DUE + late if late is not None else None
    mark = {"number": number, "counts": counts, "participant": participant}
    return {
        "time": time and time.astimezone(datetime.UTC).isoformat(),
        "origin": origin if time else "",
        "seen": seen or "2026-04-01T00:00:00+00:00",
        "students": {student: mark},
    }


def note(out, *attempts):
    keyed = {f"{'0' * 63}{n}:someone": each for n, each in enumerate(attempts)}
    write_files(out, {"attempts.json": json.dumps({"version": 1, "attempts": keyed})})


HOURS = datetime.timedelta(hours=1)


@pytest.fixture
def graded(here, lab, tmp_path):
    """Give the folder of a graded class, without having graded it, and a lab with a deadline."""
    (lab.root / "lab.toml").write_text((lab.root / "lab.toml").read_text() + RULES)
    out = tmp_path / "grades"
    for grade in (
        grade_of("ann"),
        grade_of("bob", (False, True, True)),
        grade_of("eve"),
        replace(grade_of("zoe"), status=MISSING, score=0, checks=(), attempt=0),
    ):
        write_files(out / grade.student, {"grade.json": grade.to_json()})
    note(
        out,
        attempt("ann", -1 * HOURS, participant="Ann, A_11"),
        attempt("bob", 49 * HOURS, participant="Bob_x_12"),
        attempt("eve", 49 * HOURS, "file date"),
    )
    return out


def results(out, lab):
    return {r.student: r for r in Results(out, load_lab(lab.root / "lab.toml"))}


# Late days --------------------------------------------------------------------------------------


def test_lateness_costs_what_the_lab_says(graded, lab):
    found = results(graded, lab)
    assert (found["ann"].late_days, found["ann"].penalty, found["ann"].score) == (0, 0, 6)
    # Three late days, one of grace: a fifth.
    assert (found["bob"].late_days, found["bob"].penalty, found["bob"].score) == (3, 0.6, 2.4)
    assert found["bob"].handed_in == "2026-03-03T13:00:00+08:00"
    assert (found["zoe"].points, found["zoe"].penalty) == (None, 0)


def test_a_files_date_is_told_and_costs_nothing_unless_the_lab_says_so(graded, lab):
    found = results(graded, lab)["eve"]
    assert (found.time_from, found.late_days, found.penalty, found.score) == ("file date", 3, 0, 6)
    trusting = "[attempts]\nfile_dates = true\n"
    (lab.root / "lab.toml").write_text((lab.root / "lab.toml").read_text() + trusting)
    assert (results(graded, lab)["eve"].penalty, results(graded, lab)["eve"].score) == (1.2, 4.8)


def test_an_extension_moves_the_deadline_and_is_in_the_changes(here, graded, lab, capsys):
    decide(here, "extend", "bob", "2026-03-03T12:30:00+08:00")
    found = results(graded, lab)["bob"]
    assert (found.late_days, found.penalty, found.score) == (1, 0, 3)
    said = capsys.readouterr().out
    assert "bob  2.4 -> 3" in said and "lateness costs 0 points, and cost 0.6" in said
    decide(here, "extend", "bob", "2026-03-01T12:00:00+08:00")
    assert results(graded, lab)["bob"].penalty == 0.6


def test_lateness_comes_after_decisions_and_never_off_a_decided_total(here, graded, lab):
    decide(here, "points", "bob", "4", "--part", "Doubler")
    assert (results(graded, lab)["bob"].penalty, results(graded, lab)["bob"].score) == (1.2, 4.8)
    decide(here, "points", "bob", "5")
    assert (results(graded, lab)["bob"].penalty, results(graded, lab)["bob"].score) == (0, 5)


def test_the_table_adds_up_and_tells_of_lateness(here, graded):
    decide(here, "remark", "ann", "Well done.")
    rows = table(graded)
    for row in rows.values():
        if row["score"]:
            total = float(row["Doubler"]) + float(row["Counter"]) - float(row["penalty"])
            assert round(total, 2) == float(row["score"])
    assert "3 late days: 0.6 points taken off" in rows["bob"]["notes"]
    assert "3 late days by a file's date, at no cost" in rows["eve"]["notes"]
    assert (rows["zoe"]["score"], rows["zoe"]["penalty"]) == ("", "")


def test_lateness_times_and_attempts_are_on_the_pages(here, graded):
    note(
        graded,
        attempt("bob", -1 * HOURS, counts=False, seen="2026-03-02T00:00:00+00:00"),
        attempt("bob", 49 * HOURS, seen="2026-03-04T00:00:00+00:00"),
        attempt("eve", 49 * HOURS, "file date"),
    )
    write_files(graded, {"roster.csv": "id,first_name,last_name\nbob,Bob,<b>Roe\n"})
    assert here("pages", graded) == cli.OK
    page = (graded / "bob" / "index.html").read_text()
    assert '<h1>bob <span class="name">Bob &lt;b&gt;Roe</span></h1>' in page
    assert "Handed in: 2026-03-03 13:00 UTC+08:00." in page
    assert "What counts is attempt 2 of 2." in page and "採計第 2 次繳交（共 2 次）。" in page
    assert "Late days: 3; points taken off for them: 0.6." in page and "遲交 3 天" in page
    eve = (graded / "eve" / "index.html").read_text()
    assert "by the dates of the files" in eve and "taken off" not in eve
    whole = (graded / "index.html").read_text()
    assert "Bob &lt;b&gt;Roe" in whole and "2 of 2" in whole and "2026-03-03 13:00" in whole


def test_a_snapshot_is_not_late_twice(here, graded):
    assert here("publish") == cli.OK
    assert here("pages", graded / "published" / "1") == cli.OK
    page = (graded / "published" / "1" / "bob" / "index.html").read_text()
    assert "<strong>2.4</strong>" in page


# Exports ----------------------------------------------------------------------------------------


def rows_of(path):
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_without_a_roster_everybody_is_exported(here, graded, capsys):
    decide(here, "excuse", "eve")
    capsys.readouterr()
    assert here("export", graded, "--item", "Lab (7)") == cli.OK
    said = capsys.readouterr()
    assert "4 students, 2 with points" in said.out and said.err == ""
    canvas = {row[3]: row for row in rows_of(graded / "exports" / "canvas.csv")[2:]}
    assert {s: row[5] for s, row in canvas.items()} == {
        "ann": "6", "bob": "2.4", "eve": "EX", "zoe": "",
    }  # fmt: skip
    moodle = {row[2]: row[-1] for row in rows_of(graded / "exports" / "moodle.csv")[1:]}
    assert moodle == {"ann": "6", "bob": "2.4", "eve": "-", "zoe": "-"}
    assert not (graded / "exports" / "moodle-worksheet.csv").exists()
    assert (graded / "exports").stat().st_mode & 0o077 == 0


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,A small lab (4711),Other (2)\n"
    "    Points Possible,,,,,6,5\n"
    '"Roe, Ann",101,S1,ann,Mon A,,\n'
    '"=cmd(), Bob",102,S2,bob,Mon A,,\n'
    '"Zoe",103,S3,zoe,Mon A,,\n'
)


def test_canvas_gets_its_own_rows_back(here, graded, capsys):
    write_files(graded.parent, {"canvas.csv": CANVAS})
    assert here("export", graded, "--roster", graded.parent / "canvas.csv") == cli.OK
    assert "not in the roster, and in no export: eve" in capsys.readouterr().out
    header, maxima, *rows = rows_of(graded / "exports" / "canvas.csv")
    assert header[-1] == "A small lab (4711)" and maxima[-1] == "6"
    assert rows == [
        ["Roe, Ann", "101", "S1", "ann", "Mon A", "6"],
        ["'=cmd(), Bob", "102", "S2", "bob", "Mon A", "2.4"],
        ["Zoe", "103", "S3", "zoe", "Mon A", ""],
    ]


def test_rows_are_matched_by_any_id_but_exactly(here, graded, capsys):
    write_files(
        graded, {"roster.csv": "id,email\nann,a@x.tw\nbob,b@x.tw\neve,e@x.tw\nzoe,z@x.tw\n"}
    )
    others = "Identifier,Full name,Email address,Grade\nParticipant 11,A,a@x.tw,\n12,B,B@x.tw,\n"
    write_files(graded.parent, {"moodle.csv": others})
    assert here("export", graded, "--roster", graded.parent / "moodle.csv") == cli.OK
    assert "in no export: bob, eve, zoe" in capsys.readouterr().out
    _, *rows = rows_of(graded / "exports" / "moodle-worksheet.csv")
    assert rows == [["Participant 11", "A", "a@x.tw", "6"], ["12", "B", "B@x.tw", ""]]


def test_a_roster_of_nobody_here_is_said(here, graded, capsys):
    write_files(graded.parent, {"other.csv": "id\nnobody\n"})
    assert here("export", graded, "--roster", graded.parent / "other.csv") == cli.USAGE
    assert "nobody who was graded is in the roster" in capsys.readouterr().err
    assert not (graded / "exports").exists()


def test_the_zip_is_as_moodle_wants_it(here, graded, capsys):
    assert here("export", graded) == cli.OK
    assert "no number in Moodle is known of eve, who are not in" in capsys.readouterr().out
    with zipfile.ZipFile(graded / "exports" / "moodle-feedback.zip") as archive:
        names = archive.namelist()
        assert "Handed in:" in archive.read(names[1]).decode()
    assert names == [
        "Ann, A_11_assignsubmission_file_/feedback.html",
        "Bob x_12_assignsubmission_file_/feedback.html",
    ]
    for name in names:  # as the importer takes it apart
        parts = name.split("/")[0].split("_", 4)
        assert parts[1].isdigit() and parts[2:] == ["assignsubmission", "file", ""]


def test_hostile_names_lead_nowhere(here, graded):
    note(graded, attempt("ann", None, participant="../../x\\y:\u202e_z_11"))
    assert here("export", graded) == cli.OK
    with zipfile.ZipFile(graded / "exports" / "moodle-feedback.zip") as archive:
        (name,) = archive.namelist()
    assert name.count("/") == 1 and not name.startswith(".") and name.split("_")[1] == "11"


def test_the_number_of_a_group_is_nobodys(here, graded):
    note(graded, attempt("ann", None, participant="A_9"), attempt("bob", None, participant="A_9"))
    assert here("export", graded) == cli.OK
    assert not (graded / "exports" / "moodle-feedback.zip").exists()


def test_a_worksheet_is_filled_in_and_keeps_the_rest():
    sheet = [
        ["識別碼", "全名", "成績", "最高成績", "最後修改的(得分)", "評語回饋"],
        ["參與者11", "=cmd()", "", "6.00", "-", ""],
        ["參與者12", "B", "3.00", "6.00", "-", "-1 for style"],
        ["參與者13", "C", "3.00", "6.00", "-", ""],
    ]
    exported = Exported(
        6, (Row("a", 6, participant="A_11", comment="c"), Row("b", None, participant="B_12"))
    )
    rows = list(csv.reader(io.StringIO(worksheet_csv(exported, sheet).removeprefix("\ufeff"))))
    assert rows == [
        sheet[0],
        ["參與者11", "'=cmd()", "6", "6.00", "-", "c"],
        ["參與者12", "B", "", "6.00", "-", "-1 for style"],
        ["參與者13", "C", "3.00", "6.00", "-", ""],
    ]
    assert worksheet_csv(exported, [["id"], ["a"]]) is None


def test_more_than_the_worksheets_maximum_is_said(here, graded, capsys):
    sheet = "Identifier,Full name,ID number,Grade,Maximum Grade\nParticipant 1,A,ann,,5.00\n"
    write_files(graded, {"roster.csv": sheet})
    assert here("export", graded) == cli.OK
    assert "some totals are above 5" in capsys.readouterr().out


# Times of the worksheet ---------------------------------------------------------------------------

SHEET = (
    "Identifier,Full name,ID number,Last modified (submission)\n"
    'Participant 11,Ann Roe,ann,"Sunday, 1 March 2026, 11:00 AM"\n'
    'Participant 12,Bob Roe,bob,"3/4/2026 10:00"\n'
    "Participant 13,Eve Roe,eve,-\n"
)


@pytest.fixture
def download(tmp_path):
    """Give a function that writes Moodle's zip, with what somebody's files say."""

    def write(**texts):
        files = {
            f"{name} Roe_{number}_assignsubmission_file/{file}": (
                f"# {texts.get(name.lower(), '')}\n{source}".encode()
            )
            for name, number in (("Ann", 11), ("Bob", 12))
            for file, source in RIGHT.items()
        }
        return write_files(tmp_path, {"lab.zip": zipped(files)}) / "lab.zip"

    return write


def gathered(path, lab, roster, out):
    lab = replace(lab, course=CourseRules(due=DUE), attempts=AttemptRules())
    found = gather(path, lab, roster=roster, out=out)
    return {entry.student: entry for entry in found.entries}, found.notes


def test_a_worksheets_times_are_the_platforms(lab, tmp_path, download):
    write_files(tmp_path, {"sheet.csv": SHEET})
    roster = read_roster(tmp_path / "sheet.csv")
    entries, notes = gathered(download(), lab, roster, tmp_path)
    assert (entries["ann"].time, entries["ann"].origin) == (DUE - HOURS, "platform")
    assert entries["bob"].origin == "file date"
    assert any("1 times of hand-in in the roster can't be read" in each for each in notes)
    # They were noted, and do not need the worksheet any more.
    roster = [replace(student, handed_in="") for student in roster]
    assert gathered(download(), lab, roster, tmp_path)[0]["ann"].time == DUE - HOURS


def test_an_old_worksheet_says_nothing_of_a_new_attempt(lab, tmp_path, download):
    write_files(tmp_path, {"sheet.csv": SHEET})
    roster = read_roster(tmp_path / "sheet.csv")
    gathered(download(), lab, roster, tmp_path)
    entries, notes = gathered(download(ann="again"), lab, roster, tmp_path)
    assert entries["ann"].origin == "file date"
    assert any("the roster is older than" in each for each in notes)


def test_a_number_in_moodle_is_no_id(lab, tmp_path, download):
    """Participants have numbers of their own, which somebody else may have as an id."""
    write_files(tmp_path, {"sheet.csv": "ID number,Full name\n12,Ann Roe\n99,Bob Roe\n"})
    entries, _ = gathered(download(), lab, read_roster(tmp_path / "sheet.csv"), tmp_path)
    assert {s: e.name for s, e in entries.items()} == {"12": "Ann Roe", "99": "Bob Roe"}


def test_a_roster_is_kept_but_not_its_times(here, lab, tmp_path, download):
    write_files(tmp_path, {"sheet.csv": SHEET})
    out = ["--out", tmp_path / "out", "--sandbox", "none"]
    assert here("grade", download(), "--roster", tmp_path / "sheet.csv", *out) == cli.OK
    assert (tmp_path / "out" / "roster.csv").read_text() == SHEET
    write_files(tmp_path / "mailed" / "eve", RIGHT)
    assert here("grade", tmp_path / "mailed", *out) == cli.OK
    rows = table(tmp_path / "out")
    assert set(rows) == {"ann", "bob", "eve"}
    assert rows["eve"]["name"] == "Eve Roe" and rows["eve"]["status"] == "graded"
    assert (rows["ann"]["time_from"], rows["eve"]["time_from"]) == ("platform", "file date")
