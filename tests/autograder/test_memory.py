"""What a class takes of the coordinator's memory: a row of its tables for each submission."""

from dataclasses import replace

import pytest

from autograder import cli, grading
from autograder.records import GRADED, CheckResult
from autograder.results.decisions import ADD
from tests.autograder.conftest import RIGHT, peak_of, write_files

#: Characters of a record, and how many there are.
RECORD, MANY = 2_000_000, 40


@pytest.fixture
def large(here, monkeypatch):
    """Give a function that runs a command; whoever is graded gets a record of that size."""

    def grades(run, entries, *_):
        for entry in entries:
            one = replace(run.blank(entry.student, GRADED, None), score=2)
            known = {"mistakes": [], "symptom": "s", "telling": True, "more": "x" * RECORD}
            check = CheckResult("a", "test_doubler.py::x", "Doubler", 0, 4, "failed", "", known, 0)
            yield replace(one, checks=(check,))

    monkeypatch.setattr(grading, "grade_all", grades)
    return here


@pytest.mark.slow
def test_no_command_keeps_the_records_of_a_class(large, tmp_path):
    words = {
        "graded": ("grade", "{class}", "--out", "{out}", "--fresh", "--jobs", "1"),
        "known": ("grade", "{class}", "--out", "{out}", "--jobs", "1"),
        "pages": ("pages", "{out}", "--lang", "en"),
        "review": ("review", "{out}"),
        "exported": ("export", "{out}"),
        "for a job": ("output", "github-class", "{out}", "--out", "{out}/summary.md"),
        "decided": ("decide", ADD, "s00", "1", "--why", "why", "--out", "{out}"),
        "published": ("publish", "{out}", "--lang", "en"),
        "compared": ("publish", "{out}", "--show"),
    }
    for count in (1, MANY):
        folder, out = tmp_path / f"class{count}", tmp_path / f"out{count}"
        for number in range(count):
            write_files(folder / f"s{number:02}", RIGHT)
        sheet = "".join(f"Participant {n},A,s{n:02}\n" for n in range(count))
        write_files(out, {"roster.csv": f"Identifier,Full name,ID number\n{sheet}"})
        peaks = {}
        for name, command in words.items():
            line = [word.format(**{"class": folder, "out": out}) for word in command]
            if count == 1:  # imports what is needed
                assert large(*line) == cli.OK, name
                continue
            codes = []
            peaks[name] = peak_of(lambda line=line, codes=codes: codes.append(large(*line)))
            assert codes == [cli.OK], name
    assert (out / "exports" / "moodle-feedback.zip").stat().st_size > 1000 * MANY
    most = MANY * RECORD / 2 / 2**20
    assert {name: peak for name, peak in peaks.items() if peak > most} == {}
