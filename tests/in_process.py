"""An examiner in this process: for tests that look inside of it, or are many."""

import atexit
import json

from autograder.diagnosis.catalogue import Catalogue
from autograder.examiner import examination
from autograder.examiner.answers import chosen, read_answer, submission_job
from autograder.examiner.channel import VARIANTS
from autograder.examiner.fingerprints import FingerprintStore
from autograder.intake.submission import Archive
from autograder.jail.processes import start_jail
from autograder.suites.session import Suites, quiet_session

_jails = {}


class KeptJail:
    """The jail of a sandbox, for all tests of this process; it is started when it is needed."""

    def __init__(self, sandbox):
        self.sandbox = sandbox

    def _jail(self):
        if self.sandbox not in _jails:
            _jails[self.sandbox] = start_jail(self.sandbox)
            atexit.register(self.drop)
        return _jails[self.sandbox]

    def start(self):
        return self._jail().start()

    def times(self):
        return self._jail().times()

    def end(self):
        return self._jail().end()

    def drop(self):
        if jail := _jails.pop(self.sandbox, None):
            jail.close()


class InProcess:
    """Does what a supervisor and its examiner do, with workers in a jail.

    Parameters
    ----------
    run
        The lab, the sandbox of workers, and the draws from which fingerprints come.
    """

    def __init__(self, run):
        self.lab, self.jail = run.lab, KeptJail(run.sandbox)
        self.store = FingerprintStore(run.lab, run.draws)

    def examine(self, draws, wanted, source):
        """Run checks on what was handed in; the answer is read as another process's is."""
        archive = source if isinstance(source, Archive) else None
        files, problems = ({}, {}) if archive else source
        answers = []

        def work(suites):
            def do(kind, job):
                if kind == VARIANTS:
                    return examination.variant_symptoms(suites, job)
                return examination.symptoms_of(suites, self.jail, job)

            def fingerprints(those):
                pairs = [(name, check) for name, checks in those.items() for check in checks]
                made = self.store.get(pairs, suites.checks, do)
                return {(name, check): examination.from_plain(data) for name, check, data in made}

            whole = {part.name for part in self.lab.parts if part.whole}
            catalogue = Catalogue(self.store.entries, whole, fingerprints)
            name, file = (archive.name, archive.file) if archive else ("", None)
            job = submission_job(draws, suites.checks, wanted, files, problems, name)
            found = examination.examine(suites, catalogue, self.jail, job, file)
            checks = chosen(suites.checks, wanted)
            answers.append(read_answer(json.dumps(found).encode(), checks, self.store.kinds))

        try:
            quiet_session(self.lab, Suites(self.lab, work))
        except BaseException:
            self.jail.drop()  # in an unknown state, it must not see another submission
            raise
        return answers[0]

    def checks(self, long=True):
        """Return the ids of the lab's checks, without those that may take long if need be."""
        found = []

        def work(suites):
            found.extend(check.id for check in suites.checks if long or not check.long)

        quiet_session(self.lab, Suites(self.lab, work))
        return found
