"""Programs that some tests need and that pip does not bring: a browser, a database server, npm's.

`.ci/run` installs them and sets ``REQUIRE_SERVICES``, so that there nothing is passed over.
Elsewhere the tests that need one are skipped where it is missing, and `make test` says which.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest


def need(*names):
    """Return the path of the first program of these names; skip or fail if there is none.

    Parameters
    ----------
    names
        Programs, by name or by a pattern of paths like ``/usr/lib/postgresql/*/bin/initdb``.
    """
    for name in names:
        found = shutil.which(name)
        paths = sorted(Path("/").glob(name.lstrip("/"))) if name.startswith("/") else []
        if found or paths:
            return found or str(paths[-1])
    missing = f"{names[0]} is not installed"
    if os.environ.get("REQUIRE_SERVICES"):
        pytest.fail(missing)
    pytest.skip(missing)


def npm_program(folder, package, version, name):
    """Install a package of npm's into a folder; return the path of one of its programs.

    Without npm, or without its registry, the test is skipped or fails as `need` says.
    """
    npm = need("npm")
    (folder / "package.json").write_text("{}")
    command = [
        npm,
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        f"{package}@{version}",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    program = folder / "node_modules/.bin" / name
    if done.returncode == 0 and program.exists():
        return program
    missing = f"npm cannot install {package}: {done.stderr.strip()[-200:]}"
    if os.environ.get("REQUIRE_SERVICES"):
        pytest.fail(missing)
    pytest.skip(missing)


CHROMIUM_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-dev-shm-usage"
).split()


def open_browser(profile):
    """Start a headless Chromium with an empty profile; return its Selenium driver."""
    browser, driver = need("chromium", "chromium-browser", "google-chrome"), need("chromedriver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*CHROMIUM_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(driver))


@contextlib.contextmanager
def postgresql():
    """Run a PostgreSQL server of our own, with a database ``gradebook``; yield its URL.

    It refuses to run as root, so root becomes the user ``nobody`` for it; and its folder is not
    among pytest's, into which only root may look.
    """
    programs = Path(need("initdb", "/usr/lib/postgresql/*/bin/initdb")).resolve().parent
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        yield from _serve(programs, Path(folder))


def _serve(programs, folder):
    as_nobody = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("nobody")
        as_nobody = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(folder, user.pw_uid, user.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "password").write_text("s3cret%2F")
    (folder / "password").chmod(0o644)
    data = folder / "data"
    run = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, **as_nobody}
    options = ["-U", "teacher", "--auth=scram-sha-256", f"--pwfile={folder}/password"]
    subprocess.run([programs / "initdb", "-D", data, "--no-sync", "-E", "UTF8", *options], **run)
    settings = f"-F -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    control = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", settings, "start"], **run)
    try:
        user = f"teacher:s3cret%252F@127.0.0.1:{port}"
        import psycopg

        with psycopg.connect(f"postgresql://{user}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE gradebook")
        yield f"postgresql+psycopg://{user}/gradebook"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **run)
