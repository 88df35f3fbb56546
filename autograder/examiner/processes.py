"""The processes that a supervisor works with, which start before it is there."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Self

from autograder.examiner.stage import Stage
from autograder.jail.inside import forking
from autograder.jail.probe import Trial
from autograder.jail.processes import Jail, Starting
from autograder.jail.sandbox import EXAMINER, Sandbox
from autograder.lab import Lab

#: The module that a warm process runs; it is not imported here, since pytest would be, too.
WARM = "autograder.examiner.warm"


class Processes:
    """A warm process, from which examiners are forked, and a nursery of their workers.

    Parameters
    ----------
    sandbox
        How they are protected.
    stage
        The lab, as examiners may read it; many can share it.

    Attributes
    ----------
    sandbox, stage
        The same.
    warm
        The warm process, on its way.

    Raises
    ------
    SandboxError
        If nothing can be started here.

    Notes
    -----
    They end with the thread that started them (``PR_SET_PDEATHSIG``): one that lives as long as
    they are used.
    """

    def __init__(self, sandbox: Sandbox, stage: Stage):
        self.sandbox, self.stage = sandbox, stage
        self._nursery = Starting(sandbox.command)
        limits, runtime = stage.lab.limits, sandbox.runtime
        engine = runtime.grader if runtime else Path(__file__).parents[2]
        try:
            self.warm = Starting(
                lambda control: sandbox.command_of(
                    WARM,
                    control,
                    EXAMINER,
                    limits.examiner_mib << 20,
                    limits.cpu,
                    [engine, stage.folder],
                ),
                forking.tell(stage.lab),
            )
        except BaseException:
            self._nursery.close()
            raise

    @cached_property
    def workers(self) -> Jail:
        """The nursery of workers, once it is there; waiting for it can raise `SandboxError`."""
        return self._nursery.wait()[0]

    def prove(self) -> None:
        """See that a worker can be started; raise `SandboxError` if not."""
        self.workers.try_out()

    def close(self) -> None:
        """End them."""
        self._nursery.hang_up()  # while the other one ends
        self.warm.close()
        self._nursery.close()


class Beginning:
    """The first processes of a run, on their way while all else is prepared; to be closed.

    Parameters
    ----------
    lab, wanted
        As for `autograder.jail.probe.Trial`.

    Attributes
    ----------
    stage
        The copy of the lab that they read.
    trial
        What finds out in which sandbox they can run, and has them.

    Raises
    ------
    SandboxError, LabError
        As `Trial` and `Stage` do.
    """

    def __init__(self, lab: Lab, wanted: str = "auto"):
        self.stage = Stage(lab)
        try:
            self.trial = Trial(lab, wanted, lambda sandbox: Processes(sandbox, self.stage))
        except BaseException:
            self.stage.close()
            raise

    def close(self) -> None:
        """End what nobody has taken."""
        self.trial.close()
        self.stage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
