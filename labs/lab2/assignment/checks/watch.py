"""Run the checks again on every save: those that the change can affect, and no others."""

import time
from pathlib import Path

from checks.messages import inside, listed, say
from checks.parts import FOLDER, PARTS
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
        self._checks = {}
        self._files = {part: File(FOLDER / PARTS[part].file) for part in self._jobs}
        self._others = {
            part: [File(FOLDER / file) for file in PARTS[part].files[1:]] for part in self._jobs
        }
        # What the results that are known belong to.
        self._sources = {part: read_source(f.content or b"") for part, f in self._files.items()}
        self._spare = None
        self._invalid = set()
        """The parts whose file was no Python the last time that it was saved."""

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
            waiting = set()
            while True:
                waiting |= self._changed()
                if waiting:
                    waiting = self._again(waiting)
                else:
                    time.sleep(PAUSE)
        except KeyboardInterrupt:
            print("\n" + say("Ended."))
        finally:
            self._spare.stop()

    def _changed(self):
        changed = {part for part, file in self._files.items() if file.changed()}
        for part, files in self._others.items():
            if [file for file in files if file.changed()]:
                self._sources[part] = None  # so that all of its checks are run again
                changed.add(part)
        return changed

    def _again(self, parts):
        """Run what changes of these parts affect; return the parts that are still to be run."""
        for part in sorted(parts, key=list(PARTS).index):
            if not self._run(part):
                return parts | self._changed()
            parts = parts - {part}
        return parts

    def _run(self, part):
        """Run what a change of a part affects; return whether it came to its end."""
        source = read_source(self._files[part].content or b"")
        if source is None and self._sources[part] is not None:
            self._say(part, say("not valid Python at the moment"))
            print("  " + _where_invalid(self._files[part].content), flush=True)
            self._invalid.add(part)
            return True
        changes = changed_functions(self._sources[part], source)
        wanted = affected(self._checks[part], changes)
        if not wanted and part in self._invalid:
            passed = sum(check.outcome == "passed" for check in self._known())
            text = say(
                "valid again; as before, {passed} of {total} checks passed",
                passed=passed,
                total=len(self._known()),
            )
            self._say(part, text)
        else:
            self._say(part, _described(changes, len(wanted), len(self._checks[part])))
        self._invalid.discard(part)
        if wanted:
            found = self._result(part, wanted)
            if found is None:
                return False
            self._take(part, found, wanted)
        self._sources[part] = source
        return True

    def _result(self, part, wanted):
        """Run checks; return them, or None if the file was saved again meanwhile."""
        process, self._spare = self._spare, Process()
        job, names = self._jobs[part], tuple(check.name for check in wanted if check.name)
        process.start(Job(part, job.methods, names))
        try:
            while (found := process.result(PAUSE)) is None:
                if self._files[part].changed():
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

    def _say(self, part, text):
        print(time.strftime("%H:%M:%S"), inside(PARTS[part].file, text), flush=True)


def _where_invalid(content):
    try:
        compile(content, "", "exec", dont_inherit=True)
    except SyntaxError as error:
        return say("line {line}: {error}", line=error.lineno or 1, error=why_invalid(error))
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error)
    return ""


def _described(changes, wanted, total):
    """Say what a change is of, and how many checks it can affect."""
    if changes is None:
        return say("changed; all {total} checks again", total=total)
    names = listed(sorted(changes[0]))
    if not wanted:
        return say("changed in nothing that a check can see")
    if not names:
        return say("lines have moved; {count} of {total} checks again", count=wanted, total=total)
    return say(
        "{names} changed; {count} of {total} checks again", names=names, count=wanted, total=total
    )
