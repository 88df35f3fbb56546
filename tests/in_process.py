"""An examiner in this process: for tests that look inside of it, or are many."""

import atexit
import json

from autograder.diagnosis.catalogue import Catalogue
from autograder.examiner import examination, inspection
from autograder.examiner.answers import chosen, read_answer, submission_job, variants_job
from autograder.examiner.channel import VARIANTS
from autograder.examiner.findings_reader import read_findings
from autograder.examiner.fingerprints import FingerprintStore
from autograder.intake.submission import Archive
from autograder.suites.session import Suites, quiet_session
from tests.jails import start_jail

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

        def work(suites):
            def do(kind, job):
                if kind == VARIANTS:
                    return examination.variant_symptoms(suites, job)
                return examination.symptoms_of(suites, self.jail, job)

            def fingerprints(those):
                pairs = [(name, check) for name, checks in those.items() for check in checks]
                made = self.store.get(pairs, suites.checks, do)
                return {(name, check): examination.from_plain(data) for name, check, data in made}

            uses = {part.name: self.lab.uses(part.name) for part in self.lab.parts}
            catalogue = Catalogue(self.store.entries, uses, fingerprints)
            job, file = job_of(draws, suites, wanted, source)
            found = examination.examine(suites, catalogue, self.jail, job, file)
            checks = chosen(suites.checks, wanted)
            return read_answer(json.dumps(found).encode(), checks, self.store.kinds)

        return self._in_session(work)

    def inspect(self, draws, wanted, source):
        """Run checks and write down what they ask; the answer is read as another process's is."""

        def work(suites):
            job, file = job_of(draws, suites, wanted, source)
            found = inspection.inspect(suites, self.jail, job, file)
            checks = chosen(suites.checks, wanted)
            return read_findings(json.dumps(found).encode(), checks, self.lab.files)

        return self._in_session(work)

    def run_variants(self, draws, variants):
        """Run all checks on code of the lab's own."""

        def work(suites):
            job = variants_job(draws, suites.checks, variants)
            found = examination.variant_symptoms(suites, job)
            return [(name, check, symptom is None) for name, check, symptom in found]

        return self._in_session(work)

    @property
    def checks(self):
        """Those of the lab."""
        return self._in_session(lambda suites: suites.checks)

    def _in_session(self, work):
        answers = []
        try:
            plugin = Suites(self.lab, lambda suites: answers.append(work(suites)))
            quiet_session(self.lab, plugin)
        except BaseException:
            self.jail.drop()  # in an unknown state, it must not see another submission
            raise
        return answers[0]


def job_of(draws, suites, wanted, source):
    """Return what an examiner is told, and the archive that it is handed."""
    archive = source if isinstance(source, Archive) else None
    files, problems = ({}, {}) if archive else source
    job = submission_job(draws, suites.checks, wanted, files, problems, archive)
    return job, archive.file if archive else None
