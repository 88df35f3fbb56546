"""The Gradescope zip: laid out as Gradescope does it, set up and run as it runs there."""

import io
import json
import os
import stat
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from autograder.cli import USAGE, main
from autograder.draws import Draws
from autograder.gradescope import run
from autograder.gradescope.bundle import bundle
from autograder.gradescope.metadata import Metadata, lateness, read_metadata
from autograder.jail import runtime
from autograder.jail.sandbox import SandboxError
from autograder.lab_file import load_lab
from autograder.languages.translations import load_language
from autograder.secret import VARIABLE
from tests.autograder.conftest import DOUBLER, RIGHT, children_of, forget, write_files, write_lab
from tests.autograder.test_outputs import schema

SECRET = bytes(range(32))
SETTINGS = {
    "seed": 0,
    "secret": SECRET.hex(),
    "languages": ["en", "zh-TW"],
    "sandbox": "auto",
}
WRONG = RIGHT | {"doubler.py": DOUBLER.replace("2.0", "3.0")}
METADATA = {
    "id": 123456,
    "created_at": "2018-08-02T01:30:30.365935-07:00",
    "assignment": {"due_date": "2018-07-31T23:00:00.000000-07:00", "late_due_date": None},
    "users": [{"email": "student@example.com", "id": 1234, "name": "Student User"}],
}
MEMORY = 768e6  # bytes, Gradescope's default for a container


class Platform:
    """A folder like Gradescope's ``/autograder``."""

    def __init__(self, root, lab, **settings):
        self.root = root
        write_files(root, {"submission_metadata.json": json.dumps(METADATA)})
        archive = bundle(lab, lab.root / "lab.toml", SETTINGS | settings)
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            for entry in file.infolist():
                path = Path(file.extract(entry, root / "source"))
                path.chmod(entry.external_attr >> 16)
        (root / "run_autograder").write_bytes((root / "source/run_autograder").read_bytes())
        (root / "run_autograder").chmod(0o755)

    @property
    def source(self):
        return self.root / "source"

    def environment(self, **more):
        here = {"AUTOGRADER_ROOT": str(self.root), "AUTOGRADER_PYTHON": sys.executable}
        return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **here, **more}

    def script(self, path, **more):
        return subprocess.run(
            [path], env=self.environment(**more), cwd=self.root, capture_output=True, text=True
        )

    def set_up(self):
        done = self.script(self.source / "setup.sh")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def hand_in(self, files):
        write_files(self.root / "submission", files)

    def grade(self, files=None):
        if files:
            self.hand_in(files)
        done = self.script(self.root / "run_autograder")
        assert done.returncode == 0, done.stderr
        return self.results(), done.stdout + done.stderr

    def results(self):
        table = json.loads((self.root / "results" / "results.json").read_text())
        jsonschema.validate(table, schema("gradescope-results"))
        return table


@pytest.fixture
def platform(tmp_path, lab):
    """Give a Gradescope with the little lab."""
    return Platform(tmp_path / "autograder", lab)


def test_the_zip_is_set_up_and_grades_as_make_grade_does(platform, lab, grade):
    assert "lockdown" in platform.set_up()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in platform.source.iterdir()}
    assert all(mode & 0o077 == 0 for mode in modes.values()), modes
    record = grade(lab, WRONG)
    table, printed = platform.grade(WRONG)
    assert 0 < table["score"] == record.score < record.max_score
    assert [test["score"] for test in table["tests"]] == [check.points for check in record.checks]
    assert table["output"].startswith("Handed in 1 d 2 h 31 min after the due date.\n在截止時間")
    assert "student@example.com: graded" in printed
    assert table["extra_data"]["seed"] == 0


ATTACK = """
import os
import stat

class Doubler:
    def forward(self, x):
        for folder in [{root!r}, {root!r} + "/source", {root!r} + "/source/lab/solution"]:
            try:
                return os.listdir(folder)
            except OSError:
                pass
        try:
            code = open({root!r} + "/source/lab/solution/doubler.py").read()
            space = {{}}
            exec(code, space)
            return space["Doubler"]().forward(x)
        except OSError:
            pass
        for name in ["results/results.json", "source/failed.json", "submission/doubler.py"]:
            try:
                open({root!r} + "/" + name, "w").write('{{"score": 100}}')
            except OSError:
                pass
        os._exit(0)
"""


def test_an_attacker_reads_and_writes_nothing(platform, tmp_path):
    for folder in [tmp_path, *tmp_path.parents]:  # nothing but the jail keeps it out
        if folder.stat().st_uid == os.getuid() and "pytest" in folder.name:
            folder.chmod(0o755)
    platform.hand_in(RIGHT | {"doubler.py": ATTACK.format(root=str(platform.root))})
    (platform.root / "results").mkdir(mode=0o777)
    table, _ = platform.grade()
    scores = {test["name"]: test["score"] for test in table["tests"]}
    assert scores["Doubler: forward doubles what it is given"] == 0
    assert scores["Counter: add gives the sum so far"] == 2
    assert table["score"] == 2
    assert "its own process" in table["tests"][0]["output"]


HOG = """
hoard = []
try:
    while True:
        hoard.append(bytearray(b"x" * (8 << 20)))
except MemoryError:
    pass
"""


def resident(pid):
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_hoarder_stays_within_gradescopes_memory(platform):
    platform.hand_in(RIGHT | {"doubler.py": HOG + DOUBLER})
    peak, over, before = 0, threading.Event(), children_of(os.getpid())

    def watch():
        nonlocal peak
        while not over.wait(0.01):
            peak = max(peak, sum(map(resident, children_of(os.getpid()) - before)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        table, _ = platform.grade()
    finally:
        over.set()
        watcher.join()
    assert table["tests"]
    assert 200e6 < peak < MEMORY


@pytest.mark.slow
def test_every_hand_in_has_the_same_draws(tmp_path):
    draw = 'fail(say("It was {number}.", number=int(rng.integers(10**9))))'
    suite = (
        "import pytest\nfrom autograder.checks import fail, say\n"
        f'@pytest.mark.check(points=1)\ndef test_it(student, rng):\n    """a title"""\n    {draw}\n'
    )
    lab = write_lab(tmp_path / "lab", {"test_doubler.py": suite})
    said = []
    for number, secret in ((1, SECRET), (2, SECRET), (1, bytes(32))):
        platform = Platform(
            tmp_path / f"autograder{len(said)}", lab, secret=secret.hex(), languages=["zh-TW"]
        )
        text = json.dumps(METADATA | {"id": number})
        write_files(platform.root, {"submission_metadata.json": text})
        table, done = platform.grade(RIGHT)
        assert "Handed" not in table["output"] and secret.hex() not in json.dumps(table) + str(done)
        assert table["extra_data"]["secret"] == Draws(0, secret).secret_id
        said.append(table["tests"][0]["output"])
    assert said[0] == said[1] != said[2]


def test_a_grader_that_is_cut_off_leaves_a_sentence(platform):
    platform.hand_in(RIGHT)
    done = platform.script(platform.root / "run_autograder", AUTOGRADER_PYTHON="/bin/false")
    assert done.returncode == 1
    assert "no score was given" in platform.results()["output"]


# In this process, so that it is measured --------------------------------------------------------


@pytest.fixture
def inside(platform, lab, monkeypatch):
    """Give a Gradescope whose engine is this process's."""
    monkeypatch.chdir(platform.source / "lab")
    yield platform
    for path in [path for path in sys.path if path.startswith(str(platform.root))]:
        sys.path.remove(path)
    forget(lab)


def test_points_are_scaled_to_those_of_the_lab(inside):
    path = inside.source / "lab" / "lab.toml"
    path.write_text(path.read_text().replace("points = 4", "points = 10"))
    inside.hand_in(WRONG)
    assert run.main(["grade", str(inside.root)]) == 0
    table = inside.results()
    assert [test["max_score"] for test in table["tests"]] == [7.5, 2.5, 2]
    assert table["score"] == sum(test["score"] for test in table["tests"]) == 4.5


def test_a_submission_that_is_refused_is_told_why(inside):
    write_files(inside.root / "submission", {"report.pdf": "x"})
    assert run.main(["grade", str(inside.root)]) == 0
    table = inside.results()
    assert table["score"] == 0 and "missing: doubler.py" in table["output"]


def test_a_grader_that_fails_gives_no_score_and_tells_the_instructor_only(inside, capsys):
    inside.hand_in(RIGHT)
    suite = inside.source / "lab/hidden/test_doubler.py"
    suite.write_text("raise KeyError('a secret')\n")
    run.main(["grade", str(inside.root)])
    table = inside.results()
    assert "score" not in table and "no score was given" in table["output"]
    printed = capsys.readouterr()
    assert "secret" not in json.dumps(table) and "secret" in printed.out + printed.err


@pytest.mark.parametrize("name", ["lab/lab.toml", "settings.json"])
def test_a_damaged_zip_gives_no_score_and_no_traceback_to_students(inside, capsys, name):
    (inside.source / name).write_text("{")
    run.main(["grade", str(inside.root)])
    table = inside.results()
    assert "score" not in table and "Traceback" not in json.dumps(table)
    assert "Traceback" in capsys.readouterr().err


def test_prepare_says_what_it_finds(inside, monkeypatch, capsys):
    assert run.main(["prepare"]) == 0
    assert "lockdown" in capsys.readouterr().out

    def refuse(*_, **__):
        raise SandboxError("no Landlock")

    monkeypatch.setattr(run, "find_sandbox", refuse)
    assert run.main(["prepare"]) == 0
    assert "no Landlock" in capsys.readouterr().err

    def full(*_, **__):
        raise runtime.RuntimeUnavailable("no room")

    monkeypatch.setattr(runtime, "prepare", full)
    assert run.main(["prepare"]) == 1
    assert "no room" in capsys.readouterr().err


# The zip ----------------------------------------------------------------------------------------


def names(lab):
    content = bundle(lab, lab.root / "lab.toml", SETTINGS)
    assert content == bundle(lab, lab.root / "lab.toml", SETTINGS)  # the same for the same files
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {entry.filename: entry for entry in file.infolist()}


def test_the_zip_holds_what_grading_needs_and_nothing_else_of_the_lab(tmp_path):
    lab = write_lab(tmp_path)
    write_files(tmp_path, {"solution/report.md": "x", "data/a.csv": "1", "grades/grades.csv": "x"})
    text = (tmp_path / "lab.toml").read_text().replace("[lab]", '[lab]\nneeds = ["data"]')
    (tmp_path / "lab.toml").write_text(text)
    lab = load_lab(tmp_path / "lab.toml")
    entries = names(lab)
    assert {name for name in entries if not name.startswith("engine/autograder/")} == {
        *("setup.sh", "run_autograder", "failed.json", "settings.json", "lab/lab.toml"),
        *("lab/hidden/test_doubler.py", "lab/hidden/test_counter.py", "lab/data/a.csv"),
        *("lab/solution/doubler.py", "lab/solution/counter.py"),
    }
    assert "engine/autograder/jail/inside/lockdown.py" in entries
    assert "engine/autograder/gradescope/requirements.lock" in entries
    assert not any("__pycache__" in name for name in entries)
    for name in ["setup.sh", "run_autograder"]:
        assert entries[name].external_attr >> 16 & 0o111
    assert not entries["settings.json"].external_attr >> 16 & 0o077  # it holds the secret


def test_the_command_makes_the_zip_and_says_what_to_do_with_it(lab, tmp_path, capsys):
    command = ["--lab", str(lab.root / "lab.toml"), "gradescope", "--out"]
    assert main([*command, str(tmp_path / "a.zip"), "--seed", "3", "--lang", "en"]) == 0
    assert "Keep it to yourself" in capsys.readouterr().out
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        settings = json.loads(file.read("settings.json"))
    secret = os.environ[VARIABLE]
    assert settings == {"seed": 3, "secret": secret, "languages": ["en"], "sandbox": "auto"}
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600
    assert main([*command, str(tmp_path / "a.zip" / "b.zip")]) == USAGE
    assert "cannot make" in capsys.readouterr().err
    (lab.reference / "doubler.py").unlink()
    assert main([*command, str(tmp_path / "b.zip")]) == USAGE
    assert "doubler.py can't be read" in capsys.readouterr().err
    assert not (tmp_path / "b.zip").exists()


# Who and when -----------------------------------------------------------------------------------


def metadata(tmp_path, table):
    path = tmp_path / "submission_metadata.json"
    path.write_text(table if isinstance(table, str) else json.dumps(table))
    return read_metadata(path)


def test_metadata_tells_who_and_how_late(tmp_path):
    found = metadata(tmp_path, METADATA)
    assert found.name == "student@example.com"
    assert found.late == timedelta(days=1, hours=2, minutes=30, seconds=30, microseconds=365935)
    group = METADATA | {"users": [{"email": "a@b.c"}, {"name": "B\x1b", "email": None}, {}, 3]}
    assert metadata(tmp_path, group).name == "a@b.c, B\\x1b"


@pytest.mark.parametrize(
    "more",
    [
        {"created_at": "2018-07-31T22:59:59-07:00"},
        {"created_at": "yesterday"},
        {"created_at": "2018-08-02T01:30:30"},  # without a zone it can't be compared
        {"created_at": None},
        {"assignment": {"due_date": None}},
        {"assignment": []},
    ],
)
def test_nobody_is_late_who_is_in_time_or_of_whom_it_is_not_known(tmp_path, more):
    assert metadata(tmp_path, METADATA | more).late is None


OWN_DATES = {
    "an extension": (["2018-08-03T23:00:00-07:00"], None),
    "a shorter extension": (["2018-08-02T00:30:30-07:00"], timedelta(hours=1)),
    "an earlier date": (["2018-07-31T01:30:30-07:00"], timedelta(days=2)),
    "one of a group": (
        ["2018-08-01T01:30:30-07:00", "2018-08-02T01:00:30-07:00"],
        timedelta(minutes=30),
    ),
    "none of its own": ([None], timedelta(days=1, hours=2, minutes=30, seconds=30)),
    "no date": (["soon"], timedelta(days=1, hours=2, minutes=30, seconds=30)),
}


@pytest.mark.parametrize(("dates", "late"), OWN_DATES.values(), ids=OWN_DATES)
def test_a_students_own_due_date_counts(tmp_path, dates, late):
    users = [{"email": "a@b.c", "assignment": {"due_date": date}} for date in dates]
    more = {"created_at": "2018-08-02T01:30:30-07:00", "users": users}
    assert metadata(tmp_path, METADATA | more).late == late


@pytest.mark.parametrize("table", ["", "[]", "[" * 100_000, {"id": True, "users": "x"}, "\x00"])
def test_metadata_that_is_none_tells_nothing(tmp_path, table):
    found = metadata(tmp_path, table)
    assert found == Metadata() and found.name == "submission"


@pytest.mark.parametrize(
    ("late", "says"),
    [
        (timedelta(seconds=1), "1 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=2, minutes=5), "2 d 5 min"),
    ],
)
def test_lateness_is_said_to_the_minute(late, says):
    assert lateness(late, [load_language("en")]) == f"Handed in {says} after the due date."
    assert lateness(None, [load_language("en")]) == ""
    both = lateness(timedelta(minutes=90), [load_language("en"), load_language("zh-TW")])
    assert both.splitlines()[1] == "在截止時間之後 1 小時 30 分鐘才繳交。"
