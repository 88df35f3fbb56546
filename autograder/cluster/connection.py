"""The way to a cluster: an address, or a file that says one, and Dask's client."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path

import dask.config
import yaml
from distributed import Client
from distributed.security import Security

from autograder.cluster.unread import unread
from autograder.errors import NoPlace
from autograder.text import clean, problem_of

#: In which a scheduler must answer that is asked for the first time.
CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 3.0
SIZE_LIMIT = 1 << 20
_ADDRESS = re.compile(r"(?:(?P<scheme>\w+)://)?(?P<place>(?:[\w.-]+|\[[0-9a-fA-F:.%]+\]):\d{1,5})")
_SCHEMES = ("tcp", "tls")
_USAGE = "give a scheduler's address, as tcp://host:8786, or a file of Dask's configuration"


class ClusterError(NoPlace):
    """A cluster can't be used; the text says why and what to do."""


def read_address(given: str) -> str:
    """Return a scheduler's address, and have Dask use the configuration that says it.

    Parameters
    ----------
    given
        The address; a YAML file of Dask's configuration with ``scheduler-address``; or the JSON
        file that a scheduler writes (``--scheduler-file``).

    Raises
    ------
    ClusterError
        If it is none of these.
    """
    if _ADDRESS.fullmatch(given) and not Path(given).is_file():
        return _checked(given, clean(given))
    name = clean(given)
    try:
        with Path(given).open(encoding="utf-8") as file:
            text = file.read(SIZE_LIMIT)
        table = json.loads(text) if given.endswith(".json") else yaml.safe_load(text)
    except FileNotFoundError:
        raise ClusterError(f"there is no file {name}, and it is no address; {_USAGE}") from None
    except OSError as error:
        raise ClusterError(f"cannot read {name}: {error.strerror}; {_USAGE}") from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        where = " ".join(str(error).split())
        raise ClusterError(f"{name} is no file of Dask's configuration: {clean(where)}") from error
    if not isinstance(table, dict) or not all(isinstance(key, str) for key in table):
        raise ClusterError(f"{name} is no file of Dask's configuration; {_USAGE}")
    if given.endswith(".json"):
        address = table.get("address")
    else:
        dask.config.update(dask.config.config, table)
        address = dask.config.get("scheduler-address", None)
    if not isinstance(address, str):
        raise ClusterError(f"{name} names no scheduler; write scheduler-address: tcp://host:8786")
    return _checked(address, f"{clean(address)}, in {name},")


def _checked(address: str, name: str) -> str:
    found = _ADDRESS.fullmatch(address)
    if not found or (found["scheme"] or "tcp") not in _SCHEMES:
        raise ClusterError(f"{name} is no address of a scheduler; write tcp://host:8786, or tls://")
    return f"{found['scheme'] or 'tcp'}://{found['place']}"


@contextlib.contextmanager
def connected(address: str) -> Iterator[Client]:
    """Connect to a scheduler, as long as the context lasts.

    Raises
    ------
    ClusterError
        If that can't be.
    """
    # What goes wrong is said by us, in a sentence.
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module=r"distributed\b")
    try:
        client = Client(
            unread(address),
            timeout=CONNECT_SECONDS,
            security=Security(),
            set_as_default=False,
            direct_to_workers=False,
        )
    except (ssl.SSLError, TypeError, FileNotFoundError) as error:
        raise ClusterError(
            f"cannot connect to {address} by TLS ({problem_of(error)}); see that the files named "
            "in Dask's configuration, under distributed.comm.tls, are those of this cluster"
        ) from error
    except Exception as error:
        raise ClusterError(_unreachable(address, error)) from error
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=CLOSE_SECONDS)


def _unreachable(address: str, error: Exception) -> str:
    cause: BaseException = error
    while cause.__cause__:
        cause = cause.__cause__
    refused = isinstance(error, OSError | TimeoutError)
    why = "nobody answers there" if refused else "what answers there is no scheduler of Dask's"
    return f"cannot connect to {address}: {why} ({problem_of(cause)}); start the cluster first"
