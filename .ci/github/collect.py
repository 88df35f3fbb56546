"""Fetch what students handed in on GitHub, as archives that nobody unpacks.

SUBMISSIONS is ``owner/prefix-``: one repository for each student, whose name goes on with the
student's, graded at its default branch; or ``owner/repository#pulls``: one open pull request for
each student, the newest if there are several.

Needs GH_TOKEN, a token that may read contents, metadata and pull requests. GITHUB_API_URL is the
address of another GitHub's API.
"""

import os
import sys
import urllib.parse
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from collecting import (
    PER_PAGE,
    SERVER,
    STUDENTS_OWN,
    Api,
    Commit,
    Place,
    Unavailable,
    collect,
    is_student,
    last_before,
    parser,
    read_options,
    stop,
    variable,
)

#: What GitHub notes of a branch that makes a commit its last one.
PUSHES = frozenset({"push", "force_push", "branch_creation", "pr_merge", "merge_queue_merge"})


class GitHub:
    """One owner's repositories.

    Parameters
    ----------
    api
        GitHub's.
    submissions
        As on the command line.
    """

    def __init__(self, api: Api, submissions: str):
        self._api = api
        self._owner, _, self._name = submissions.partition("/")

    def places(self) -> Iterator[Place]:
        """Yield where each student hands in."""
        if self._name.endswith("#pulls"):
            yield from self._pulls(f"{self._owner}/{self._name.removesuffix('#pulls')}")
        else:
            yield from self._repositories()

    def _repositories(self) -> Iterator[Place]:
        for found in self._api.pages(f"{self._list()}per_page={PER_PAGE}&page=1"):
            name = str(found.get("name"))
            student = name[len(self._name) :]
            owner = str((found.get("owner") or {}).get("login"))
            ours = name.casefold().startswith(self._name.casefold()) and is_student(student)
            if ours and owner.casefold() == self._owner.casefold() and not found.get("archived"):
                yield self._place(student, f"{owner}/{name}", str(found.get("default_branch")))

    def _list(self) -> str:
        """Return the path of the list of the owner's repositories."""
        owner = urllib.parse.quote(self._owner, safe="")
        if self._api.json(f"users/{owner}").get("type") == "Organization":
            return f"orgs/{owner}/repos?"
        # Of another user only what is public is listed, and submissions are not.
        return "user/repos?affiliation=owner,collaborator&"

    def _place(self, student: str, repository: str, branch: str) -> Place:
        path = f"repos/{urllib.parse.quote(repository)}"

        def find(deadline: datetime | None) -> Commit | None:
            try:
                found = self._last(path, branch, deadline)
            except Unavailable as error:
                if error.status == 409:  # "Git Repository is empty."
                    return None
                raise
            return found

        return Place(student, repository, find, lambda commit: f"{path}/tarball/{commit}")

    def _last(self, path: str, branch: str, deadline: datetime | None) -> Commit | None:
        commits = f"{path}/commits?per_page=1&sha={urllib.parse.quote(branch, safe='')}"
        if deadline is None:
            return _commit(next(self._api.pages(commits), None))
        if found := self._pushed(path, branch, deadline):
            return found[0]
        until = urllib.parse.quote(deadline.isoformat())
        return _commit(next(self._api.pages(f"{commits}&until={until}"), None))

    def _pushed(self, path: str, branch: str, deadline: datetime) -> tuple[Commit | None] | None:
        """Return the commit that was the branch's last at the deadline; None if it isn't known.

        What a commit says of its time is up to the student; GitHub notes when it was pushed.
        """
        ref = urllib.parse.quote(f"refs/heads/{branch}", safe="")
        try:
            noted = list(self._api.pages(f"{path}/activity?per_page={PER_PAGE}&ref={ref}"))
        except Unavailable as error:
            if error.status in (403, 404, 410):  # not for this token, or not on this GitHub
                return None
            raise
        pushes = [
            (str(each.get("after")), str(each.get("timestamp")))
            for each in noted
            if each.get("activity_type") in PUSHES and each.get("ref") == f"refs/heads/{branch}"
        ]
        return (last_before(pushes, deadline, SERVER),) if pushes else None

    def _pulls(self, repository: str) -> Iterator[Place]:
        path = f"repos/{urllib.parse.quote(repository)}"
        newest: dict[str, dict[str, Any]] = {}
        for found in self._api.pages(f"{path}/pulls?state=open&per_page={PER_PAGE}&page=1"):
            student = str((found.get("user") or {}).get("login"))
            if is_student(student) and type(found.get("number")) is int:
                newest[student] = max(newest.get(student, found), found, key=lambda p: p["number"])
        for student, pull in newest.items():
            yield self._pull(student, repository, path, pull)

    def _pull(self, student: str, repository: str, path: str, pull: dict[str, Any]) -> Place:
        head = pull.get("head") or {}

        def find(deadline: datetime | None) -> Commit | None:
            if deadline is None:
                return Commit(str(head.get("sha")))
            fork = (head.get("repo") or {}).get("full_name")
            if fork and (
                found := self._pushed(
                    f"repos/{urllib.parse.quote(fork)}", str(head.get("ref")), deadline
                )
            ):
                return found[0]
            listed = f"{path}/pulls/{pull['number']}/commits?per_page={PER_PAGE}&page=1"
            dated = [_commit(each) for each in self._api.pages(listed)]
            times = [(each.id, each.time) for each in reversed(dated) if each]
            return last_before(times, deadline, STUDENTS_OWN)

        return Place(student, repository, find, lambda commit: f"{path}/tarball/{commit}")


def _commit(found: dict[str, Any] | None) -> Commit | None:
    """Read a commit as GitHub lists it."""
    if found is None:
        return None
    committer = (found.get("commit") or {}).get("committer") or {}
    return Commit(str(found.get("sha")), str(committer.get("date") or ""), STUDENTS_OWN)


def main() -> int:
    """Collect, and return the exit status."""
    options = parser(
        "Fetch what students handed in on GitHub.",
        submissions="owner/prefix- or owner/repository#pulls",
    ).parse_args()
    owner, slash, name = options.submissions.partition("/")
    if not (owner and slash and name.removesuffix("#pulls")) or "/" in name:
        stop(f"{options.submissions!r} is neither owner/prefix- nor owner/repository#pulls")
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    secrets = {"Authorization": f"Bearer {variable('GH_TOKEN')}"}
    address = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    api = Api(address, headers, secrets, options.tries, options.backoff)
    try:
        return collect(api, GitHub(api, options.submissions).places(), read_options(options))
    except (Unavailable, OSError, ValueError) as error:
        stop(f"who hands in could not be listed: {error}")


if __name__ == "__main__":
    sys.exit(main())
