"""What runs in a worker of a cluster: functions that Dask calls, and that raise nothing.

An exception would be pickled by Dask, and the coordinator unpickles nothing that a worker made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from distributed import get_worker

from autograder.cluster.parcels import Parcel
from autograder.cluster.place import Place
from autograder.cluster.replies import pack
from autograder.cluster.setup import Setup
from autograder.cluster.versions import ENGINE, NUMPY, PYTHON, versions
from autograder.errors import UserError
from autograder.text import problem_of

#: Seconds after which a place ends that nobody uses: its coordinator may have been killed.
IDLE_SECONDS, LOOK_SECONDS = 600.0, 30.0
_places: dict[str, Place] = {}
_changing = threading.Lock()


def prepare(key: str, expected: Mapping[str, str], setup: bytes) -> bytes:
    """Make a run's place on this worker, unless it is there; see that all holds that it needs.

    Parameters
    ----------
    key
        Of the run.
    expected
        What `autograder.cluster.versions.versions` gives on the coordinator.
    setup
        As `autograder.cluster.setup.Setup` is sent. It is read only where the versions are the
        same, and so is what it is made of.
    """
    try:
        here = versions(name for name in expected if name not in (PYTHON, NUMPY, ENGINE))
        if here != expected:
            return pack({"versions": here})
        with _changing:
            place = _places.get(key)
            if place is None:
                place = _places[key] = Place(Setup.from_bytes(setup), get_worker().state.nthreads)
                if len(_places) == 1:
                    threading.Thread(target=_end_idle, daemon=True).start()
        return pack({"layers": place.layers})
    except BaseException as error:
        return _unfit(error)


def examine(key: str, parcel: Parcel) -> bytes:
    """Examine a submission in a run's place.

    Where that is not possible, the place ends: before it is made again, all is tried again.
    """
    try:
        place = _places.get(key)
        return pack(*place.examine(parcel)) if place else _unfit("it has not the lab")
    except BaseException as error:
        _end(key)
        return _unfit(error)


async def leave(key: str) -> None:
    """End a run's place and what is being done there; returns at once."""
    _end(key)


def _end(key: str) -> None:
    place = _places.pop(key, None)
    if place:
        threading.Thread(target=place.close).start()


def _unfit(error: BaseException | str) -> bytes:
    reason = str(error) if isinstance(error, UserError | str) else problem_of(error)
    return pack({"worker": get_worker().address, "reason": reason[:1000]})


def _end_idle() -> None:
    while _places:
        time.sleep(LOOK_SECONDS)
        for key in [key for key, place in list(_places.items()) if place.idle > IDLE_SECONDS]:
            _end(key)
