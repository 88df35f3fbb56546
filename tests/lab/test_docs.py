"""The documentation builds without a warning, and nothing in it leads nowhere."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from tests.lab.documentation import DOCS, PAGES, ROOT, SITE, name, tokens

README = ROOT / "README.md"
IMAGES = sorted((DOCS / "images").glob("*.png"))
LARGEST = 200 * 1024


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site, every warning an error."""
    folder = tmp_path_factory.mktemp("site")
    options = ["-W", "-n", "--keep-going", "-q", "-E", "-d", str(folder / "doctrees"), "-b", "html"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "docs", str(folder / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return folder / "html"


class Page(HTMLParser):
    """The links, the targets, the pictures and the scripts of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.targets, self.pictures = [], set(), []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.targets |= {attributes[key] for key in ("id", "name") if attributes.get(key)}
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag == "img":
            self.pictures.append((attributes.get("src"), attributes.get("alt")))


@pytest.mark.slow
def test_links_and_anchors_resolve(site):
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    assert len(pages) > len(SITE)
    for path, page in pages.items():
        for link in page.links:
            address = urlsplit(link)
            if address.scheme:
                continue
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            assert target.exists(), f"{path.name} links to {link}"
            if address.fragment and target in pages:
                assert unquote(address.fragment) in pages[target].targets, f"{path.name}: {link}"


@pytest.mark.slow
def test_pictures_are_there_and_described(site):
    for path in site.rglob("*.html"):
        for source, text in Page(path).pictures:
            assert (path.parent / unquote(source)).exists(), f"{path.name}: {source}"
            if "_static/" in source:  # the theme's own
                continue
            assert text and len(text) > 20, f"{path.name}: {source} needs an alt text"


@pytest.mark.slow
def test_every_page_is_in_the_site(site):
    for page in SITE:
        assert (site / page.relative_to(DOCS).with_suffix(".html")).exists()


@pytest.mark.slow
def test_what_lab_authors_may_use_is_documented(site):
    from autograder import checks

    page = Page(site / "reference" / "checks.html")
    described = {target.removeprefix("module-") for target in page.targets}
    assert {f"autograder.checks.{name}" for name in checks.__all__} <= described


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_external_links_are_well_formed(page):
    for token, _ in tokens(page):
        link = token.attrGet("href") if token.type == "link_open" else None
        if link and urlsplit(link).scheme:
            address = urlsplit(link)
            assert address.scheme == "https", link
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", address.netloc), link
            assert not re.search(r"\s", link), link


# Of the README, GitHub makes the links


def test_the_readme_is_short():
    assert len(README.read_text("utf-8").splitlines()) <= 150


def test_the_readmes_links_lead_somewhere():
    found = 0
    for token, _ in tokens(README):
        kind = {"link_open": "href", "image": "src"}.get(token.type)
        if kind and not urlsplit(token.attrGet(kind)).scheme:
            found += 1
            assert (ROOT / token.attrGet(kind)).exists(), token.attrGet(kind)
            assert token.type != "image" or len(token.content) > 20
    assert found > 10


# Pictures


def test_the_pictures_are_small_and_shown():
    text = "".join(page.read_text("utf-8") for page in PAGES)
    assert len(IMAGES) >= 2
    for image in IMAGES:
        assert image.read_bytes().startswith(b"\x89PNG")
        assert image.stat().st_size <= LARGEST
        assert f"images/{image.name}" in text
    readme = README.read_text("utf-8")
    assert "images/student.png" in readme
    assert "images/class.png" in readme


def test_the_drawing_is_plain_and_described():
    drawing = ET.parse(DOCS / "developers" / "architecture.svg").getroot()
    tags = [element.tag.rpartition("}")[2] for element in drawing.iter()]
    assert "script" not in tags
    assert "foreignObject" not in tags
    assert tags.count("title") == 1
    style = next(element.text for element in drawing.iter() if element.tag.endswith("style"))
    assert "prefers-color-scheme: dark" in style
    assert "url(" not in style
