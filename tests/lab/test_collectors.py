"""The collectors against a GitHub and a GitLab with bad days: who is fetched, and what is said."""

import io
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from autograder.intake.gather import list_entries
from autograder.intake.submission import read_submission
from autograder.lab_file import load_lab
from tests.lab import forges
from tests.lab.forges import BAD_GATEWAY, RATE, TOKEN, TOO_MANY, GitHub, GitLab, commit, serve

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ALL, NOTHING, MISSING = 0, 1, 3
DEADLINE = "2026-03-02T00:00:00+00:00"
ON_TIME, LATE = "2026-03-01T12:00:00Z", "2026-03-02T00:00:01Z"


def run(script, *arguments, **environment):
    command = [sys.executable, ROOT / ".ci" / script, *map(str, arguments), "--backoff=0.01"]
    environment = {"no_proxy": "*", "PATH": os.environ["PATH"]} | environment
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


class Class:
    """A forge, and what a collector takes from it."""

    def __init__(self, forge, folder):
        self.forge, self.folder = forge, folder

    def collect(self, *more, **environment):
        with serve(self.forge) as address:
            return self.run(address, *more, **environment)

    @property
    def students(self):
        """Those whose submissions can be read whole."""
        lab = load_lab(ROOT / "lab.toml")
        entries = list_entries(self.folder / "submissions", lab)
        assert all(not read_submission(entry, lab).problems for entry in entries)
        return [entry.student for entry in entries]

    @property
    def rows(self):
        lines = (self.folder / "commits.tsv").read_text().splitlines()
        return {row[0]: row[1:] for row in (line.split("\t") for line in lines)}

    @property
    def missing(self):
        lines = (self.folder / "missing.tsv").read_text().splitlines()
        return dict(line.split("\t") for line in lines)

    def content(self, student):
        """Return the number of the commit whose archive a student has."""
        archive = (self.folder / "submissions" / f"{student}.tar.gz").read_bytes()
        with tarfile.open(fileobj=io.BytesIO(archive)) as members:
            text = members.extractfile(members.getnames()[0]).read().decode()
        return int(text.splitlines()[-1].removeprefix("# "))


class OnGitHub(Class):
    def run(self, address, *more, submissions="o/lab1-", **environment):
        environment = {"GITHUB_API_URL": address, "GH_TOKEN": TOKEN} | environment
        return run("github/collect.py", submissions, self.folder, *more, **environment)


class OnGitLab(Class):
    def run(self, address, *more, **environment):
        environment = {"CI_API_V4_URL": f"{address}/api/v4", "COLLECT_TOKEN": TOKEN} | environment
        return run("gitlab/collect.py", "a/b", "lab1-", self.folder, *more, **environment)


@pytest.fixture
def github(tmp_path):
    return OnGitHub(GitHub(), tmp_path / "collected")


@pytest.fixture
def gitlab(tmp_path):
    return OnGitLab(GitLab(), tmp_path / "collected")


@pytest.fixture(params=["github", "gitlab"])
def both(request):
    return request.getfixturevalue(request.param)


ARCHIVE_OF_BOB = {"OnGitHub": "lab1-bob/tarball", "OnGitLab": "projects/5/repository/archive"}


def archive_of_bob(one):
    return ARCHIVE_OF_BOB[type(one).__name__]


def test_each_student_is_an_archive(both):
    done = both.collect()
    assert done.returncode == ALL, done.stderr
    assert "2 submissions" in done.stdout and done.stderr == ""
    assert both.students == ["ann", "bob"] and both.missing == {}
    numbers = {"OnGitHub": 2, "OnGitLab": 5}
    assert both.rows["bob"][1] == commit(numbers[type(both).__name__])
    assert all(token for _, token in both.forge.asked)


def test_all_pages_are_read(github, gitlab):
    ids = range(100, 351)
    for number in ids:
        student, times = f"s{number}", ("2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z")
        github.forge.repositories[f"lab1-{student}"] = [(number, *times)]
        gitlab.forge.projects.append(GitLab.project(number, f"lab1-{student}"))
        gitlab.forge.commits[number] = [(number, *times)]
    for one in (github, gitlab):
        one.forge.per_page = 100
        assert one.collect().returncode == ALL
        assert len(one.rows) == 2 + len(ids)
        assert one.content("s350") == 350


FAULTS = {
    "a bad gateway": [BAD_GATEWAY, BAD_GATEWAY],
    "too many requests": [TOO_MANY],
    "a limit": [RATE],
    "a limit with a date": [forges.RATE_BY_DATE],
    "a limit with a reset": [forges.RATE_BY_RESET],
    "cut off": ["cut", "cut"],
    "cut off without a length": ["cut quietly", BAD_GATEWAY],
    "an empty archive": ["empty"],
    "a page in place of an archive": ["page"],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_what_fails_for_a_while_is_tried_again(github, faults):
    part = archive_of_bob(github)
    github.forge.fail(part, *faults)
    done = github.collect()
    assert done.returncode == ALL, done.stderr
    assert github.students == ["ann", "bob"]
    assert github.forge.times(part) == 1 + len(faults)
    assert done.stderr.count("trying again") == len(faults)


def test_a_server_that_says_when_is_waited_for(github):
    github.forge.fail("lab1-bob/tarball", RATE)
    began = time.monotonic()
    assert github.collect().returncode == ALL
    assert time.monotonic() - began >= 1


def test_lists_are_tried_again_too(both):
    for part in ("repos?", "projects?"):
        both.forge.fail(part, BAD_GATEWAY, "page", "cut")
    assert both.collect().returncode == ALL
    assert both.students == ["ann", "bob"]


LASTING = {
    "a bad gateway": (BAD_GATEWAY, "after 6 tries: the server answered 502"),
    "forbidden": (forges.FORBIDDEN, "the server answered 403"),
    "cut off": ("cut", "after 6 tries: the archive was cut off"),
    "cut off without a length": ("cut quietly", "after 6 tries: the archive was cut off"),
    "empty": ("empty", "after 6 tries: the archive was empty"),
    "without a file": ("bare", "there are no files in its archive"),
    "far away": (
        (429, {"Retry-After": "86400"}),
        "the server answered 429 (Too Many Requests); it says",
    ),
}


@pytest.mark.parametrize(("fault", "says"), LASTING.values(), ids=LASTING)
def test_who_cannot_be_fetched_is_said_and_costs_nobody_else(gitlab, fault, says):
    gitlab.forge.fail(archive_of_bob(gitlab), *[fault] * 10)
    done = gitlab.collect()
    assert done.returncode == MISSING
    assert f"collect: missing: bob: {says}" in done.stderr
    assert "Traceback" not in done.stderr and TOKEN not in done.stderr
    assert gitlab.students == ["ann"] and list(gitlab.rows) == ["ann"]
    assert says in gitlab.missing["bob"]
    assert os.listdir(gitlab.folder / "submissions") == ["ann.tar.gz"]


def test_a_fetch_that_fails_leaves_no_archive_of_an_earlier_one(both):
    assert both.collect().returncode == ALL
    both.forge.fail(archive_of_bob(both), *[BAD_GATEWAY] * 6)
    assert both.collect().returncode == MISSING
    assert both.students == ["ann"]


def test_a_server_that_refuses_everything_is_one_sentence(both):
    done = both.collect(GH_TOKEN="another", COLLECT_TOKEN="another")
    assert done.returncode == NOTHING
    assert done.stderr.count("\n") == 1 and "401" in done.stderr


def test_a_server_that_is_not_there_is_said(both):
    done = both.run("http://127.0.0.1:1", "--tries=2")
    assert done.returncode == NOTHING
    assert "could not be listed: after 2 tries: no answer: " in done.stderr


def test_without_a_token_nothing_is_tried(both):
    done = both.collect(GH_TOKEN="", COLLECT_TOKEN="")
    assert done.returncode == NOTHING and "is not set" in done.stderr
    assert both.forge.asked == []


def test_who_has_no_commit_is_missing(github, gitlab):
    github.forge.repositories["lab1-new"] = []
    gitlab.forge.projects.append(GitLab.project(8, "lab1-new", empty_repo=True))
    for one in (github, gitlab):
        assert one.collect().returncode == MISSING
        assert one.missing == {"new": "no commit"} and one.students == ["ann", "bob"]


def test_who_should_be_there_and_is_not_is_missing(both, tmp_path):
    (tmp_path / "students").write_text("ann\n\nBob\nzoe\n")
    done = both.collect("--students", tmp_path / "students")
    assert done.returncode == MISSING
    assert both.missing == {"zoe": "there is no place where this student hands in"}


# The deadline -----------------------------------------------------------------------------------

COMMITS = {
    # Pushed, and dated by the student's own computer.
    "bob": [(12, LATE, LATE), (11, ON_TIME, ON_TIME), (10, ON_TIME, ON_TIME)],
    "backdated": [(22, LATE, ON_TIME), (21, ON_TIME, ON_TIME)],
    "late": [(31, LATE, ON_TIME)],
}


def with_commits(one):
    for number, (student, commits) in enumerate(COMMITS.items(), 50):
        if isinstance(one.forge, GitHub):
            one.forge.repositories[f"lab1-{student}"] = commits
        else:
            one.forge.projects = [
                each for each in one.forge.projects if each["path"] != f"lab1-{student}"
            ]
            one.forge.projects.append(GitLab.project(number, f"lab1-{student}"))
            one.forge.commits[number] = commits


def test_the_last_push_before_the_deadline_counts(both):
    with_commits(both)
    done = both.collect(f"--deadline={DEADLINE}")
    assert done.returncode == MISSING, done.stderr
    assert both.students == ["ann", "backdated", "bob"]
    assert both.missing == {"late": "no commit came before the deadline"}
    assert both.rows["bob"][1:] == [commit(11), ON_TIME, "push"] and both.content("bob") == 11
    assert both.rows["backdated"][1:] == [commit(21), ON_TIME, "push"]
    assert f"bob: {commit(11)}, pushed at {ON_TIME}" in done.stdout


def test_where_no_push_is_known_the_commits_date_counts_and_that_is_said(both):
    with_commits(both)
    both.forge.activity = False
    done = both.collect(f"--deadline={DEADLINE}")
    assert done.returncode == ALL, done.stderr
    assert both.rows["bob"][1:] == [commit(11), ON_TIME, "commit"]
    assert both.rows["backdated"][1:] == [commit(22), ON_TIME, "commit"]
    assert f"backdated: {commit(22)}, of {ON_TIME} by the commit's own date" in done.stdout


def test_without_a_deadline_the_last_commit_counts(both):
    with_commits(both)
    assert both.collect("--deadline=").returncode == ALL
    assert both.content("bob") == 12


@pytest.mark.parametrize("text", ["tomorrow", "2026-03-02", "2026-03-02T00:00:00"])
def test_a_deadline_without_its_offset_is_refused(both, text):
    done = both.collect(f"--deadline={text}")
    assert done.returncode == 2 and "is no time with an offset" in done.stderr


# What each has of its own -----------------------------------------------------------------------


def test_pull_requests(github):
    github.forge.pulls = [
        (1, "ann", [(1, ON_TIME, ON_TIME)]),
        (2, "bob", COMMITS["bob"]),
        (3, "ann", COMMITS["backdated"]),
        (4, "../x", COMMITS["late"]),
    ]
    assert github.collect(submissions="o/c#pulls").returncode == ALL
    assert github.students == ["ann", "bob"]
    assert github.rows["ann"][:2] == ["o/c", commit(22)]
    options = {"submissions": "o/c#pulls"}
    assert github.collect(f"--deadline={DEADLINE}", **options).returncode == ALL
    assert github.rows["ann"][1:] == [commit(21), ON_TIME, "push"]
    github.forge.activity = False
    assert github.collect(f"--deadline={DEADLINE}", **options).returncode == ALL
    assert github.rows["ann"][1:] == [commit(22), ON_TIME, "commit"]
    assert github.rows["bob"][1:] == [commit(11), ON_TIME, "commit"]


def test_the_repositories_of_a_person(github):
    github.forge.owner = {"login": "o", "type": "User"}
    assert github.collect().returncode == ALL
    assert github.students == ["ann", "bob"]
    assert github.forge.times("user/repos?affiliation=owner") == 3


def test_where_archives_are_kept_the_token_does_not_go(github):
    store = GitHub()
    with serve(store, public=True) as address:
        github.forge.redirects_to = address
        assert github.collect().returncode == ALL
    assert github.students == ["ann", "bob"]
    assert store.asked and not any(token for _, token in store.asked)


@pytest.mark.parametrize("submissions", ["o", "o/", "/x", "o/#pulls", "o/a/b"])
def test_what_names_no_submissions_is_refused(github, submissions):
    done = github.collect(submissions=submissions)
    assert done.returncode == NOTHING and "is neither owner/prefix- nor" in done.stderr


def test_what_others_share_with_a_group_is_not_taken(gitlab):
    outside = {"id": 8, "full_path": "mallory"}
    for number, path in ((8, "lab1-ann"), (9, "lab1-eve")):
        gitlab.forge.projects.append(GitLab.project(number, path, namespace=outside))
        gitlab.forge.commits[number] = [(number, ON_TIME, ON_TIME)]
    assert gitlab.collect().returncode == ALL
    assert gitlab.students == ["ann", "bob"] and gitlab.content("ann") == 1


def test_two_projects_for_one_student_cost_nobody_else(gitlab):
    gitlab.forge.projects.append(GitLab.project(6, "lab1-bob"))
    done = gitlab.collect()
    assert done.returncode == MISSING
    assert "several places are called so (A/b/lab1-bob (5), A/b/lab1-bob (6))" in done.stderr
    assert gitlab.students == ["ann"]
