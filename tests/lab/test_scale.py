"""The simulation of a deadline's evening against what is known, and the page that shows it."""

import math

import numpy as np
import pytest

from autograder.records import FILE_NAME, Grade
from tests.bench.evening import arrivals, evening, main, peak, told, waits
from tests.lab.documentation import DOCS, commands

PAGE = DOCS / "instructors" / "scale.md"


def test_waits_of_a_few_are_those_by_hand():
    assert waits([0, 1, 2, 3], [1.5] * 4, 1).tolist() == [0, 0.5, 1, 1.5]
    assert waits([0, 1, 2, 3], [3] * 4, 2).tolist() == [0, 0, 1, 1]
    assert waits([0, 1, 2, 3], [10, 1, 1, 1], 2).tolist() == [0, 0, 0, 0]  # one is stuck
    assert waits([0, 0, 0], [2, 1, 1], 3).tolist() == [0, 0, 0]
    assert waits([0, 0, 0, 9], [2, 4, 1, 1], 1).tolist() == [0, 2, 6, 0]


@pytest.mark.parametrize(("workers", "load"), [(1, 0.7), (8, 0.8)])
def test_waits_are_those_of_erlang_c(workers, load):
    """Poisson arrivals and exponential times: the formula gives mean and distribution."""
    rng, total = np.random.default_rng(5), 400_000
    gaps, services = rng.exponential(1 / (workers * load), total), rng.exponential(1, total)
    waited = waits(np.cumsum(gaps).tolist(), services.tolist(), workers)
    busy = workers * load
    last = busy**workers / math.factorial(workers) / (1 - load)
    delayed = last / (sum(busy**k / math.factorial(k) for k in range(workers)) + last)
    free = workers - busy
    assert np.mean(waited > 0) == pytest.approx(delayed, rel=0.03)
    assert waited.mean() == pytest.approx(delayed / free, rel=0.05)
    assert np.quantile(waited, 0.95) == pytest.approx(math.log(delayed / 0.05) / free, rel=0.05)


def test_arrivals_grow_to_the_deadline():
    found = arrivals(100_000, 6, 60, np.random.default_rng(0))
    assert (np.diff(found) >= 0).all() and found[0] >= -6 * 3600 and found[-1] <= 0
    hours = np.histogram(found, bins=np.arange(-6, 1) * 3600)[0]
    assert hours[1:] / hours[:-1] == pytest.approx([math.e] * 5, rel=0.1)
    assert np.mean(found > -60) * 100_000 / 60 == pytest.approx(peak(100_000, 6, 60), rel=0.1)


def test_an_evening_ends_when_nobody_waits():
    comes, services = np.array([-30.0, -20.0, -10.0]), np.array([20.0, 40.0, 5.0])
    one = evening(comes, services, 1)
    assert one.waited.tolist() == [0, 10, 40] and one.late == 30
    assert one.hours == pytest.approx(65 / 3600)
    assert evening(comes, services, 3).late == 0


def test_times_are_told_in_their_unit():
    assert [told(s) for s in (0.4, 59, 90, 5400)] == ["0 s", "59 s", "1.5 min", "1.5 h"]


def test_times_can_be_those_of_grades(tmp_path, capsys):
    for name, seconds in (("s1", 2.0), ("s2", 4.0)):
        (tmp_path / name).mkdir()
        grade = Grade(name, "graded", 1, 1, 0, seconds=seconds)
        (tmp_path / name / FILE_NAME).write_text(grade.to_json())
    main(["--grades", str(tmp_path), "--workers", "1000"])
    told = capsys.readouterr().out
    assert told.startswith("2 records of ") and "longest 4: " in told
    assert "| 1000 | 0 s | 0 s | 0 s | 0 s | 0 s |" in told


@pytest.mark.parametrize(
    "words", [["--workers", "0"], ["--stuck", "2"], ["--seconds", "nan"], ["--grades", "/nowhere"]]
)
def test_what_makes_no_sense_is_refused(words, capsys):
    with pytest.raises(SystemExit):
        main(words)
    assert "error: " in capsys.readouterr().err


def test_the_page_shows_what_the_command_prints(capsys):
    page = PAGE.read_text("utf-8")
    given = [words for _, words in commands(PAGE) if "tests.bench.evening" in words]
    shown = [words for words in given if "--grades" not in words]
    assert shown
    for words in shown:
        main(words[words.index("tests.bench.evening") + 1 :])
        for line in filter(None, capsys.readouterr().out.splitlines()):
            assert line in page, f"{' '.join(words)} prints now: {line}"
