"""Fetch what students handed in on GitLab, as archives that nobody unpacks.

Each project of the group GROUP whose path starts with PREFIX is a student's, and the rest of its
path is the student's name; it is graded at its default branch.

Needs GitLab's variable CI_API_V4_URL, and COLLECT_TOKEN, a token that may read the API and the
repositories.
"""

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


class GitLab:
    """One group's own projects.

    Parameters
    ----------
    api
        GitLab's.
    group
        The path of the group, or its number.
    prefix
        What the students' projects start with.
    """

    def __init__(self, api: Api, group: str, prefix: str):
        self._api, self._group, self._prefix = api, group, prefix

    def places(self) -> Iterator[Place]:
        """Yield where each student hands in.

        What others share with the group is none of the class's: whoever may share could hand in
        for somebody else.
        """
        group = urllib.parse.quote(self._group, safe="")
        query = f"per_page={PER_PAGE}&page=1&sort=asc&order_by=id&archived=false&with_shared=false"
        for project in self._api.pages(f"groups/{group}/projects?{query}"):
            path = str(project.get("path"))
            student = path.removeprefix(self._prefix)
            # Should a GitLab not know with_shared: its own are those in its own namespace.
            if path.startswith(self._prefix) and is_student(student) and self._is_own(project):
                yield self._place(student, project)

    def _is_own(self, project: dict[str, Any]) -> bool:
        place = project.get("namespace") or {}
        path = str(place.get("full_path", ""))
        return self._group.casefold() == path.casefold() or self._group == str(place.get("id"))

    def _place(self, student: str, project: dict[str, Any]) -> Place:
        path, branch = f"projects/{int(project['id'])}", project.get("default_branch")

        def find(deadline: datetime | None) -> Commit | None:
            return self._last(path, str(branch), deadline)

        def archive(commit: str) -> str:
            return f"{path}/repository/archive.tar.gz?sha={commit}"

        why = "no commit" if project.get("empty_repo") or not branch else ""
        name = str(project.get("path_with_namespace") or f"{self._group}/{project['path']}")
        return Place(student, f"{name} ({project['id']})", find, archive, why)

    def _last(self, path: str, branch: str, deadline: datetime | None) -> Commit | None:
        ref = urllib.parse.quote(branch, safe="")
        commits = f"{path}/repository/commits?per_page=1&ref_name={ref}"
        if deadline is None:
            return _commit(next(self._api.pages(commits), None))
        if found := self._pushed(path, branch, deadline):
            return found[0]
        until = urllib.parse.quote(deadline.isoformat())
        return _commit(next(self._api.pages(f"{commits}&until={until}"), None))

    def _pushed(self, path: str, branch: str, deadline: datetime) -> tuple[Commit | None] | None:
        """Return the commit that was the branch's last at the deadline; None if it isn't known.

        What a commit says of its time is up to the student; GitLab notes when it was pushed.
        """
        try:
            listed = f"{path}/events?action=pushed&per_page={PER_PAGE}&page=1"
            noted = list(self._api.pages(listed))
        except Unavailable as error:
            if error.status in (403, 404):  # not for this token
                return None
            raise
        pushes = []
        for each in noted:
            push = each.get("push_data") or {}
            if push.get("ref") == branch and push.get("ref_type") == "branch":
                pushes.append((str(push.get("commit_to")), str(each.get("created_at"))))
        return (last_before(pushes, deadline, SERVER),) if pushes else None


def _commit(found: dict[str, Any] | None) -> Commit | None:
    """Read a commit as GitLab lists it."""
    if found is None:
        return None
    return Commit(str(found.get("id")), str(found.get("committed_date") or ""), STUDENTS_OWN)


def main() -> int:
    """Collect, and return the exit status."""
    options = parser(
        "Fetch what students handed in on GitLab.",
        group="the path of the group, or its number",
        prefix="what the students' projects start with",
    ).parse_args()
    secrets = {"PRIVATE-TOKEN": variable("COLLECT_TOKEN")}
    api = Api(variable("CI_API_V4_URL"), {}, secrets, options.tries, options.backoff)
    try:
        places = GitLab(api, options.group, options.prefix).places()
        return collect(api, places, read_options(options))
    except (Unavailable, OSError, ValueError) as error:
        stop(f"who hands in could not be listed: {error}")


if __name__ == "__main__":
    sys.exit(main())
