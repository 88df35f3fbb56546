"""Run the checks again on every save: those that the change can affect, and no others."""

import time
from pathlib import Path

from checks.messages import listed, say
from checks.parts import FILES, FOLDER, PARTS
from checks.processes import Job, Process
from checks.report import show_advice, show_checks, show_failures
from checks.source import affected, changed_functions, read_source
from checks.unreadable import why_invalid

PAUSE = 0.05
"""Seconds between two looks at the files."""
GONE = 0.5
"""A file that an editor replaces is gone for so long, at most."""


class File:
    """A file of the student's that is watched.

    Attributes
    ----------
    content : bytes or None
        As it was when it last came to rest; None if it was not there.
    """

    def __init__(self, path):
        self.path = Path(path)
        self._signature, self._since = self._look(), time.monotonic()
        self.content = self._read()

    def _look(self):
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _read(self):
        try:
            return self.path.read_bytes()
        except OSError:
            return None

    def changed(self):
        """Return whether there is another content since the last time, and it has come to rest."""
        signature, now = self._look(), time.monotonic()
        if signature != self._signature:
            self._signature, self._since = signature, now
            return False
        if self._since is None or now - self._since < (PAUSE if signature else GONE):
            return False
        content = self._read()
        if content is None and signature:  # an editor keeps it for itself, as on Windows
            return False
        self._since = None
        before, self.content = self.content, content
        return before != content


class Watch:
    """What is known of the checks, and what is to run when files change.

    Make it before the checks run the first time, so that nothing is missed that is saved meanwhile.

    Parameters
    ----------
    jobs : list of Job
        What is watched.
    """

    def __init__(self, jobs):
        self._jobs = {job.part: job for job in jobs}
        self._checks = {part: [] for part in self._jobs}
        self._files = {file: File(FOLDER / file) for file in FILES}
        # What the results that are known belong to, part by part.
        self._sources = dict.fromkeys(self._jobs, self._read())
        self._waiting = {}
        """The parts of which checks are to be run again, and the files that were saved."""
        self._told = set()
        """The files of which it is told what their last change means."""
        self._invalid = set()
        """The files that were no Python the last time that they were saved."""
        self._spare = None

    def _read(self):
        return {name: read_source(file.content or b"") for name, file in self._files.items()}

    def go_on(self, checks):
        """Wait for changes and run what they affect, until Ctrl-C.

        Parameters
        ----------
        checks : dict
            The checks of each part, as they just ended.
        """
        self._checks, self._spare = checks, Process()
        print("\n" + say("Waiting for you to save a file. Ctrl-C ends this."), flush=True)
        try:
            while True:
                self._look()
                if self._waiting:
                    self._again()
                else:
                    time.sleep(PAUSE)
        except KeyboardInterrupt:
            print("\n" + say("Ended."))
        finally:
            self._spare.stop()

    def _look(self):
        """Note which files were saved, and which parts use them; return the files."""
        saved = {name for name, file in self._files.items() if file.changed()}
        self._told -= saved
        for part in self._jobs:
            if files := saved & self._uses(part):
                self._waiting.setdefault(part, set()).update(files)
        return saved

    def _uses(self, part):
        """Return the files that a part's results depend on: its own, and what they import."""
        return set(PARTS[part].files).union(*(check.files for check in self._checks[part]))

    def _again(self):
        """Run what changes affect, part by part, unless a file is saved again meanwhile."""
        self._told -= self._invalid
        saved = set().union(*self._waiting.values())
        for part in [part for part in self._jobs if part in self._waiting]:
            if not self._run(part, self._waiting[part]):
                return
            del self._waiting[part]
        known = self._known()
        for file in sorted(saved - self._told):
            text = say("changed in nothing that a check can see")
            if file in self._invalid:
                text = say(
                    "valid again; as before, {passed} of {total} checks passed",
                    passed=sum(check.outcome == "passed" for check in known),
                    total=len(known),
                )
                self._invalid.discard(file)
            self._say(file, text)

    def _run(self, part, saved):
        """Run what changes of files affect of a part; return whether it came to its end."""
        before, after = self._sources[part], self._read()
        # What was saved beside a file that was no Python has not been looked at yet.
        files = saved | {f for f in self._uses(part) if before[f] != after[f]}
        files = [file for file in FILES if file in files]
        if invalid := {file for file in files if before[file] and after[file] is None}:
            for file in sorted(invalid - self._told):
                self._say(file, say("not valid Python at the moment"))
                print("  " + _where_invalid(self._files[file].content), flush=True)
            self._told |= invalid | saved
            self._invalid |= invalid
            return True
        changes = {file: changed_functions(before[file], after[file]) for file in files}
        if wanted := affected(self._checks[part], changes):
            names, own = listed(files), PARTS[part].files == tuple(files)
            text = _described(changes, len(wanted), len(self._checks[part]))
            self._say(names if own else f"{PARTS[part].title} ({names})", text)
            self._told.update(files)
            self._invalid.difference_update(files)
            found = self._result(part, wanted)
            if found is None:
                return False
            self._take(part, found, wanted)
        self._sources[part] = after
        return True

    def _result(self, part, wanted):
        """Run checks; return them, or None if a file of theirs was saved again meanwhile."""
        process, self._spare = self._spare, Process()
        job, names = self._jobs[part], tuple(check.name for check in wanted if check.name)
        process.start(Job(part, job.methods, names))
        try:
            while (found := process.result(PAUSE)) is None:
                if self._look() & self._uses(part):
                    return None
            return found
        finally:
            process.stop()

    def _take(self, part, found, wanted):
        """Take over what was found, and show it."""
        names = {check.name for check in wanted}
        again = [check for check in found if check.name in names or not names - {""}]
        before = {check.name: check for check in self._checks[part]}
        fresh = {check.name: check for check in again}
        self._checks[part] = [
            fresh.get(check.name, before.get(check.name, check)) for check in found
        ]
        known = self._known()
        first = [check for check in known if check.outcome == "failed"][:1]
        # What was not written before and still is not is no news.
        old = {name for name, check in before.items() if check.outcome == "missing"}
        still = [check for check in again if check.outcome == "missing" and check.name in old]
        show_checks([check for check in again if check not in still])
        show_failures(again + [check for check in first if check not in again])
        show_advice(known)
        print(flush=True)

    def _known(self):
        return [check for part in self._jobs for check in self._checks[part]]

    def _say(self, name, text):
        told = say("{name}: {problem}", name=name, problem=text)
        print(time.strftime("%H:%M:%S"), told, flush=True)


def _where_invalid(content):
    try:
        compile(content, "", "exec", dont_inherit=True)
    except SyntaxError as error:
        return say("line {line}: {error}", line=error.lineno or 1, error=why_invalid(error))
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error)
    return ""


def _described(changes, wanted, total):
    """Say what changes are of, and how many checks they can affect."""
    if None in changes.values():
        return say("changed; {count} of {total} checks again", count=wanted, total=total)
    names = listed(sorted(set().union(*(changed for changed, _ in changes.values()))))
    if not names:
        return say("lines have moved; {count} of {total} checks again", count=wanted, total=total)
    return say(
        "{names} changed; {count} of {total} checks again", names=names, count=wanted, total=total
    )
