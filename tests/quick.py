"""Check a change in less than a minute: ``make quick``.

Style and types first. Then the test files that the change most likely breaks, nearest first, until
the time is up: files that changed themselves, files that import what changed, files that import
those, and so on. "Imports" includes naming a file, as in ``ROOT / "lab.toml"``. A few fast files
run with every change. What changed is what differs from the branch ``main``, committed or not.

The imports are read from the source rather than from an earlier run, since much of what the tests
cover runs in other processes, where a tool like pytest-testmon does not follow.
"""

import ast
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.lab_file import load_lab

ROOT = Path(__file__).parents[1]
SECONDS = 57
"""From the first check to the end of the last; the rest of the minute is to start and stop."""
AT_ONCE = 2
LINTERS = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy", "--no-error-summary"),
)
SMOKE = (
    "tests/autograder/test_lab.py",
    "tests/autograder/test_compare.py",
    "tests/autograder/test_records.py",
    "tests/lab/test_solution.py",
)
"""Fast files that run with every change."""


@dataclass(frozen=True)
class Choice:
    """A test file to run, and why: the files on the way to the one that changed."""

    file: str
    way: tuple[str, ...]

    @property
    def reason(self):
        if not self.way:
            return "always runs"
        if self.way == (self.file,):
            return "changed"
        return "needs " + ", which needs ".join(self.way[1:])


def choose(changed, sources, hidden=(), reference=()):
    """Choose the test files for a change.

    Parameters
    ----------
    changed : set of str
        The paths of the files that changed; they may be gone.
    sources : dict
        From the path of each file that is searched for imports and names to its text.
    hidden : sequence of str
        The graded suites, which get their submission from outside.
    reference : sequence of str
        The files of the submission that they get.

    Returns
    -------
    list of Choice
        Nearest to the change first, small files before large ones, `SMOKE` last.
    """
    needs = {path: needed(path, text, set(sources) | changed) for path, text in sources.items()}
    for path in hidden:
        needs[path] |= set(reference)
    ways = {path: (path,) for path in changed}
    last = ways
    while last:
        last = {
            path: (path, *ways[min(near)])
            for path in needs
            if path not in ways and (near := needs[path].intersection(last))
        }
        ways = ways | last
    tests = [path for path in ways if is_test(path) and path in sources]
    tests.sort(key=lambda path: (len(ways[path]), len(sources[path]), path))
    chosen = [Choice(path, ways[path]) for path in tests]
    return chosen + [Choice(path, ()) for path in SMOKE if path in sources and path not in tests]


def is_test(path):
    return re.fullmatch(r"tests/(lab|autograder|hidden)/(.*/)?test_\w+\.py", path) is not None


def needed(path, text, known):
    """Return the files that a file imports or names, of those that are known."""
    named = {
        other
        for other in known
        if other != path
        and (other in text or (not other.endswith(".py") and PurePosixPath(other).name in text))
    }
    # A folder that is named stands for the files in it, unless they are modules.
    folders = set(re.findall(r"""["']([\w.-]+(?:/[\w.-]+)+)/?["']""", text))
    named |= {
        other
        for other in known
        if not other.endswith(".py")
        and folders.intersection(map(str, PurePosixPath(other).parents))
    }
    if not path.endswith(".py"):
        return named
    named |= {
        str(folder / "conftest.py")
        for folder in PurePosixPath(path).parents
        if str(folder / "conftest.py") in known
    }
    return (named | imported(path, text, known)) - {path}


def imported(path, text, known):
    """Return the files that a Python file imports, wherever in it the import stands."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return set()
    folder = PurePosixPath(path).parent
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {(None, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = [folder, *folder.parents][node.level - 1] if node.level else None
            start = f"{node.module}." if node.module else ""
            modules |= {(base, start + alias.name) for alias in node.names}
            modules |= {(base, node.module)} if node.module else set()
    found = set()
    for base, module in modules:
        # A script finds modules beside itself too.
        for root in [base] if base else [PurePosixPath(), folder, folder.parent]:
            place = root.joinpath(*module.split("."))
            packages = [place, *place.parents][: module.count(".") + 1]
            found |= {f"{place}.py", *(str(package / "__init__.py") for package in packages)}
    return found & known


def changed_files():
    """Return the paths that differ from the branch ``main``, committed or not."""
    base = "HEAD"
    for branch in ("origin/main", "main"):
        if common := git("merge-base", "HEAD", branch):
            base = common[0]
            break
    files = git("diff", "--name-only", base)
    files += git("ls-files", "--others", "--exclude-standard")
    return set(files)


def git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.splitlines() if done.returncode == 0 else []


def read_sources():
    """Return the text of each file that may import or name others."""
    files = git("ls-files", "--cached", "--others", "--exclude-standard", "*.py", "lab.toml")
    left_out = ("assignment/", "tests/submissions/", "tests/styles/")
    return {
        file: (ROOT / file).read_text(encoding="utf-8")
        for file in files
        if not file.startswith(left_out) and (ROOT / file).is_file()
    }


class Runner:
    """Runs commands until one fails or the time is up."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds
        self.failed = False
        self.running = set()

    def run(self, *command):
        """Run a module of this Python; return whether it passed, None if it didn't finish."""
        left = self.end - time.monotonic()
        if self.failed or left <= 0:
            return None
        with subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            self.running.add(process)
            try:
                output, _ = process.communicate(timeout=left)
            except subprocess.TimeoutExpired:
                kill(process)
                return None
            finally:
                self.running.discard(process)
        if process.returncode and not self.failed:
            self.stop()
            print(output, flush=True)
            return False
        return None if process.returncode else True

    def stop(self):
        """Start nothing more, and kill what is running: one failure is enough."""
        self.failed = True
        for process in list(self.running):
            kill(process)


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def main():
    """Run the checks; return the exit status."""
    runner = Runner(SECONDS)
    for command in LINTERS:
        print(" ".join(command), flush=True)
        if not runner.run(*command):
            print(f"quick: {command[0]} {'failed' if runner.failed else 'took too long'}")
            return 1
    lab = load_lab(ROOT / "lab.toml")
    suite = lab.suite.relative_to(ROOT)
    sources = read_sources()
    hidden = [path for path in sources if is_test(path) and path.startswith(f"{suite}/")]
    reference = [str((lab.reference / file).relative_to(ROOT)) for file in lab.files]
    chosen = choose(changed_files(), sources, hidden, reference)

    def test(choice):
        plugin = ("-p", "autograder.suites.local") if choice.file in hidden else ()
        passed = runner.run("pytest", "-q", "-x", "-p", "no:cacheprovider", *plugin, choice.file)
        if passed is not None:
            print(f"{'ok' if passed else 'FAILED':<7}{choice.file}  ({choice.reason})", flush=True)
        return passed

    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            results = list(pool.map(test, chosen))
        except KeyboardInterrupt:
            runner.stop()
            raise
    left = [c.file for c, passed in zip(chosen, results, strict=True) if passed is None]
    if left:
        why = "after a failure" if runner.failed else f"in {SECONDS} seconds"
        print(f"quick: not run to the end {why}, `make test` does: {' '.join(left)}")
    print(f"quick: {results.count(True)} of {len(chosen)} test files passed")
    return 1 if runner.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("quick: interrupted")
