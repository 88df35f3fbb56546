"""The image that grades a lab: what comes into it, what runs in it, and that it is locked down."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.cli import INTERRUPTED, OK, USAGE
from autograder.container import build, run
from autograder.container.run import GRADES, SUBMISSIONS, not_mounted
from autograder.jail.runtime import RuntimeUnavailable
from autograder.jail.sandbox import LOCKDOWN, SandboxError
from autograder.lab_file import load_lab
from autograder.secret import VARIABLE
from tests.autograder.conftest import AT_ONCE, write_files, write_lab
from tests.container import Images, context

ROOT = Path(__file__).parents[2]
SAMPLES = ["s03-wrong-transpose", "s10-os-exit"]
SECRET = "5ec2e7" * 10 + "5ec2"
#: The user of the image.
USER = 1000


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_of_a_lab_only_what_grading_reads_is_copied(tmp_path, monkeypatch):
    lab = write_lab(tmp_path / "lab", more='graph = "graph.toml"')
    others = {".secret": SECRET, "submissions/s1/doubler.py": "", "grades/s1/grade.json": ""}
    write_files(lab.root, {"graph.toml": "", "notes.md": "", **others})
    monkeypatch.setattr(build, "prepare", lambda lab: None)
    copy = tmp_path / "copy"
    assert build.main([str(lab.root), str(copy)]) is None
    hidden = ["hidden/test_counter.py", "hidden/test_doubler.py"]
    code = ["solution/counter.py", "solution/doubler.py"]
    assert names(copy) == sorted(["graph.toml", "lab.toml", *hidden, *code])
    assert load_lab(copy / "lab.toml").parts == lab.parts


def test_a_lab_is_proved_where_it_was_copied_to(tmp_path, monkeypatch):
    proved = []
    monkeypatch.setattr(build, "find_sandbox", lambda lab: "the sandbox")
    monkeypatch.setattr(build, "preflight", lambda lab, *how: proved.append((lab.root, *how)))
    lab, copy = write_lab(tmp_path / "lab"), tmp_path / "copy"
    assert build.main([str(lab.root), str(copy)]) is None
    assert proved == [(copy, "the sandbox", os.cpu_count())]


def test_a_lab_that_lacks_a_file_is_not_copied(tmp_path):
    lab = write_lab(tmp_path / "lab")
    (lab.root / "solution/counter.py").unlink()
    said = build.main([str(lab.root), str(tmp_path / "copy")])
    assert said.startswith("autograder: cannot copy the lab's ") and "counter.py: No such" in said


def test_an_image_may_be_built_where_nothing_can_be_locked_down(lab, monkeypatch, capsys):
    def refuse(lab):
        raise SandboxError("no Landlock")

    monkeypatch.setattr(build, "find_sandbox", refuse)
    build.prepare(lab)
    assert capsys.readouterr().err == "autograder: the lab is not proved yet: no Landlock\n"


def test_no_image_is_built_without_room_for_the_runtime(tmp_path, monkeypatch):
    def refuse(packages):
        raise RuntimeUnavailable("no room")

    monkeypatch.setattr(build.runtime, "prepare", refuse)
    lab = write_lab(tmp_path / "lab")
    assert build.main([str(lab.root), str(tmp_path / "copy")]) == "autograder: no room"


def mounts(*folders):
    return [f"36 35 98:0 / {folder} rw - ext4 /dev/root rw" for folder in ("/", *folders)]


def test_both_folders_have_to_be_mounted():
    assert not_mounted(mounts(SUBMISSIONS, GRADES)) is None
    assert not_mounted(mounts(GRADES, "/submissions/more")) == SUBMISSIONS
    assert not_mounted(mounts(SUBMISSIONS)) == GRADES


@pytest.fixture
def called(monkeypatch, tmp_path):
    """Note what would be run, where both folders are mounted."""
    calls = []
    monkeypatch.setattr(run, "autograder", lambda arguments: calls.append(arguments) or OK)
    monkeypatch.setattr(run, "_MOUNTS", tmp_path / "mountinfo")
    (tmp_path / "mountinfo").write_text("\n".join(mounts(SUBMISSIONS, GRADES)))
    return calls


def test_what_is_no_command_is_an_option_of_grading(called, tmp_path, capsys):
    grade = ["--lab", "/lab", "grade", SUBMISSIONS, "--out", GRADES]
    assert run.main([]) == run.main(["--seed", "7"]) == run.main(["pages", GRADES]) == OK
    assert called == [grade, [*grade, "--seed", "7"], ["--lab", "/lab", "pages", GRADES]]
    (tmp_path / "mountinfo").write_text("\n".join(mounts(SUBMISSIONS)))
    assert run.main(["--help"]) == OK and capsys.readouterr().err == ""
    assert run.main([]) == USAGE and called[3:] == [[*grade, "--help"]]
    said = capsys.readouterr().err
    assert said.endswith(
        f'nothing is mounted at {GRADES}; give a folder of yours: -v "$PWD/grades:/grades"\n'
    )


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Build the lab's image from a checkout that holds secrets."""
    made = Images(tmp_path_factory.mktemp("images"))
    try:
        made.build("lab1-grader", context(tmp_path_factory.mktemp("context"), SECRET))
        yield made
    finally:
        made.close()


class Class:
    """Folders that are mounted: some of the sample class, and one for their grades."""

    def __init__(self, images, folder, samples=SAMPLES, owner=USER):
        self.images, self.folder, self.grades = images, folder, folder / "grades"
        for name in samples:
            shutil.copytree(ROOT / "tests/submissions" / name, folder / "submissions" / name)
        self.grades.mkdir()
        os.chown(self.grades, owner, owner)
        self.mounts = [
            "-v",
            f"{folder}/submissions:{SUBMISSIONS}:ro",
            "-v",
            f"{self.grades}:{GRADES}",
        ]

    def run(self, *options, arguments=()):
        """Run the image on them, as one that they have all been readable for."""
        return self.images.run("lab1-grader", *arguments, options=[*self.mounts, *options])

    def records(self):
        return {
            path.parent.name: json.loads(path.read_text())
            for path in self.grades.glob("*/grade.json")
        }


@pytest.fixture
def handed_in(images, tmp_path):
    return Class(images, tmp_path)


#: Lists the files of an image, and marks those in which a text stands.
LIST = """
import os, sys
for top in sorted({"/" + name for name in os.listdir("/")} - {"/proc", "/sys", "/dev"}):
    for place, _, names in os.walk(top):
        for path in (os.path.join(place, name) for name in names):
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    print("! " * (sys.argv[1].encode() in file.read()) + path)
"""
#: All that a container does not need.
STRICT = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--pids-limit=20"]


@pytest.mark.slow
def test_a_class_gets_the_points_that_it_gets_without_a_container(handed_in, tmp_path):
    done = handed_in.run(*STRICT, "--memory=512m", "-e", f"{VARIABLE}={SECRET}")
    assert done.returncode == OK and not done.stderr, done.stderr
    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        tmp_path / "submissions",
        "--out",
        tmp_path / "out",
    ]
    subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, env=os.environ | {VARIABLE: SECRET}
    )
    records = handed_in.records()
    assert list(sorted(records)) == SAMPLES
    for name, record in records.items():
        local = json.loads((tmp_path / "out" / name / "grade.json").read_text())
        assert record["sandbox"] == [LOCKDOWN]  # nothing of it is left out in a container
        assert record["secret"] == local["secret"]
        told = [(check["id"], check["points"], check["message"]) for check in record["checks"]]
        assert told == [
            (check["id"], check["points"], check["message"]) for check in local["checks"]
        ]
    owners = {path.stat().st_uid for path in handed_in.grades.rglob("*")}
    assert owners == {USER}


@pytest.mark.slow
def test_it_makes_its_secret_among_the_grades_and_holds_none(handed_in):
    done = handed_in.run()
    assert done.returncode == OK and "made the secret of the draws, /grades/.secret" in done.stderr
    python = ["--user=0", "--entrypoint=/opt/autograder/bin/python"]
    found = handed_in.images.run("lab1-grader", "-c", LIST, SECRET, options=python)
    listed = found.stdout.splitlines()
    assert "/lab/tests/hidden/test_model.py" in listed
    assert not [path for path in listed if path.startswith("! ")]  # that hold the checkout's secret
    assert not [path for path in listed if path.endswith(("/.secret", "grade.json"))]
    assert not [path for path in listed if path.startswith(("/lab/tests/submissions", "/tmp/"))]
    assert not [path for path in listed if path.endswith(("/pip", "/gcc"))]


@pytest.mark.slow
@pytest.mark.parametrize("user", ["0:0", "4321:4321"])
def test_any_user_may_grade_whose_folder_it_is(images, tmp_path, user):
    handed_in = Class(images, tmp_path, SAMPLES[:1], owner=int(user.partition(":")[0]))
    done = handed_in.run(f"--user={user}")
    assert done.returncode == OK, done.stderr
    assert handed_in.records()[SAMPLES[0]]["sandbox"] == [LOCKDOWN]


@pytest.mark.slow
def test_what_is_wrong_with_a_mount_is_a_sentence(images, tmp_path):
    handed_in = Class(images, tmp_path, SAMPLES[:1], owner=0)
    said = handed_in.run()
    assert said.returncode == USAGE
    told = (
        f"Operation not permitted (it belongs to user 0, and this is user {USER}); choose another"
    )
    assert said.stderr == f"autograder: cannot write to /grades: {told} folder\n"
    *others, grades = handed_in.mounts
    handed_in.mounts = [*others, f"{grades}:ro"]
    assert "/grades: Read-only file system" in handed_in.run("--user=0").stderr
    handed_in.mounts = others[:-1]
    assert "nothing is mounted at /grades; give" in handed_in.run("--user=0").stderr
    (tmp_path / "submissions").chmod(0o700)
    handed_in.mounts = [*others, grades]
    os.chown(handed_in.grades, USER, USER)
    assert handed_in.run().stderr.endswith(
        "autograder: cannot read /submissions: Permission denied\n"
    )


@pytest.mark.slow
def test_a_container_that_forbids_landlock_grades_nothing(handed_in, tmp_path):
    profile = tmp_path / "seccomp.json"
    forbidden = ["landlock_create_ruleset"]
    rule = {"names": forbidden, "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}))
    done = handed_in.run(f"--security-opt=seccomp={profile}")
    assert done.returncode == USAGE and "this kernel has no Landlock" in done.stderr
    assert not handed_in.records()


@pytest.mark.slow
def test_a_container_that_is_stopped_ends_at_once(images, tmp_path):
    handed_in = Class(images, tmp_path, [*SAMPLES[:1], "s09-endless-loop"])
    options = [*handed_in.mounts, "--name=stopped"]
    command = images.command("lab1-grader", options=options)
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        end = time.monotonic() + 60
        while not handed_in.records() and time.monotonic() < end:
            time.sleep(0.2)
        start = time.monotonic()
        subprocess.run(
            [*images.podman, "kill", f"--signal={signal.SIGTERM}", "stopped"],
            check=True,
            capture_output=True,
        )
        assert running.wait(60) == INTERRUPTED
        assert "interrupted after 1 of 2 submissions" in running.stderr.read()
    assert time.monotonic() - start < AT_ONCE
