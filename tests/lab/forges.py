"""A GitHub and a GitLab on loopback, as far as collectors use them, with their bad days."""

import contextlib
import http.server
import io
import json
import tarfile
import threading
import time
import urllib.parse
from collections import defaultdict
from email.utils import formatdate
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-that-nobody-else-may-see"


def commit(number):
    """Return the id of a commit."""
    return f"{number:040x}"


def archive(number=0):
    """Return an archive as GitHub and GitLab make it: all files in one folder."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as members:
        for name in ["activation.py", "linear_layer.py", "model.py"]:
            content = (ROOT / "solution" / name).read_bytes() + f"# {number}\n".encode()
            member = tarfile.TarInfo(f"o-lab1-ann-0123456/{name}")
            member.size = len(content)
            members.addfile(member, io.BytesIO(content))
    return file.getvalue()


def bare_archive():
    """Return an archive in which there is nothing."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz"):
        pass
    return file.getvalue()


class Forge:
    """What a fake has, and what goes wrong with it.

    Attributes
    ----------
    faults
        Part of a path -> what happens to the next requests of such a path, one after the other.
    asked
        The paths of all requests, and whether the token came with them.
    per_page
        Entries on a page, whatever was asked for.
    """

    def __init__(self):
        self.faults = defaultdict(list)
        self.asked = []
        self.per_page = 2
        self.redirects_to = None

    def fail(self, part, *faults):
        self.faults[part].extend(faults)

    def times(self, part):
        return sum(part in path for path, _ in self.asked)

    def answer(self, path, query):
        """Return the content of an answer: bytes, what becomes JSON, or a number, a status."""
        raise NotImplementedError


class Handler(http.server.BaseHTTPRequestHandler):
    forge = None

    def do_GET(self):
        token = TOKEN in f"{self.headers.get('Authorization')} {self.headers.get('PRIVATE-TOKEN')}"
        self.forge.asked.append((self.path, token))
        fault = None
        for part, faults in self.forge.faults.items():
            if part in self.path and faults:
                fault = faults.pop(0)
                break
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        path = urllib.parse.unquote(url.path)
        if self.forge.redirects_to and "tarball" in path:
            self.send_response(302)
            self.send_header("Location", f"{self.forge.redirects_to}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = self.forge.answer(path, query) if token or self.forge.public else 401
        if isinstance(fault, tuple):
            self.refuse(*fault)
        elif isinstance(content, int):
            self.refuse(content, {})
        else:
            self.give(content, query, fault)

    def refuse(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def give(self, content, query, fault):
        headers = {}
        if isinstance(content, list):
            page, size = int(query.get("page", 1)), min(self.forge.per_page, len(content) or 1)
            size = min(size, int(query.get("per_page", 30)))
            if page * size < len(content):
                following = urllib.parse.urlencode(query | {"page": page + 1})
                # As behind a proxy that nobody told the outer address.
                headers["Link"] = f'<http://inner.invalid/x?{following}>; rel="next", <x>; rel="a"'
            content = content[(page - 1) * size : page * size]
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        length = len(content)
        if fault == "empty":
            content, length = b"", 0
        elif fault == "page":
            content = b"<html>We are having a bad day.</html>"
            length = len(content)
        elif fault == "cut":
            content = content[: length // 2]
        elif fault == "cut quietly":  # without a length, as where an archive is made on the way
            content, length = content[: length // 2], None
        elif fault == "bare":
            content = bare_archive()
            length = len(content)
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serve(forge, public=False):
    """Serve a fake; yield its address."""
    forge.public = public
    handler = type("OneHandler", (Handler,), {"forge": forge})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


#: A server's bad days: status and headers.
RATE = (403, {"Retry-After": "1"})
RATE_BY_DATE = (429, {"Retry-After": formatdate(time.time() + 1, usegmt=True)})
RATE_BY_RESET = (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"})
TOO_MANY = (429, {})
BAD_GATEWAY = (502, {})
FORBIDDEN = (403, {})


class GitHub(Forge):
    """A GitHub with an organization ``o``.

    Attributes
    ----------
    repositories
        Name -> its commits, newest first: number, the time of the push, the time in the commit.
    pulls
        Author -> number and commits.
    activity
        Whether the token may read when was pushed.
    """

    def __init__(self):
        super().__init__()
        self.repositories = {
            "lab1-ann": [(1, "2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z")],
            "lab2-eve": [(9, "2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z")],
            "lab1-bob": [(2, "2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z")],
            "lab1-": [],
        }
        self.pulls = {}
        self.activity = True
        self.owner = {"login": "o", "type": "Organization"}

    def answer(self, path, query):
        match path.strip("/").split("/"):
            case ["users", _]:
                return self.owner
            case ["orgs", "o", "repos"] | ["user", "repos"]:
                return [
                    {"name": name, "owner": self.owner, "default_branch": "main"}
                    for name in self.repositories
                ] + [{"name": "lab1-mallory", "owner": {"login": "m"}, "default_branch": "main"}]
            case ["repos", "o", name, "commits"]:
                return self.commits(self.repositories[name], query) or 409
            case ["repos", "o", name, "activity"]:
                return self.pushes(self.repositories[name], query)
            case ["repos", "o", "c", "pulls"]:
                return [
                    {
                        "number": number,
                        "user": {"login": author},
                        "head": {
                            "sha": commit(commits[0][0]),
                            "ref": "work",
                            "repo": {"full_name": f"{author}/c"},
                        },
                    }
                    for number, author, commits in self.pulls
                ]
            case ["repos", "o", "c", "pulls", number, "commits"]:
                (found,) = (each for each in self.pulls if str(each[0]) == number)
                return self.commits(found[2], query)[::-1]
            case ["repos", author, "c", "activity"]:
                commits = {name: commits for _, name, commits in self.pulls}[author]
                return self.pushes(commits, query, "work")
            case ["repos", _, _, "tarball", number]:
                return archive(int(number, 16))
        return 404

    def commits(self, commits, query):
        return [
            {"sha": commit(number), "commit": {"committer": {"date": own}}}
            for number, _, own in commits
            if own <= query.get("until", "9").replace("+00:00", "Z")
        ]

    def pushes(self, commits, query, branch="main"):
        if not self.activity:
            return 403
        assert query["ref"] == f"refs/heads/{branch}"
        kinds = ["push"] * (len(commits) - 1) + ["branch_creation"]
        return [
            {
                "after": commit(number),
                "timestamp": pushed,
                "activity_type": kind,
                "ref": query["ref"],
            }
            for (number, pushed, _), kind in zip(commits, kinds, strict=True)
        ]


NAMESPACE = {"id": 7, "full_path": "A/b"}


class GitLab(Forge):
    """A GitLab with a group ``A/b``; see `GitHub`."""

    def __init__(self):
        super().__init__()
        self.projects = [
            self.project(1, "lab1-ann"),
            self.project(3, "other"),
            self.project(4, "lab1-../x"),
            self.project(5, "lab1-bob"),
        ]
        times = ("2026-03-01T10:00:00.123Z", "2026-03-01T09:00:00.000+00:00")
        self.commits = {1: [(1, *times)], 5: [(5, *times)]}
        self.activity = True

    @staticmethod
    def project(number, path, **more):
        return {
            "id": number,
            "path": path,
            "path_with_namespace": f"A/b/{path}",
            "empty_repo": False,
            "default_branch": "main",
            "namespace": NAMESPACE,
        } | more

    def answer(self, path, query):
        match path.strip("/").split("/"):
            case ["api", "v4", "groups", "a", "b", "projects"]:
                return self.projects
            case ["api", "v4", "projects", number, "repository", "commits"]:
                until = query.get("until", "9")
                return [
                    {"id": commit(each), "committed_date": own}
                    for each, _, own in self.commits.get(int(number), [])
                    if own <= until
                ]
            case ["api", "v4", "projects", number, "events"] if self.activity:
                return [
                    {
                        "created_at": pushed,
                        "push_data": {"ref_type": "branch", "ref": "main", "commit_to": commit(n)},
                    }
                    for n, pushed, _ in self.commits.get(int(number), [])
                ]
            case ["api", "v4", "projects", number, "repository", "archive.tar.gz"]:
                known = {commit(each[0]) for each in self.commits.get(int(number), [])}
                return archive(int(query["sha"], 16)) if query["sha"] in known else 404
        return 404
