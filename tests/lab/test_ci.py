"""The workflows that are handed out: linted, and no token near students' code."""

import http.server
import io
import json
import os
import re
import stat
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
import yaml

from autograder.intake.gather import list_entries
from autograder.intake.submission import read_submission
from autograder.lab_file import load_lab

ROOT = Path(__file__).parents[2]
OWN = ROOT / ".github/workflows/test.yml"
CLASS, FEEDBACK = ROOT / ".ci/github/grade-class.yml", ROOT / ".ci/github/feedback.yml"
GITHUB = [OWN, CLASS, FEEDBACK]
GITLAB = ROOT / ".ci/gitlab/.gitlab-ci.yml"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def tool(name, *arguments):
    """Run a linter of this environment; return its exit status and its output."""
    command = [str(Path(sys.executable).parent / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    return done.returncode, done.stdout + done.stderr


def schema_problems(kind, *arguments):
    return tool("check-jsonschema", "--builtin-schema", kind, *arguments)


@pytest.mark.parametrize(
    "kind", ["vendor.github-workflows", "custom.github-workflows-require-timeout"]
)
def test_workflows_are_what_github_reads(kind):
    status, said = schema_problems(kind, *GITHUB)
    assert status == 0, said


def test_the_pipeline_is_what_gitlab_reads():
    status, said = schema_problems("vendor.gitlab-ci", "--data-transform", "gitlab-ci", GITLAB)
    assert status == 0, said


def test_workflows_have_no_known_weakness():
    status, said = tool("zizmor", "--offline", "--no-progress", "--persona=auditor", *GITHUB)
    assert status == 0, said


def test_the_linters_see_what_is_wrong(tmp_path):
    bad = tmp_path / "bad.yml"
    bad.write_text(OWN.read_text().replace("runs-on", "runs-no"))
    assert schema_problems("vendor.github-workflows", bad)[0] != 0
    injected = FEEDBACK.read_text().replace("python check.py", "echo ${{ github.head_ref }}")
    bad.write_text(injected)
    assert tool("zizmor", "--offline", "--no-progress", bad)[0] != 0


def jobs(path):
    return yaml.safe_load(path.read_text())["jobs"]


def test_no_token_is_where_students_code_runs():
    """Only the secret of the draws, which is of no use anywhere else."""
    grading = [job for job in jobs(CLASS).values() if "make grade" in json.dumps(job)]
    assert len(grading) == 1
    assert grading[0]["permissions"] == {"contents": "read"}
    assert re.findall(r"secrets\.\w+", json.dumps(grading[0])) == ["secrets.AUTOGRADER_SECRET"]
    assert grading[0]["environment"] == "grade"
    for path in GITHUB:
        assert "pull_request_target" not in path.read_text()
        assert "secrets." not in path.read_text() or path == CLASS
    for name, job in jobs(CLASS).items():
        assert ("secrets." in json.dumps(job)) == (name in ("collect", "grade", "publish"))


def test_what_is_printed_while_grading_is_no_command():
    steps = jobs(CLASS)["grade"]["steps"]
    (step,) = [step["run"] for step in steps if "make grade" in step.get("run", "")]
    stop, resume = step.index("::stop-commands::$token"), step.index('"::$token::"')
    assert stop < step.index("make grade") < resume


def test_in_gitlab_only_the_job_that_collects_has_the_token():
    pipeline = yaml.safe_load(GITLAB.read_text())
    assert pipeline["collect"]["environment"]["name"] == "collect"
    assert pipeline["grade"]["environment"]["name"] == "grade"
    assert "COLLECT_TOKEN" not in json.dumps(pipeline)


def test_what_the_workflows_run_is_there():
    makefile = (ROOT / "Makefile").read_text()
    for path in [*GITHUB, GITLAB]:
        text = path.read_text()
        for script in re.findall(r"\.ci/[\w/.]*\w", re.sub(r"#.*", "", text)):
            assert (ROOT / script).is_file(), script
        for target in re.findall(r"make (grade|output)\b", text):
            assert f"\n{target}: " in makefile
    assert (ROOT / "assignment/check.py").is_file()


# What the scripts fetch -----------------------------------------------------------------------

GH = r"""#!/usr/bin/env bash
echo "$@" >>"$LOG"
case "$*" in
"repo list"*) printf 'lab1-ann\nlab1-bob\nlab2-eve\nlab1-\nlab1-empty\n' ;;
*"lab1-empty/commits"*) exit 1 ;;
*"/commits?"*) echo COMMIT ;;
"pr list"*)
    printf '%s\to/c\tCOMMIT\n' ann app/bot .. ''
    printf 'bob\to/c\tx y\n'
    ;;
*"/tarball/"*) cat "$ARCHIVE" ;;
*"/comments"*) cat >>"$LOG.body" ;;
*) exit 9 ;;
esac
"""


def archive():
    """Return an archive as GitHub and GitLab make it: all files in one folder."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as members:
        for name in ["activation.py", "linear_layer.py", "model.py"]:
            content = (ROOT / "solution" / name).read_bytes()
            member = tarfile.TarInfo(f"o-lab1-ann-0123456/{name}")
            member.size = len(content)
            members.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.fixture
def github(tmp_path):
    """Return a function that runs a script with a `gh` that has a class to give."""
    (tmp_path / "archive").write_bytes(archive())
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text(GH.replace("COMMIT", COMMIT))
    (tmp_path / "bin/gh").chmod(stat.S_IRWXU)

    def run(script, *arguments):
        environment = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "LOG": str(tmp_path / "log"),
            "ARCHIVE": str(tmp_path / "archive"),
        }
        command = [ROOT / ".ci/github" / script, *map(str, arguments)]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True
        )

    return run


def gradable(folder):
    """Return the students whose submissions can be read whole."""
    lab = load_lab(ROOT / "lab.toml")
    entries = list_entries(folder, lab)
    assert all(not read_submission(entry, lab).problems for entry in entries)
    return [entry.student for entry in entries]


@pytest.mark.parametrize(
    ("submissions", "students", "repositories"),
    [
        ("o/lab1-", ["ann", "bob"], ["o/lab1-ann", "o/lab1-bob"]),
        ("o/c#pulls", ["ann"], ["o/c"]),
    ],
)
def test_github_gives_one_archive_for_each_student(
    github, tmp_path, submissions, students, repositories
):
    done = github("collect.sh", submissions, tmp_path / "collected")
    assert done.returncode == 0, done.stderr
    assert f"{len(students)} submissions" in done.stdout
    assert gradable(tmp_path / "collected/submissions") == students
    lines = (tmp_path / "collected/commits.tsv").read_text().splitlines()
    wanted = zip(students, repositories, strict=True)
    assert lines == [f"{student}\t{repository}\t{COMMIT}" for student, repository in wanted]


def test_each_student_reads_the_own_summary(github, tmp_path):
    collected, grades = tmp_path / "collected", tmp_path / "grades"
    github("collect.sh", "o/lab1-", collected)
    for student in ["ann", "bob"]:
        (grades / student).mkdir(parents=True)
        (grades / student / "summary.md").write_text(f"for {student}: 得分\n" + "分" * 30_000)
    assert github("publish.sh", collected, grades).returncode == 0
    log = (tmp_path / "log").read_text()
    assert f"repos/o/lab1-ann/commits/{COMMIT}/comments" in log
    body = (tmp_path / "log.body").read_text()  # UTF-8 to the last character
    assert "for ann: 得分" in body and len(body) < 2 * 65_536
    (grades / "ann" / "summary.md").unlink()
    done = github("publish.sh", collected, grades)
    assert done.returncode == 1 and "no summary for ann" in done.stderr


class GitLab(http.server.BaseHTTPRequestHandler):
    """A GitLab with one group."""

    more = ()

    def do_GET(self):
        found = [
            {"id": 1, "path": "lab1-ann", "empty_repo": False},
            {"id": 2, "path": "lab1-empty", "empty_repo": True},
            {"id": 3, "path": "other", "empty_repo": False},
            {"id": 4, "path": "lab1-../x", "empty_repo": False},
            *self.more,
        ]
        found = [{"namespace": {"id": 7, "full_path": "A/b"}} | each for each in found]
        if self.headers["PRIVATE-TOKEN"] != "secret":
            self.send_error(401)
        elif "/groups/a%2Fb/projects" in self.path:
            self.answer(json.dumps(found if "page=1&" in self.path else []).encode())
        elif self.path.endswith("/projects/1/repository/archive.tar.gz"):
            self.answer(archive())
        else:
            self.send_error(404)

    def answer(self, content):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def gitlab(tmp_path):
    """Yield a function that collects from a GitLab."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitLab)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    api = f"http://127.0.0.1:{server.server_address[1]}/api/v4"

    def run(**more):
        environment = {"CI_API_V4_URL": api, "COLLECT_TOKEN": "secret", "no_proxy": "*"} | more
        command = [sys.executable, ROOT / ".ci/gitlab/collect.py", "a/b", "lab1-", tmp_path]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    yield run
    server.shutdown()
    thread.join()
    server.server_close()


def test_gitlab_gives_one_archive_for_each_student(gitlab, tmp_path):
    done = gitlab()
    assert done.returncode == 0, done.stderr
    assert "1 submissions" in done.stdout
    assert gradable(tmp_path / "submissions") == ["ann"]


OUTSIDE = {"id": 8, "full_path": "mallory"}


def test_what_others_share_with_a_group_is_not_taken(gitlab, tmp_path, monkeypatch):
    shared = [{"id": 5, "path": "lab1-ann", "empty_repo": False, "namespace": OUTSIDE}]
    shared += [{"id": 6, "path": "lab1-bob", "empty_repo": False, "namespace": OUTSIDE}]
    monkeypatch.setattr(GitLab, "more", shared)
    done = gitlab()
    assert done.returncode == 0, done.stderr
    assert gradable(tmp_path / "submissions") == ["ann"]


def test_two_projects_for_one_student_cost_nobody_else(gitlab, tmp_path, monkeypatch):
    more = [{"id": number, "path": "lab1-bob", "empty_repo": False} for number in (5, 6)]
    more += [{"id": 9, "path": "lab1-eve", "empty_repo": False}]  # whose archive there is none of
    monkeypatch.setattr(GitLab, "more", more)
    done = gitlab()
    assert done.returncode == 3
    assert "lab1-bob: several projects are called so (5, 6)" in done.stderr
    assert "lab1-eve: its archive could not be fetched" in done.stderr
    assert gradable(tmp_path / "submissions") == ["ann"]
    pipeline = yaml.safe_load(GITLAB.read_text())
    assert pipeline["collect"]["allow_failure"] == {"exit_codes": [3]}
    assert pipeline["collect"]["artifacts"]["when"] == "always"


def test_gitlab_says_in_one_line_what_is_wrong(gitlab):
    done = gitlab(COLLECT_TOKEN="another")
    assert done.returncode == 1 and "401" in done.stderr and done.stderr.count("\n") == 1
