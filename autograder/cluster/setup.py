"""The lab as it goes to each worker, once: what its suites and its hints need."""

from __future__ import annotations

import io
import pickle
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from autograder.draws import DrawTable
from autograder.lab import Lab, LabError
from autograder.lab_sources import files_in, needed


@dataclass(frozen=True)
class Setup:
    """What a worker is told of a run. The course's secret is not in it.

    Attributes
    ----------
    lab
        What is graded.
    draws
        What the checks draw from in this run.
    sandbox
        As `autograder.jail.probe.find_sandbox` takes it.
    files
        Of the lab, as a tar.
    """

    lab: Lab
    draws: DrawTable
    sandbox: str
    files: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return it as it is sent, in a form that is the same for the same run."""
        return pickle.dumps(self, protocol=5)

    @classmethod
    def from_bytes(cls, data: bytes) -> Setup:
        """Read what the coordinator sent, whose code a worker runs in any case."""
        setup = pickle.loads(data)
        assert isinstance(setup, cls)
        return setup

    def unpack(self, folder: Path) -> Lab:
        """Write the lab's files into a folder and return the lab as it stands there."""
        with tarfile.open(fileobj=io.BytesIO(self.files)) as archive:
            archive.extractall(folder, filter="data")
        return self.lab.moved(folder)


def packed(lab: Lab) -> bytes:
    """Return the files of a lab that workers need, as a tar.

    Raises
    ------
    LabError
        If one is not in the lab's folder, or can't be read.
    """
    target = io.BytesIO()
    try:
        with tarfile.open(fileobj=target, mode="w:xz", dereference=True) as archive:
            # Where the solution is kept elsewhere, hints are made without it.
            solution = [lab.reference / name for name in lab.files]
            gone = {path for path in solution if not path.exists()}
            for path in dict.fromkeys(p for p in files_in(*needed(lab)) if p not in gone):
                archive.add(path, _inside(path, lab), recursive=False, filter=_plain)
    except OSError as error:
        raise LabError(f"{error.filename} can't be read: {error.strerror}") from error
    return target.getvalue()


def _inside(path: Path, lab: Lab) -> str:
    if not path.is_relative_to(lab.root):
        raise LabError(f"{path} should be in the lab's folder; workers need it")
    return path.relative_to(lab.root).as_posix()


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who made a file and when."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member
