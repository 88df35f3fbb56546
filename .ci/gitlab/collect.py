"""Fetch what students handed in on GitLab, as archives that nobody unpacks.

``collect.py GROUP PREFIX FOLDER``: each project of the group whose path starts with the prefix is a
student's, and the rest of its path is the student's name. FOLDER gets
``submissions/<student>.tar.gz``, the default branch of each. The exit status is 3 if some could not
be taken, and 1 if nothing was.

Needs GitLab's variable ``CI_API_V4_URL``, and ``COLLECT_TOKEN``. Nothing but Python.
"""

import http.client
import json
import os
import re
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOME_ARE_MISSING = 3
#: Of an answer in bytes; the grader reads smaller ones only.
LIMIT = 256 << 20


def main(group: str, prefix: str, folder: str) -> tuple[int, list[str]]:
    """Fetch everybody's archive; return how many there are, and what was not taken."""
    target = Path(folder) / "submissions"
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    theirs: dict[str, list[dict[str, Any]]] = {}
    for project in projects(group):
        student = project["path"].removeprefix(prefix)
        ours = project["path"].startswith(prefix) and re.fullmatch(r"[\w-][\w.-]*", student)
        if ours and not project.get("empty_repo"):
            theirs.setdefault(student.casefold(), []).append(project)
    found, problems = 0, []
    for project, *more in theirs.values():
        name = project["path"]
        if more:
            numbers = ", ".join(str(each["id"]) for each in (project, *more))
            problems.append(f"{name}: several projects are called so ({numbers}); leave one")
            continue
        try:
            archive = get(f"projects/{project['id']}/repository/archive.tar.gz")
            (target / f"{name.removeprefix(prefix)}.tar.gz").write_bytes(archive)
            found += 1
        except (OSError, ValueError, http.client.HTTPException) as error:
            problems.append(f"{name}: its archive could not be fetched: {error}")
    return found, problems


def projects(group: str) -> Iterator[dict[str, Any]]:
    """Yield the group's own projects, page by page.

    What others share with the group is none of the class's: whoever may share could hand in for
    somebody else.
    """
    page = 1
    while True:
        query = f"per_page=100&page={page}&sort=asc&archived=false&with_shared=false&order_by=id"
        found = json.loads(get(f"groups/{urllib.parse.quote(group, safe='')}/projects?{query}"))
        if not found:
            return
        # Should a GitLab not know with_shared: the group's own are those in its own namespace.
        yield from (each for each in found if is_own(each, group))
        page += 1


def is_own(project: dict[str, Any], group: str) -> bool:
    """Tell whether a project lies in the group itself, which is named by its path or number."""
    place = project.get("namespace", {})
    path = str(place.get("full_path", ""))
    return group.casefold() == path.casefold() or group == str(place.get("id"))


def get(path: str) -> bytes:
    """Read from GitLab's API."""
    request = urllib.request.Request(f"{os.environ['CI_API_V4_URL']}/{path}")
    # "Unredirected": an address that GitLab sends us on to does not learn the token.
    request.add_unredirected_header("PRIVATE-TOKEN", os.environ["COLLECT_TOKEN"])
    with urllib.request.urlopen(request, timeout=60) as answer:
        content = bytes(answer.read(LIMIT + 1))
    if len(content) > LIMIT:
        raise ValueError(f"it is larger than {LIMIT >> 20} MiB")
    return content


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: collect.py GROUP PREFIX FOLDER")
    try:
        count, problems = main(*sys.argv[1:])
    except KeyError as error:
        sys.exit(f"collect: the variable {error} is not set")
    except (OSError, ValueError, http.client.HTTPException) as error:
        sys.exit(f"collect: GitLab refused the request: {error}")
    print(f"{count} submissions are in {sys.argv[3]}/submissions")
    for problem in problems:
        print(f"collect: not taken: {problem}", file=sys.stderr)
    sys.exit((SOME_ARE_MISSING if count else 1) if problems else 0)
