"""What an examiner does: open a submission, run the suites, look for the reasons."""

from __future__ import annotations

from typing import Any, BinaryIO

from autograder import records
from autograder.diagnosis.catalogue import Catalogue
from autograder.diagnosis.explain import diagnose
from autograder.diagnosis.symptoms import Symptom, symptom_of
from autograder.draws import DrawTable
from autograder.errors import UserError
from autograder.intake.errors import Refused
from autograder.intake.submission import Archive, Submission, read_archive, wanted_files, whole
from autograder.messages import from_data, message_of, say, to_data
from autograder.suites.jailed import JailedExamination
from autograder.suites.local import run_variants
from autograder.suites.session import Suites
from autograder.suites.student import RemoteStudent, Workers

#: A symptom as plain data: its text and its numbers; None where there is none.
PlainSymptom = list[Any] | None


def examine(
    suites: Suites,
    catalogue: Catalogue,
    workers: Workers,
    job: dict[str, Any],
    archive: BinaryIO | None = None,
) -> dict[str, Any]:
    """Examine a submission.

    Parameters
    ----------
    suites
        Collected.
    catalogue
        The known mistakes.
    workers
        What runs student code.
    job
        What `autograder.examiner.answers.submission_job` made.
    archive
        The archive that was handed in, if it was one.

    Returns
    -------
    dict
        Plain data, which `autograder.examiner.answers.read_answer` reads.

    Raises
    ------
    SandboxError
        If no worker can be started.
    RuntimeError
        If the suites can't be run.
    """
    try:
        submission = open_submission(suites, job, archive)
    except Refused as refused:
        return {"refused": to_data(message_of(refused))}
    done = _run(suites, workers, job, submission)
    remarks = [*submission.problems.values(), *submission.remarks]
    try:
        checks = {
            result.id: result.part
            for result in done.results
            if result.outcome == records.PASSED or result.id in done.errors
        }
        symptoms = {check: symptom_of(error) for check, error in done.errors.items()}
        reasons = diagnose(checks, symptoms, catalogue)
    except Exception as error:
        ours = isinstance(error, UserError | RuntimeError) and not isinstance(error, RecursionError)
        if ours:  # of the lab's catalogue, or of the jail
            raise
        # What was answered may be such that it can't be looked at; that costs hints, no points.
        # Not the text, in which there may be what was answered.
        reasons, problem = {}, type(error).__name__
        remarks.append(say("hints could not be made ({problem})", problem=problem))
    return {
        "digest": submission.digest,
        "remarks": [to_data(remark) for remark in remarks],
        "checks": [
            {
                "id": result.id,
                "outcome": result.outcome,
                "said": result.said,
                "seconds": result.seconds,
                "figures": list(result.figures),
                "certain": result.certain,
                "reason": (reason := reasons.get(result.id))
                and [
                    *(reason.symptom, reason.telling, reason.exact, list(reason.mistakes)),
                    to_data(reason.relation),
                ],
            }
            for result in done.results
        ],
    }


def symptoms_of(suites: Suites, workers: Workers, job: dict[str, Any]) -> list[Any]:
    """Run checks on files that are not trusted; return each with its symptom as plain data."""
    done = _run(suites, workers, job, Submission("", job["files"]))
    return [[check, plain(symptom_of(error))] for check, error in done.errors.items()]


def variant_symptoms(suites: Suites, job: dict[str, Any]) -> list[Any]:
    """Run checks on code of the lab's own, in this process.

    Parameters
    ----------
    suites
        Collected.
    job
        What `autograder.examiner.answers.variants_job` made.

    Returns
    -------
    list
        Variant, check, and the symptom as plain data, one for each run.
    """
    draws = DrawTable(job["draws"])
    findings = run_variants(suites, job["variants"], draws, job["wanted"], quick=job["quick"])
    return [
        [f.variant, f.check, plain(symptom_of(f.error, f.method)) if f.error else None]
        for f in findings
    ]


def plain(symptom: Symptom) -> PlainSymptom:
    """Return what `from_plain` makes an equal symptom of."""
    return [symptom.text, symptom.values]


def from_plain(data: PlainSymptom) -> Symptom | None:
    """Return a symptom that can be compared; None for none."""
    return None if data is None else Symptom(*data)


def open_submission(
    suites: Suites, job: dict[str, Any], archive: BinaryIO | None = None
) -> Submission:
    """Return the submission of a job.

    Raises
    ------
    Refused
        If there is none of which anything could be run.
    """
    if archive is None:
        problems = {name: from_data(problem) for name, problem in job["problems"].items()}
        return Submission("", job["files"], problems)
    given = job["archive"]
    selection = None if given["selection"] is None else dict(given["selection"])
    opened = Archive(given["name"], archive, given["inner"], selection)
    return whole(read_archive(opened, suites.lab.limits, wanted_files(suites.lab)))


def _run(
    suites: Suites, workers: Workers, job: dict[str, Any], submission: Submission
) -> JailedExamination:
    student = RemoteStudent(workers, suites.lab, submission.files, submission.problems)
    done = JailedExamination(suites, DrawTable(job["draws"]), student, submission.files)
    suites.run(done, job["checks"])
    student.restart()
    return done
