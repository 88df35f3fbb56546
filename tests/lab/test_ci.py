"""The workflows that are handed out: linted, and no token near students' code."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
OWN = ROOT / ".github/workflows/test.yml"
CLASS, FEEDBACK = ROOT / ".ci/github/grade-class.yml", ROOT / ".ci/github/feedback.yml"
GITHUB = [OWN, CLASS, FEEDBACK]
GITLAB = ROOT / ".ci/gitlab/.gitlab-ci.yml"
COLLECTING = ROOT / ".ci/collecting.py"
MISSING = (1, 3)
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


def test_somebody_who_is_missing_keeps_nobody_from_being_graded():
    assert f"SOMEBODY_IS_MISSING = {MISSING[0]}, {MISSING[1]}" in COLLECTING.read_text()
    collect = yaml.safe_load(GITLAB.read_text())["collect"]
    assert collect["allow_failure"] == {"exit_codes": [MISSING[1]]}
    assert collect["artifacts"]["when"] == "always"
    steps = jobs(CLASS)["collect"]["steps"]
    (step,) = [step["run"] for step in steps if step.get("id") == "collect"]
    assert f'[ "$status" = {MISSING[1]} ]' in step
    assert jobs(CLASS)["missing"]["needs"] == ["collect", "grade"]


def test_what_the_workflows_run_is_there():
    makefile = (ROOT / "Makefile").read_text()
    for path in [*GITHUB, GITLAB]:
        text = path.read_text()
        for script in re.findall(r"\.ci/[\w/.]*\w", re.sub(r"#.*", "", text)):
            assert (ROOT / script).is_file(), script
        for target in re.findall(r"make (grade|output)\b", text):
            assert f"\n{target}: " in makefile
    assert (ROOT / "assignment/check.py").is_file()


# What students are told --------------------------------------------------------------------------

GH = r"""#!/usr/bin/env bash
echo "$@" >>"$LOG"
case "$*" in
*"/comments"*) cat >>"$LOG.body" ;;
*) exit 9 ;;
esac
"""


def test_each_student_reads_the_own_summary(tmp_path):
    collected, grades = tmp_path / "collected", tmp_path / "grades"
    collected.mkdir()
    rows = [(student, f"o/lab1-{student}", COMMIT, "", "commit") for student in ["ann", "bob"]]
    (collected / "commits.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
    for student in ["ann", "bob"]:
        (grades / student).mkdir(parents=True)
        (grades / student / "summary.md").write_text(f"for {student}: 得分\n" + "分" * 30_000)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text(GH)
    (tmp_path / "bin/gh").chmod(stat.S_IRWXU)

    def publish():
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        command = [ROOT / ".ci/github/publish.sh", collected, grades]
        environment = {"PATH": path, "LOG": str(tmp_path / "log")}
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    assert publish().returncode == 0
    log = (tmp_path / "log").read_text()
    assert f"repos/o/lab1-ann/commits/{COMMIT}/comments" in log
    body = (tmp_path / "log.body").read_text()  # UTF-8 to the last character
    assert "for ann: 得分" in body and len(body) < 2 * 65_536
    (grades / "ann" / "summary.md").unlink()
    done = publish()
    assert done.returncode == 1 and "no summary for ann" in done.stderr
