"""What older versions wrote is read; what a newer one wrote stops a run and stays as it is."""

import json

import pytest

from autograder import cli
from autograder.course.folder import open_course
from autograder.errors import NewerVersion, check_version
from autograder.intake.gather import gather
from autograder.records import ATTEMPTS, CLASS, DECISIONS, VERSION, Grade, read_record
from autograder.results.decisions import read_decisions
from autograder.results.members import read_members
from autograder.results.snapshots import SNAPSHOT, newest
from tests.autograder.conftest import RIGHT, write_files

RECORD = Grade("ann", "graded", 4, 6, 0).to_json()
#: As the first version of each wrote it.
FIRST = {
    "ann/grade.json": json.dumps(
        {
            key: value
            for key, value in json.loads(RECORD).items()
            if key in ("student", "status", "score", "max_score", "seed", "parts", "checks")
        }
    ),
    CLASS: '{"version": 1, "sources": []}',
    ATTEMPTS: '{"version": 1, "attempts": {}}',
    DECISIONS: "",
    f"published/1/{SNAPSHOT}": '{"version": 1, "number": 1, "when": "2026-01-01T00:00:00+00:00"}',
    "published/1/ann/grade.json": RECORD,
}


def newer(text):
    """Give a file as a version that is not there yet writes it."""
    if not text or text.startswith("lab ="):
        return f"version = 99\n{text}"
    return json.dumps(json.loads(text) | {"version": 99, "unheard of": [1]})


@pytest.fixture
def out(tmp_path):
    return write_files(tmp_path / "out", FIRST)


def test_what_the_first_versions_wrote_is_read(out, lab, tmp_path):
    assert read_record(out / "ann" / "grade.json").version == 1 < VERSION
    assert read_members(out).sources == [] and read_decisions(out) == []
    assert newest(out).of("ann").score == 4
    write_files(tmp_path / "class" / "ann", RIGHT)
    (entry,) = gather(tmp_path / "class", lab, out=out).entries
    assert json.loads((out / ATTEMPTS).read_text())["version"] == 1
    assert entry.student == "ann"


@pytest.mark.parametrize("name", FIRST)
@pytest.mark.parametrize("words", [[], ["--fresh"]], ids=["known", "fresh"])
def test_what_a_newer_version_wrote_stops_a_run_and_stays(
    here, lab, out, tmp_path, capsys, name, words
):
    text = newer(FIRST[name])
    (out / name).write_text(text)
    before = (out / "ann" / "grade.json").read_bytes()
    write_files(tmp_path / "class" / "ann", RIGHT)
    status = here("grade", "class", "--out", "out", *words)
    said = capsys.readouterr().err
    assert status == cli.USAGE, said
    assert f"out/{name} was written by a newer autograder (version 99 of its form" in said
    assert said.endswith("; update autograder\n") and "Traceback" not in said
    assert (out / name).read_text() == text
    if not name.startswith("published/"):  # with it later results are compared
        assert (out / "ann" / "grade.json").read_bytes() == before
        assert not (out / "grades.csv").exists()


def test_an_older_record_is_graded_anew(here, out, tmp_path):
    write_files(tmp_path / "class" / "ann", RIGHT)
    assert here("grade", "class", "--out", "out") == cli.OK
    assert read_record(out / "ann" / "grade.json").version == VERSION


def test_a_course_says_its_version(lab, tmp_path):
    settings = f"lab = {json.dumps(str(lab.root / 'lab.toml'))}\ndb_url = ''\n"
    write_files(tmp_path / "course", {"course.toml": settings})
    assert open_course(tmp_path / "course", "small").lab.name == "small"
    write_files(tmp_path / "course", {"course.toml": newer(settings)})
    with pytest.raises(NewerVersion, match=r"course\.toml was written by a newer autograder"):
        open_course(tmp_path / "course", "small")


@pytest.mark.parametrize("version", ["1", 1.0, True, 0, None, []])
def test_a_version_is_a_whole_number(version):
    with pytest.raises(ValueError, match="no whole number"):
        check_version({"version": version}, 3, "it")
    check_version({}, 1, "it")
    check_version({"version": 3}, 3, "it")
