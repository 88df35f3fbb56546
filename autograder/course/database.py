"""The gradebook's database: private, patient with a lock, and able to say who holds it."""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import pwd
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import nbgrader.api
from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from autograder.course.folder import CourseError, find_alembic
from autograder.text import clean

if TYPE_CHECKING:
    from autograder.course.folder import Settings

#: So long is waited for whoever holds a lock.
WAIT_SECONDS = 30
#: What SQLite and PostgreSQL say when that was too long.
_LOCKED = ("database is locked", "lock timeout")
_HOLDERS = text(
    "SELECT DISTINCT a.pid, a.usename, a.application_name, a.client_addr, a.xact_start"
    " FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid"
    " WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND l.granted"
    " AND l.locktype = 'relation' AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')"
    " ORDER BY a.xact_start"
)


class GradebookLocked(CourseError):
    """Somebody held the gradebook locked for too long."""


@contextlib.contextmanager
def open_gradebook(settings: Settings) -> Iterator[Gradebook]:
    """Open the gradebook of a course; see `autograder.course.folder.Settings.gradebook`."""
    find_alembic()
    try:
        prepare(settings)
        gradebook = Gradebook(settings.db_url, settings.id)
    except (SQLAlchemyError, ImportError) as error:
        raise _problem(settings, error) from error
    with gradebook:
        try:
            yield gradebook
        except (DBAPIError, InvalidEntry) as error:  # the latter is what nbgrader makes of some
            if isinstance(error, DBAPIError) or told_if_locked(settings.db_url, str(error)):
                raise _problem(settings, error) from error
            raise


def _problem(settings: Settings, error: Exception) -> CourseError:
    # The first line: what follows is SQL, or an address with a password in it.
    reason = clean(str(getattr(error, "orig", None) or error).split("\n")[0], 200)
    if said := told_if_locked(settings.db_url, reason):
        return GradebookLocked(said)
    return CourseError(f"cannot use the gradebook of {clean(str(settings.root))}: {reason}")


def prepare(settings: Settings) -> None:
    """Have every connection of this process wait for locks, and the database be its owner's alone.

    SQLite gives its journal the database's own permissions.

    Raises
    ------
    CourseError
        If the database is a file and can't be made private.
    """
    if not event.contains(Engine, "connect", _wait_for_locks):
        event.listen(Engine, "connect", _wait_for_locks)
        nbgrader.api.create_engine = _one_engine
        nbgrader.api.Base.metadata.create_all = _make_tables
    if file := database_file(make_url(settings.db_url)):
        try:
            # A file that is there is never opened: closing it would end this process's locks.
            if not file.exists():
                os.close(os.open(file, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
            for path in file.parent.glob(f"{glob.escape(file.name)}*"):  # journals and backups, too
                with contextlib.suppress(FileNotFoundError):  # a journal that is just done with
                    if path.stat().st_mode & 0o077:
                        path.chmod(0o600)
        except OSError as error:
            raise CourseError(
                f"cannot use the gradebook {clean(str(file))}: {error.strerror}"
            ) from error


def _one_engine(url: str, **options: Any) -> Engine:
    """Give the engine of a database: nbgrader makes several for each submission.

    Each would compile anew what SQL there is. What is pooled in it nbgrader closes by itself.
    """
    return _engine_of(url, os.getpid(), **options)


@functools.lru_cache(8)
def _engine_of(url: str, _process: int, **options: Any) -> Engine:
    return create_engine(url, **options)


_make_all = nbgrader.api.Base.metadata.create_all
_MADE: weakref.WeakSet[Engine] = weakref.WeakSet()


def _make_tables(bind: Engine) -> None:
    """Make what tables are missing, which is looked for once for each engine."""
    if bind not in _MADE:
        _make_all(bind)
        _MADE.add(bind)


def database_file(url: URL) -> Path | None:
    """Return the file that a database is; None if it is a server's."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    name = str(url.database)
    return Path(unquote(name.removeprefix("file:")) if name.startswith("file:") else name)


def _wait_for_locks(connection: Any, _record: object) -> None:
    with contextlib.closing(connection.cursor()) as cursor:
        if type(connection).__module__.partition(".")[0] == "sqlite3":
            cursor.execute(f"PRAGMA busy_timeout = {1000 * WAIT_SECONDS}")
        else:
            cursor.execute(f"SET lock_timeout = {1000 * WAIT_SECONDS}")
            connection.commit()  # else it would be undone with the first transaction


def told_if_locked(db_url: str | URL, log: str) -> str:
    """Say who holds a lock, if a text tells that one was waited for too long; else empty.

    Parameters
    ----------
    db_url
        Of the gradebook.
    log
        An error of the database's, or a log with one in it.
    """
    if not any(words in log for words in _LOCKED):
        return ""
    url = make_url(db_url)
    file = database_file(url)
    name = f"gradebook {clean(str(file))}" if file else f"database {clean(url.database or '')}"
    who = holder(url) or "a process that can't be told from here"
    return (
        f"the {name} was still locked after {WAIT_SECONDS} seconds, by {who}; wait for that or end "
        "it, and do this again"
    )


def holder(db_url: str | URL) -> str:
    """Say which processes hold a database locked; empty if none is known."""
    url = make_url(db_url)
    found = file_holders(file) if (file := database_file(url)) else _server_holders(url)
    return " and ".join(found)


def file_holders(file: Path) -> list[str]:
    """Say which processes hold a lock on a file or folder."""
    try:
        known = file.stat()
        locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    except OSError:
        return []
    # 1: POSIX ADVISORY WRITE <pid> <major>:<minor>:<inode> <start> <end>
    inode = str(known.st_ino)
    pids = {line[4] for line in locks if line[3] == "WRITE" and line[5].split(":")[-1] == inode}
    return [_process(pid) for pid in sorted(pids) if _has_open(pid, known)]


def _has_open(pid: str, known: os.stat_result) -> bool:
    """Return whether a process has a file open, as far as it can be seen."""
    try:
        descriptors = os.listdir(f"/proc/{pid}/fd")
    except FileNotFoundError:
        return False
    except PermissionError:
        return True
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            if os.path.samestat(Path(f"/proc/{pid}/fd", descriptor).stat(), known):
                return True
    return False


def _process(pid: str) -> str:
    folder = Path("/proc", pid)
    try:
        words = (folder / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        owner = folder.stat().st_uid
    except OSError:
        return f"process {pid}"
    try:
        user = pwd.getpwuid(owner).pw_name
    except KeyError:
        user = f"user number {owner}"
    return f"process {pid} of {clean(user)} ({clean(words, 80)})"


def _server_holders(url: URL) -> list[str]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(_HOLDERS).all()
    except SQLAlchemyError:
        return []
    finally:
        engine.dispose()
    return [
        f"session {pid} of {clean(user or '')} at {address or 'this machine'}"
        + (f" ({clean(program, 40)})" if program else "")
        + (f" since {since:%H:%M:%S %Z}" if since else "")
        for pid, user, program, address, since in rows
    ]
