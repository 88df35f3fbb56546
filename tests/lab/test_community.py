"""The files that a public project has: valid, in agreement, and without dead links."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CITATION, CHANGELOG = ROOT / "CITATION.cff", ROOT / "CHANGELOG.md"
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
PAGES = ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", ".github/pull_request_template.md"]


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def validate(schema, *files):
    """Return the exit status of a check by a schema that comes with the tool."""
    command = [Path(sys.executable).parent / "check-jsonschema", "--builtin-schema", schema, *files]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_citation_is_valid():
    done = validate("vendor.citation-file-format", CITATION)
    assert done.returncode == 0, done.stdout


def test_a_broken_citation_is_not(tmp_path):
    broken = tmp_path / "CITATION.cff"
    broken.write_text(CITATION.read_text().replace("authors:", "writers:"))
    assert validate("vendor.citation-file-format", broken).returncode == 1


def test_the_issue_forms_are_valid():
    done = validate("vendor.github-issue-forms", *FORMS)
    assert FORMS and done.returncode == 0, done.stdout


def test_version_and_license_are_the_same_everywhere():
    citation = yaml.safe_load(CITATION.read_text())
    assert citation["version"] == project()["version"]
    assert citation["license"] == project()["license"] == "BSD-3-Clause"
    (holder,) = [author["name"] for author in citation["authors"]]
    assert project()["authors"] == [{"name": holder}]
    assert (ROOT / "LICENSE").read_text().startswith("BSD 3-Clause License\n")
    assert f"Copyright (c) 2026, {holder}\n" in (ROOT / "LICENSE").read_text()


def test_the_changelog_lists_the_version_below_what_is_unreleased():
    versions = re.findall(r"^## \[(.+?)\]", CHANGELOG.read_text(), re.MULTILINE)
    assert versions[:2] == ["Unreleased", project()["version"]]
    kinds = set(re.findall(r"^### (\w+)$", CHANGELOG.read_text(), re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.mark.parametrize("page", PAGES)
def test_links_and_commands_exist(page):
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith("https://"):
            path, _, anchor = target.partition("#")
            assert (ROOT / path).is_file(), target
            headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
            assert not anchor or anchor in slugs, target
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`,\s])", "\n".join(code(text))))
    assert named <= set(targets), named - set(targets)


def code(text):
    """Yield what stands in a page as code."""
    yield from re.findall(r"```\n(.*?)```", text, re.DOTALL)
    yield from (f"{span} " for span in re.findall(r"`([^`\n]+)`", text))


def test_the_folders_that_contributors_are_told_of_exist():
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    folders = re.findall(r"`([\w/]+)/`", " ".join(rows))
    assert folders and [f for f in folders if not (ROOT / f).is_dir()] == []
