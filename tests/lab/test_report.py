"""``make report``: resumable, the same for a seed, and clear about what cannot be done."""

import csv
import html.parser
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solution.experiments import TABLES, Table
from solution.report import runs
from solution.report.__main__ import main
from solution.report.results import Row, outcomes_csv
from solution.report.runs import groups, plan, train_all
from solution.report.stacked import train_stacked

ROOT = Path(__file__).parents[2]
EXPERIMENTS = [experiment for table in TABLES.values() for experiment in table.rows]
SHORT = [replace(experiment, epochs=20) for experiment in EXPERIMENTS[:4]]


def arrays(training):
    weights = [layer.w for m in training.models for layer in m.layers if hasattr(layer, "w")]
    return [getattr(training, name) for name in runs._ARRAYS] + weights


def equal(one, other):
    pairs = zip(map(arrays, one), map(arrays, other), strict=True)
    return all(
        np.array_equal(a, b) for first, second in pairs for a, b in zip(first, second, strict=True)
    )


def count_trained(monkeypatch):
    """Count the groups that are trained from now on."""
    trained = []
    submit = runs.ProcessPoolExecutor.submit

    def counting(pool, function, group, *rest):
        trained.append(group)
        return submit(pool, function, group, *rest)

    monkeypatch.setattr(runs.ProcessPoolExecutor, "submit", counting)
    return trained


def test_the_groups_hold_every_start_once():
    for experiment in EXPERIMENTS:
        for starts in (1, 15, 100, 1000):
            parts = groups(experiment, starts)
            assert [start for part in parts for start in part] == list(range(starts))


def test_rows_that_are_the_same_run_are_trained_once():
    planned = plan(EXPERIMENTS, starts=10, seed=0)
    assert sorted(len(group.experiments) for group in planned)[-2:] == [2, 2]
    assert len(planned) == len(EXPERIMENTS) - 2
    assert {e for group in planned for e in group.experiments} == set(EXPERIMENTS)


def test_what_is_finished_is_not_trained_again(tmp_path, monkeypatch):
    trained = count_trained(monkeypatch)
    first = train_all(SHORT, 120, 0, 2, tmp_path)
    assert len(trained) == 8
    files = sorted(tmp_path.iterdir())
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:-100])
    files[2].write_bytes(b"")
    again = train_all(SHORT, 120, 0, 2, tmp_path)
    assert len(trained) == 8 + 3
    assert equal(first, again)
    assert equal(again, train_all(SHORT, 120, 0, 2, tmp_path))
    assert len(trained) == 8 + 3


def test_another_seed_or_other_settings_are_trained(tmp_path, monkeypatch):
    trained = count_trained(monkeypatch)
    one = train_all(SHORT[:1], 3, 0, 1, tmp_path)
    other = train_all(SHORT[:1], 3, 1, 1, tmp_path)
    longer = train_all([replace(SHORT[0], epochs=21)], 3, 0, 1, tmp_path)
    assert len(trained) == 3
    assert not equal(one, other) and longer[0].loss.shape[1] == 21


def test_other_code_is_trained(tmp_path, monkeypatch):
    trained = count_trained(monkeypatch)
    train_all(SHORT[:1], 3, 0, 1, tmp_path)
    monkeypatch.setattr(runs, "_sources", lambda: b"another solution")
    train_all(SHORT[:1], 3, 0, 1, tmp_path)
    assert len(trained) == 2


def test_an_interrupted_run_goes_on_and_ends_the_same(tmp_path, monkeypatch):
    todo = plan(SHORT, 250, 0)
    results = runs._trained(todo, 1, tmp_path)
    next(results)
    results.close()
    finished = len(list(tmp_path.glob("*.npz")))
    assert 1 <= finished < len(todo)
    assert not list(tmp_path.glob(".*"))
    trained = count_trained(monkeypatch)
    resumed = train_all(SHORT, 250, 0, 2, tmp_path)
    assert len(trained) == len(todo) - finished
    assert equal(resumed, train_all(SHORT, 250, 0, 1, tmp_path / "elsewhere"))


SCRIPT = """
import sys
from dataclasses import replace
from solution.experiments import TABLES, Table
from solution.report.__main__ import main

if __name__ == "__main__":
    for key, table in TABLES.items():
        rows = tuple(replace(row, epochs=2000) for row in table.rows)
        TABLES[key] = Table(table.title, rows)
    sys.exit(main(["--starts", "300", "--jobs", "2", "--out", sys.argv[1]]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_says_one_sentence_and_leaves_what_is_finished(tmp_path, number):
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, str(script), str(out)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell has its background jobs ignore Ctrl-C, and their children with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 60
    while not list(out.glob("cache/*.npz")) and time.monotonic() < deadline:
        time.sleep(0.05)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    try:
        _, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, error.decode()
    assert error.decode() == "report: interrupted; the same command goes on from here\n"
    assert list(out.glob("cache/*.npz")) and not list(out.glob("cache/.*"))


class Reader(html.parser.HTMLParser):
    """Collect what stands in a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.sources, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.sources += [v for k, v in attributes if k in ("src", "href")]

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a report of short trainings with two processes."""
    return report(tmp_path_factory.mktemp("two"), jobs=2)


def report(folder, jobs):
    with pytest.MonkeyPatch.context() as patch:
        for key, table in TABLES.items():
            rows = tuple(replace(row, epochs=row.epochs // 1000) for row in table.rows)
            patch.setitem(TABLES, key, Table(table.title, rows))
        assert main(["--starts", "4", "--jobs", str(jobs), "--out", str(folder)]) == 0
    return folder


def test_a_report_is_these_files(made):
    names = {path.name for path in made.iterdir()}
    assert names == {"cache", "report.html", "report.md", "rows.csv", "outcomes.csv"}


@pytest.mark.slow
def test_the_report_is_the_same_however_many_processes_there_are(made, tmp_path):
    other = report(tmp_path, jobs=1)
    for path in made.glob("*.*"):
        assert path.read_bytes() == (other / path.name).read_bytes(), path.name


def test_the_page_holds_every_row_and_figure_and_needs_nothing_else(made):
    page = (made / "report.html").read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(page)
    assert all(source.startswith(("#", "data:image/svg+xml")) for source in reader.sources)
    assert reader.tags.count("img") == 1 + 2 * len(TABLES) + 1
    assert not {"script", "link", "iframe"} & set(reader.tags)
    for experiment in EXPERIMENTS:
        assert experiment.label in reader.text
    for table in TABLES.values():
        assert table.title["en"] in reader.text
    assert reader.tags.count("math") > 2 * 23
    assert "$" not in page and "逐行推導" in page


def test_the_tables_hold_every_row(made):
    with (made / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["row"] for row in rows] == [experiment.label for experiment in EXPERIMENTS]
    for row in rows:
        shares = [float(row[f"share_{place}_reported"]) for place in ("below", "at", "above")]
        assert sum(shares) == pytest.approx(1)
        assert row["starts"] == "4"
    markdown = (made / "report.md").read_text(encoding="utf-8")
    for experiment in EXPERIMENTS:
        assert f"| {experiment.label} |" in markdown


def row_with(accuracies, experiment):
    (training,) = train_stacked([replace(experiment, epochs=1)], range(len(accuracies)))
    return Row("A table", replace(training, final_accuracy=np.array(accuracies)))


def test_where_the_report_lies_among_the_starts():
    rates = TABLES["learning rate"].rows
    row = row_with([11 / 21, 11 / 21, 16 / 21, 1], rates[0])  # the report says 52 %
    assert row.place == (0, 0.5, 0.5)
    assert row.outcomes == {11: 0.5, 16: 0.25, 21: 0.25}
    assert row.share_of_100 == 0.25
    assert row.percentile(50) == 11 / 21
    row = row_with([11 / 21, 16 / 21], rates[1])  # the report says 76 %
    assert row.place == (0.5, 0.5, 0)
    lines = outcomes_csv([row]).splitlines()
    assert lines[1:] == [
        "A table,learning rate 0.05,11,21,0.5",
        "A table,learning rate 0.05,16,21,0.5",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--starts", "0"], "argument --starts: '0' should be a whole number that is at least 1"),
        (["--starts", "many"], "'many' should be a whole number"),
        (["--jobs", "-1"], "argument --jobs: '-1' should be"),
        (["--seed", "-1"], "at least 0"),
        (["--epochs", "3"], "unrecognized arguments"),
    ],
)
def test_wrong_arguments_are_told_in_one_sentence(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def test_a_process_that_is_killed_is_told(tmp_path, monkeypatch, capsys):
    def train(*_):
        raise BrokenProcessPool("terminated abruptly")

    monkeypatch.setattr("solution.report.__main__.train_all", train)
    assert main(["--out", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "a process was killed" in error and error.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["--out", str(tmp_path / "file")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"report: cannot write to {tmp_path / 'file'}: ")
    assert error.count("\n") == 1
