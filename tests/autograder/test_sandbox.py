"""Finding a sandbox that works, and starting and ending what runs in it."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.examiner import stage
from autograder.jail import probe, processes, sandbox
from autograder.jail.inside import forking
from autograder.jail.probe import find_sandbox
from autograder.jail.processes import Jail
from autograder.jail.runtime import RuntimeUnavailable, prepare
from autograder.jail.sandbox import (
    BUBBLEWRAP,
    LOCKDOWN,
    Sandbox,
    SandboxError,
)
from autograder.jail.trust import find_program
from autograder.lab import Limits
from autograder.lab_file import load_lab
from tests.autograder.conftest import (
    CPU,
    MEMORY,
    ROOT,
    alive,
    bubblewrap_works,
    children_of,
    sandbox_of,
    wait_until,
)
from tests.jails import open_jail, start_jail

LAB = replace(load_lab(ROOT / "lab.toml"), limits=Limits(memory_mib=MEMORY >> 20, cpu=CPU))


def find(wanted="auto"):
    return find_sandbox(LAB, wanted)


@pytest.fixture
def without_bubblewrap(monkeypatch, tmp_path):
    """Hide bubblewrap from the search for programs."""
    monkeypatch.setattr(probe, "find_program", lambda name: None)


def test_the_strongest_sandbox_is_found():
    layers = (LOCKDOWN, BUBBLEWRAP) if bubblewrap_works() else (LOCKDOWN,)
    assert find().layers == layers


@pytest.mark.usefixtures("without_bubblewrap")
def test_without_bubblewrap_the_lock_down_holds():
    assert find().layers == (LOCKDOWN,)


def test_none_is_none():
    assert find("none") == Sandbox((), MEMORY, CPU, None)


@pytest.mark.parametrize("script", ["exit 1", "exec sleep 60", "echo no >&2; kill -9 $$"])
def test_a_bubblewrap_that_does_not_work_is_done_without(monkeypatch, tmp_path, script):
    broken = tmp_path / "bwrap"
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    command, patient = Sandbox.command, processes.START_SECONDS

    # Only with bubblewrap: on a busy machine the other takes its time.
    def impatient(tried, control):
        seconds = 1.0 if BUBBLEWRAP in tried.layers else patient
        monkeypatch.setattr(processes, "START_SECONDS", seconds)
        return command(tried, control)

    monkeypatch.setattr(Sandbox, "command", impatient)
    monkeypatch.setattr(processes, "END_SECONDS", 0.5)
    monkeypatch.setattr(probe, "find_program", lambda name: broken)
    monkeypatch.setattr(sandbox, "bubblewrap", lambda runtime, root: [str(broken)])
    assert find().layers == (LOCKDOWN,)


@pytest.mark.parametrize("missing", ["restrict_files", "filter_system_calls", "_prove"])
def test_a_machine_that_cannot_lock_down_is_refused_with_advice(monkeypatch, missing):
    """The nursery is told to fail, as it would on a kernel without these."""
    words = {"restrict_files": "this kernel has no Landlock"}
    code = (
        "import sys; from autograder.jail.inside import lockdown, nursery\n"
        f"def fail(*_): raise lockdown.LockdownError({words.get(missing, 'no seccomp')!r})\n"
        f"lockdown.{missing} = fail\nnursery.main()"
    )
    command = Sandbox.command

    def changed(self, control):
        words, environment = command(self, control)
        place = words.index("-c")
        return [*words[: place + 1], code, *words[place + 2 :]], environment

    monkeypatch.setattr(Sandbox, "command", changed)
    with pytest.raises(SandboxError) as caught:
        find()
    text = str(caught.value)
    assert words.get(missing, "no seccomp") in text
    assert "Linux 5.13" in text
    assert "--sandbox none" in text


def test_a_runtime_that_cannot_be_copied_is_refused(monkeypatch):
    def fail(**_):
        raise RuntimeUnavailable("cannot copy; set XDG_CACHE_HOME")

    monkeypatch.setattr(probe, "prepare", fail)
    with pytest.raises(SandboxError, match="XDG_CACHE_HOME"):
        find()


def test_a_machine_without_a_place_for_temporary_files_is_told_so(monkeypatch):
    def refuse():
        raise FileNotFoundError("no usable directory")

    monkeypatch.setattr(processes.tempfile, "TemporaryFile", refuse)
    with pytest.raises(SandboxError, match="no usable directory; set TMPDIR to"):
        start_jail(sandbox_of())


def test_suites_are_copied_elsewhere_where_the_cache_is_read_only(lab, monkeypatch, tmp_path):
    monkeypatch.setattr(stage, "cache_folder", lambda: Path("/proc/autograder"))
    monkeypatch.setattr(stage.tempfile, "tempdir", str(tmp_path))
    copy = stage.Stage(lab)
    assert copy.folder.parent == tmp_path and (copy.folder / "hidden/test_counter.py").exists()
    copy.close()
    monkeypatch.setattr(stage.tempfile, "tempdir", "/proc/nowhere")
    with pytest.raises(SandboxError, match="cannot copy the suites to /proc/autograder: No such"):
        stage.Stage(lab)


def test_a_nursery_that_cannot_be_started_is_an_error(monkeypatch):
    monkeypatch.setattr(Sandbox, "command", lambda *_: (["/nonexistent/python"], {}))
    with pytest.raises(SandboxError, match="/nonexistent/python"), open_jail(sandbox_of()):
        pass


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("raise SystemExit('no such luck')", "no such luck"),
        ("import time; time.sleep(60)", "does not answer"),
        ("""c.sendall(b'{"error": "not today"}\\n')""", "not today"),
    ],
)
def test_a_nursery_that_does_not_start_says_why(monkeypatch, code, text):
    monkeypatch.setattr(processes, "START_SECONDS", 0.5)
    head = "import socket, sys; c = socket.socket(fileno=int(sys.argv[1]));"

    def command(self, control):
        return [sys.executable, "-c", head + code, str(control)], {}

    monkeypatch.setattr(Sandbox, "command", command)
    monkeypatch.setattr(processes, "END_SECONDS", 0.2)
    with pytest.raises(SandboxError, match=text), open_jail(sandbox_of()):
        pass


class Ended:
    """A process that takes its time."""

    def __init__(self):
        self.killed = False

    def wait(self, seconds=None):
        if not self.killed:
            raise subprocess.TimeoutExpired("nursery", seconds)

    def kill(self):
        self.killed = True


@pytest.fixture
def jail():
    """Give a jail whose nursery is the second socket."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0.5)
    with ours, theirs:
        yield Jail(ours, Ended()), theirs


def test_a_worker_that_is_refused_is_an_error(jail, monkeypatch):
    ours, theirs = jail
    send_fds = socket.send_fds

    def refuse(*arguments):  # and be gone before there is anything to be told
        send_fds(*arguments)
        _, fds = forking.receive(theirs)
        with socket.socket(fileno=fds[0]) as pipe:
            pipe.sendall(forking.REFUSED + b"no \xff seccomp")
        os.close(fds[1])

    monkeypatch.setattr(socket, "send_fds", refuse)
    with pytest.raises(SandboxError, match="no . seccomp"):
        ours.start()


def test_a_worker_that_says_nothing_is_an_error(jail, monkeypatch):
    monkeypatch.setattr(processes, "START_SECONDS", 0.2)
    with pytest.raises(SandboxError, match="did not start"):
        jail[0].start()


def test_a_nursery_that_is_gone_is_an_error(jail):
    ours, theirs = jail
    theirs.close()
    with pytest.raises(SandboxError, match="gone"):
        ours.end()
    with pytest.raises(SandboxError, match="did not start"):
        ours.start()


def test_a_nursery_that_hangs_is_an_error_and_is_killed(jail):
    ours, theirs = jail
    with pytest.raises(SandboxError, match="does not answer"):
        ours.end()
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(SandboxError, match="ended before"):
        ours.end()
    ours.close()
    assert ours._process.killed


@pytest.mark.parametrize("layers", [(), (LOCKDOWN,), (LOCKDOWN, BUBBLEWRAP)], ids="+".join)
def test_nothing_is_left_of_a_jail(layers):
    if BUBBLEWRAP in layers and not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    before = children_of(os.getpid())
    with open_jail(sandbox_of(*layers)) as jail:
        pipe = jail.start()
        started = children_of(os.getpid()) - before
        assert len(started) >= 2
        pipe.close()
    wait_until(lambda: not any(map(alive, started)))


@pytest.mark.parametrize("layers", [(), (LOCKDOWN,), (LOCKDOWN, BUBBLEWRAP)], ids="+".join)
def test_a_jail_dies_with_the_grader(layers):
    if BUBBLEWRAP in layers and not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    code = (
        "import sys, time\n"
        "from tests.jails import open_jail\n"
        "from autograder.jail.sandbox import Sandbox\n"
        "from autograder.jail.runtime import prepare\n"
        f"layers = {layers!r}\n"
        "runtime = prepare() if layers else None\n"
        f"with open_jail(Sandbox(layers, {MEMORY}, {CPU}, runtime)) as jail:\n"
        "    jail.start(); print('up', flush=True); time.sleep(60)\n"
    )
    root = str(Path(sandbox.__file__).parents[2])
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root)
    assert process.stdout.readline() == b"up\n"
    started = children_of(process.pid)
    process.kill()
    process.wait()
    process.stdout.close()
    wait_until(lambda: not any(map(alive, started)))


def test_fresh_workers_start_faster_than_their_nursery():
    began = time.monotonic()
    with open_jail(sandbox_of(LOCKDOWN)) as jail:
        start = time.monotonic()
        for _ in range(5):
            jail.start().close()
            jail.end()
        assert time.monotonic() - start < start - began


def test_the_command_says_what_holds():
    words, environment = sandbox_of(LOCKDOWN).command(9)
    settings = json.loads(words[-1])
    assert settings["control"] == 9
    assert settings["lockdown"]
    assert settings["user"] == (65534 if os.getuid() == 0 else None)
    assert "-S" in words
    words, environment = sandbox_of().command(9)
    settings = json.loads(words[-1])
    assert not settings["lockdown"]
    assert settings["user"] is None
    assert settings["readable"] == []
    assert "HOME" not in environment


@pytest.mark.parametrize("root", [True, False])
def test_bubblewrap_gives_an_ordinary_user_no_capability(monkeypatch, root):
    program = Path("/usr/bin/bwrap")
    monkeypatch.setattr(sandbox, "find_program", lambda name: program)
    words = sandbox.bubblewrap(prepare().readable, root)
    assert words[0] == str(program)
    assert ("--unshare-user" in words) != root
    assert ("--cap-add" in words) == root
    for word in ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent"):
        assert word in words
    assert "--bind" not in words
    assert "--proc" not in words
    assert "--dev" not in words


# Programs and folders that can be relied on ---------------------------------------------------


@pytest.fixture
def programs(monkeypatch, tmp_path):
    """Give a folder of programs, the only one in PATH."""
    folder = tmp_path / "programs"
    folder.mkdir(mode=0o755)
    tmp_path.chmod(0o700)
    program = folder / "tool"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_a_program_is_found_by_its_full_path(programs, monkeypatch):
    assert find_program("tool") == programs / "tool"
    assert find_program("other") is None
    monkeypatch.setenv("PATH", f"/nonexistent::{programs}")
    assert find_program("tool") == programs / "tool"


def test_a_relative_entry_of_path_is_passed_over(programs, monkeypatch):
    monkeypatch.chdir(programs)
    for entries in (".", "", "../programs"):
        monkeypatch.setenv("PATH", entries)
        assert find_program("tool") is None


@pytest.mark.parametrize("place", [".", "tool", ".."])
def test_a_program_that_others_could_have_put_there_is_passed_over(programs, place):
    path = programs / place
    path.chmod(path.stat().st_mode | 0o002)
    assert find_program("tool") is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("place", [".", "tool"])
def test_a_program_of_another_user_is_passed_over(programs, place):
    os.chown(programs / place, 12345, -1)
    assert find_program("tool") is None


def test_a_link_is_as_good_as_what_it_leads_to(programs, tmp_path):
    (programs / "good").symlink_to("tool")
    assert find_program("good") == programs / "tool"
    bad = tmp_path / "bad"
    bad.mkdir()
    bad.chmod(0o777)
    (bad / "tool").write_text("#!/bin/sh\n")
    (bad / "tool").chmod(0o755)
    (programs / "evil").symlink_to(bad / "tool")
    (programs / "loop").symlink_to("loop")
    assert find_program("evil") is None
    assert find_program("loop") is None


def test_without_a_bubblewrap_to_rely_on_there_is_no_command(monkeypatch):
    monkeypatch.setattr(sandbox, "find_program", lambda name: None)
    with pytest.raises(SandboxError, match="not installed"):
        sandbox_of(LOCKDOWN, BUBBLEWRAP).command(9)
