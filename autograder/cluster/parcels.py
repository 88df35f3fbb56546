"""One submission on its way to a worker, as it was handed in and as large as it may be."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.examiner.supervisor import Source
from autograder.intake.archives import too_large
from autograder.intake.contents import Finder
from autograder.intake.errors import Refused
from autograder.intake.excerpt import Excerpts
from autograder.intake.submission import Archive, wanted_files
from autograder.lab import Lab
from autograder.messages import from_data, to_data


@dataclass(frozen=True)
class Parcel:
    """What was handed in; nothing in it says by whom.

    Attributes
    ----------
    files, problems
        As in `autograder.intake.submission.Submission`; of a problem, its plain data.
    archive
        Instead of these the bytes of an archive, if it is one.
    name, inner, selection
        As in `autograder.intake.submission.Archive`.
    """

    # Dask writes arguments into its log when a task fails.
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    problems: Mapping[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    archive: bytes | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    inner: int = 0
    selection: Mapping[str, str] | None = field(default=None, repr=False)

    @contextlib.contextmanager
    def opened(self) -> Iterator[Source]:
        """Give what an examiner is given; an archive is in memory alone."""
        if self.archive is None:
            yield self.files, {name: from_data(said) for name, said in self.problems.items()}
            return
        with os.fdopen(os.memfd_create("archive"), "w+b") as file:
            file.write(self.archive)
            file.seek(0)
            yield Archive(self.name, file, self.inner, self.selection)


def parcel_of(source: Source, lab: Lab, excerpts: Excerpts) -> Parcel:
    """Read what was handed in.

    Raises
    ------
    Refused
        If an archive is too large, or can't be read.
    """
    if not isinstance(source, Archive):
        files, problems = source
        plain = {name: to_data(problem) for name, problem in problems.items()}
        return Parcel({**files}, {name: said for name, said in plain.items() if said})
    limits = lab.limits
    if source.selection is None:
        most = limits.archive_mib << 20
        content = source.file.read(most + 1)
        if len(content) > most:
            raise Refused(too_large(limits))
    else:
        inner_kib = limits.archive_mib << 10 if source.inner else None
        sought = Finder(wanted_files(lab), inner_kib).sought
        content = excerpts.make(source.file, sought, source.selection)
    return Parcel(archive=content, name=source.name, inner=source.inner, selection=source.selection)
