"""What the collectors share: reading an API that has bad days, and keeping whole archives only.

A collector lists who hands in where (`Place`); `collect` takes from each the last commit before the
deadline and fetches its archive, which nobody unpacks. The folder gets
``submissions/<student>.tar.gz``; ``commits.tsv``, of what was taken: student, repository, commit,
when, and by whose clock; and ``missing.tsv``: who is missing, and why. Nothing but Python's
standard library is used.
"""

import argparse
import datetime
import email.utils
import http.client
import json
import os
import random
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any, NoReturn

#: Exit statuses besides 0: nothing could be collected; somebody is missing.
FAILED, SOMEBODY_IS_MISSING = 1, 3
#: Bytes of an answer and of an archive; the grader reads smaller ones only.
ANSWER_LIMIT, ARCHIVE_LIMIT = 64 << 20, 256 << 20
#: Bytes that an archive is unpacked to, to see that it is whole; what goes on is kept unseen.
UNPACKED_LIMIT = 1 << 30
CHUNK = 1 << 20
#: Seconds to wait for an answer, and at most for a server that asks for patience.
TIMEOUT, PATIENCE = 60, 900
PER_PAGE = 100
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
STUDENT = re.compile(r"[\w-][\w.-]*")
#: Whose clock says when a commit came.
SERVER, STUDENTS_OWN = "push", "commit"
Headers = Mapping[str, str] | Message


class Unavailable(Exception):
    """Something can't be fetched; the text says why."""

    def __init__(self, why: str, status: int = 0):
        super().__init__(why)
        self.status = status


class Again(Exception):
    """It may go well next time; the text says what went wrong, `wait` when to try again."""

    def __init__(self, why: str, status: int = 0, wait: float | None = None):
        super().__init__(why)
        self.status, self.wait = status, wait


class Api:
    """A web API that is asked again when it fails for a while.

    Parameters
    ----------
    address
        What all paths are relative to.
    headers
        Of every request.
    secrets
        Further headers, which an address that we are sent on to does not get.
    tries
        How often a request is made at most.
    backoff
        Seconds before the second try; twice as many before each further one, unless the server
        says how many.
    """

    def __init__(
        self,
        address: str,
        headers: Mapping[str, str],
        secrets: Mapping[str, str],
        tries: int = 6,
        backoff: float = 1.0,
    ):
        self._address, self._headers, self._secrets = address.rstrip("/"), headers, secrets
        self._tries, self._backoff = tries, backoff

    def json(self, path: str) -> Any:
        """Return an answer.

        Raises
        ------
        Unavailable
            If there is none, or it is no JSON.
        """
        return self._patiently(path, self._read_json)[0]

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield what is on all pages of a list, each of which says which is the next.

        Raises
        ------
        Unavailable
            If a page can't be fetched, or is no list.
        """
        place = path.partition("?")[0]
        seen = set()
        while path not in seen:  # a list that goes round in circles would have no end
            seen.add(path)
            found, headers = self._patiently(path, self._read_json)
            if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
                raise Unavailable("the answer is no list")
            yield from found
            following = re.search(r'<([^<>]*)>\s*;\s*rel="?next"?', headers.get("Link") or "")
            if following:
                # Only what it asks for: a link to somewhere else is not followed.
                path = f"{place}?{urllib.parse.urlsplit(following[1]).query}"
            elif len(found) == PER_PAGE and (number := re.search(r"(?<=[?&]page=)\d+", path)):
                path = path[: number.start()] + str(int(number[0]) + 1) + path[number.end() :]
            else:
                return

    def archive(self, path: str, target: Path) -> None:
        """Fetch an archive; it is there whole or not at all.

        Raises
        ------
        Unavailable
            If it can't be fetched, is empty, or is no whole ``.tar.gz``.
        """
        part = target.with_name(f".{target.name}.part")
        try:
            self._patiently(path, lambda answer: save(answer, part))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def _patiently(
        self, path: str, read: Callable[[http.client.HTTPResponse], Any]
    ) -> tuple[Any, Headers]:
        request = urllib.request.Request(f"{self._address}/{path}", headers=dict(self._headers))
        for name, value in self._secrets.items():
            request.add_unredirected_header(name, value)
        for attempt in range(1, self._tries + 1):
            try:
                return self._once(request, read)
            except Again as problem:
                wait = self._backoff * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)
                wait = max(wait, problem.wait or 0.0)
                if attempt == self._tries:
                    times = f"after {attempt} tries: {problem}"
                    raise Unavailable(times, problem.status) from problem
                if wait > PATIENCE:
                    later = f"{problem}; it says to come back in {wait / 60:.0f} minutes"
                    raise Unavailable(later, problem.status) from problem
                print(f"collect: {problem}; trying again in {wait:.0f} s", file=sys.stderr)
                time.sleep(wait)
        raise AssertionError("at least one try is made")

    @staticmethod
    def _once(
        request: urllib.request.Request, read: Callable[[http.client.HTTPResponse], Any]
    ) -> tuple[Any, Headers]:
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return read(answer), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                text = f"the server answered {error.code} ({one_line(str(error.reason))})"
                wait = patience(error.headers)
                if error.code in (429, 500, 502, 503, 504) or (error.code == 403 and wait):
                    raise Again(text, error.code, wait) from error
                raise Unavailable(text, error.code) from error
        except http.client.IncompleteRead as error:
            raise Again("the answer was cut off") from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise Again(one_line(f"no answer: {reason or type(error).__name__}")) from error

    @staticmethod
    def _read_json(answer: http.client.HTTPResponse) -> Any:
        content = answer.read(ANSWER_LIMIT + 1)
        if len(content) > ANSWER_LIMIT:
            raise Unavailable(f"the answer is larger than {ANSWER_LIMIT >> 20} MiB")
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Again("the answer is no JSON") from error


def patience(headers: Headers) -> float | None:
    """Return for how many seconds a server asks us to wait; None if it does not.

    It says so in ``Retry-After``, in seconds or as a date, or, as GitHub does, in the time at which
    a limit that is used up is set back.
    """
    until = None
    if (after := headers.get("Retry-After", "").strip()).isdecimal():
        return float(after)
    if after:
        try:
            until = email.utils.parsedate_to_datetime(after).timestamp()
        except ValueError:
            return None
    elif headers.get("X-RateLimit-Remaining") == "0":
        reset = headers.get("X-RateLimit-Reset", "")
        until = float(reset) if reset.isdecimal() else None
    return None if until is None else max(1.0, until - time.time())


def save(answer: http.client.HTTPResponse, path: Path) -> None:
    """Write an archive to a file, and see on the way that it is a whole ``.tar.gz`` with content.

    Raises
    ------
    Again
        If it was cut off.
    Unavailable
        If it is something else.
    """
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    size = unpacked = 0
    with path.open("wb") as file:
        while content := answer.read(CHUNK):
            size += len(content)
            if size > ARCHIVE_LIMIT:
                raise Unavailable(f"its archive is larger than {ARCHIVE_LIMIT >> 20} MiB")
            file.write(content)
            while content and not unpacker.eof and unpacked < UNPACKED_LIMIT:
                try:
                    some = unpacker.decompress(content, CHUNK)
                except zlib.error as error:
                    raise Again("what came is no archive, or a damaged one") from error
                if not unpacked and not some.strip(b"\0"):
                    some = b""  # a tar without members is zeros
                unpacked += len(some)
                content = unpacker.unconsumed_tail
    if not size:
        raise Again("the archive was empty")
    if not unpacker.eof and unpacked < UNPACKED_LIMIT:
        raise Again("the archive was cut off")
    if not unpacked:
        raise Unavailable("there are no files in its archive")


# Who hands in, and what of it counts ------------------------------------------------------------


@dataclass(frozen=True)
class Commit:
    """What is taken of somebody.

    Attributes
    ----------
    id
        Its name in git.
    time
        When it was handed in; empty if nobody asked.
    clock
        Who says so: `SERVER`, when it was pushed; or `STUDENTS_OWN`, as it stands in the commit.
    """

    id: str
    time: str = ""
    clock: str = ""


@dataclass(frozen=True)
class Place:
    """Where a student hands in.

    Attributes
    ----------
    student
        Who.
    repository
        What it is called, for people.
    find
        Finds the last commit before the deadline, or the last one; None if there is none.
    archive
        Gives the path of a commit's archive in the API.
    why
        Why nothing can be taken from it, if that is known.
    """

    student: str
    repository: str
    find: Callable[[datetime.datetime | None], Commit | None]
    archive: Callable[[str], str]
    why: str = ""


@dataclass(frozen=True)
class Options:
    """What a collector was told besides where to look."""

    folder: Path
    deadline: datetime.datetime | None
    students: tuple[str, ...]


def collect(api: Api, places: Iterable[Place], options: Options) -> int:
    """Fetch everybody's archive, say who is missing, and return the exit status."""
    target = options.folder / "submissions"
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    by_student: dict[str, list[Place]] = {}
    for place in places:
        by_student.setdefault(place.student.casefold(), []).append(place)
    taken: list[tuple[str, ...]] = []
    missing: list[tuple[str, ...]] = []
    for several in by_student.values():
        place = several[0]
        path = target / f"{place.student}.tar.gz"
        try:
            if len(several) > 1:
                names = ", ".join(each.repository for each in several)
                raise Unavailable(f"several places are called so ({names}); leave one")
            commit = _fetch(api, place, path, options.deadline)
            taken.append((place.student, place.repository, commit.id, commit.time, commit.clock))
            if options.deadline:
                print(f"{place.student}: {commit.id}, {_when(commit)}")
        except Unavailable as error:
            why = str(error)
            if path.exists():
                path.unlink()  # of an earlier run: who is said to be missing is not graded
            missing.append((place.student, why))
    missing += [
        (student, "there is no place where this student hands in")
        for student in options.students
        if student.casefold() not in by_student
    ]
    _write(options.folder / "commits.tsv", taken)
    _write(options.folder / "missing.tsv", missing)
    print(f"{len(taken)} submissions are in {target}")
    for student, why in missing:
        print(f"collect: missing: {student}: {why}", file=sys.stderr)
    if not taken:
        print("collect: nobody has handed in anything that could be fetched", file=sys.stderr)
        return FAILED
    return SOMEBODY_IS_MISSING if missing else 0


def _fetch(api: Api, place: Place, path: Path, deadline: datetime.datetime | None) -> Commit:
    if place.why:
        raise Unavailable(place.why)
    commit = place.find(deadline)
    if commit is None:
        raise Unavailable("no commit came before the deadline" if deadline else "no commit")
    if not COMMIT.fullmatch(commit.id):
        raise Unavailable("what the server calls the last commit is none")
    api.archive(place.archive(commit.id), path)
    return commit


def _when(commit: Commit) -> str:
    if commit.clock == SERVER:
        return f"pushed at {commit.time}"
    return f"of {commit.time} by the commit's own date; when it was pushed is not known"


def _write(path: Path, rows: list[tuple[str, ...]]) -> None:
    lines = ("\t".join(map(one_line, row)) + "\n" for row in sorted(rows))
    path.write_text("".join(lines), encoding="utf-8")


def last_before(
    commits: Iterable[tuple[str, str]], deadline: datetime.datetime | None, clock: str
) -> Commit | None:
    """Return the first of some commits, newest first, that is not after the deadline.

    Parameters
    ----------
    commits
        The id and the time of each.
    """
    for commit, text in commits:
        when = parse_time(text)
        if when and (deadline is None or when <= deadline):
            return Commit(commit, text, clock)
    return None


def parse_time(text: object) -> datetime.datetime | None:
    """Read a time with its offset; None if it is none."""
    try:
        time = datetime.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else None


def is_student(name: str) -> bool:
    """Return whether a name can be a student's, and a file's."""
    return bool(STUDENT.fullmatch(name))


def one_line(text: str) -> str:
    """Return text as one line without anything that would steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)[:500]


# The command line -----------------------------------------------------------------------------


def parser(description: str, **where: str) -> argparse.ArgumentParser:
    """Return a parser of what a collector is told: where to look, and what all are told."""
    made = argparse.ArgumentParser(description=description)
    for name, text in where.items():
        made.add_argument(name, help=text)
    made.add_argument("folder", type=Path, help="where submissions/ and the lists are written")
    made.add_argument(
        "--deadline",
        type=_deadline,
        metavar="TIME",
        help="take what was handed in by then, like 2026-12-20T23:59:00+08:00 (default: the last)",
    )
    made.add_argument(
        "--students", type=Path, metavar="FILE", help="who should be there, one name on each line"
    )
    made.add_argument("--tries", type=int, default=6, help="of each request (%(default)s)")
    made.add_argument(
        "--backoff", type=float, default=1.0, help="seconds before the second one (%(default)s)"
    )
    return made


def _deadline(text: str) -> datetime.datetime | None:
    if not text:  # of a variable that is not set
        return None
    if (time := parse_time(text)) is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time with an offset, like 2026-12-20T23:59:00+08:00"
        )
    return time


def read_options(arguments: argparse.Namespace) -> Options:
    """Return what all collectors are told.

    Raises
    ------
    OSError, ValueError
        If the list of students can't be read.
    """
    lines = arguments.students.read_text("utf-8").splitlines() if arguments.students else []
    names = tuple(dict.fromkeys(filter(None, (line.strip() for line in lines))))
    return Options(arguments.folder, arguments.deadline, names)


def variable(name: str) -> str:
    """Return a variable of the environment, without which there is nothing to be done."""
    return os.environ.get(name) or stop(f"the variable {name} is not set")


def stop(why: object) -> NoReturn:
    """End with one sentence."""
    print(f"collect: {one_line(str(why))}", file=sys.stderr)
    sys.exit(FAILED)
