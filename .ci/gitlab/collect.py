"""Fetch what students handed in on GitLab, as archives that nobody unpacks.

``collect.py GROUP PREFIX FOLDER``: each project of the group whose path starts with the prefix is a
student's, and the rest of its path is the student's name. FOLDER gets
``submissions/<student>.tar.gz``, the default branch of each.

Needs GitLab's variable ``CI_API_V4_URL``, and ``COLLECT_TOKEN``. Nothing but Python.
"""

import json
import os
import re
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def main(group: str, prefix: str, folder: str) -> int:
    """Fetch everybody's archive; return how many there are."""
    target = Path(folder) / "submissions"
    target.mkdir(parents=True, exist_ok=True)
    found = 0
    for project in projects(group):
        student = project["path"].removeprefix(prefix)
        ours = project["path"].startswith(prefix) and re.fullmatch(r"[\w-][\w.-]*", student)
        if ours and not project.get("empty_repo"):
            archive = get(f"projects/{project['id']}/repository/archive.tar.gz")
            (target / f"{student}.tar.gz").write_bytes(archive)
            found += 1
    return found


def projects(group: str) -> Iterator[dict[str, Any]]:
    """Yield the group's projects, page by page."""
    page = 1
    while True:
        query = f"per_page=100&page={page}&archived=false&order_by=id&sort=asc"
        found = json.loads(get(f"groups/{urllib.parse.quote(group, safe='')}/projects?{query}"))
        if not found:
            return
        yield from found
        page += 1


def get(path: str) -> bytes:
    """Read from GitLab's API."""
    request = urllib.request.Request(f"{os.environ['CI_API_V4_URL']}/{path}")
    # "Unredirected": an address that GitLab sends us on to does not learn the token.
    request.add_unredirected_header("PRIVATE-TOKEN", os.environ["COLLECT_TOKEN"])
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: collect.py GROUP PREFIX FOLDER")
    try:
        count = main(*sys.argv[1:])
    except KeyError as error:
        sys.exit(f"collect: the variable {error} is not set")
    except OSError as error:
        sys.exit(f"collect: GitLab refused the request: {error}")
    print(f"{count} submissions are in {sys.argv[3]}/submissions")
