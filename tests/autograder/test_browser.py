"""The pages in a real browser: accessible, quiet, and not to be taken over.

Needs Debian's chromium and chromium-driver (or others on the path). Where they are missing the
tests are skipped and say so; with REQUIRE_SERVICES=1 in the environment they fail instead.
"""

import http.server
import json
import os
import shutil
import threading
from contextlib import suppress
from dataclasses import replace
from importlib.resources import files

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner.findings import (
    Arrays,
    Call,
    Finding,
    Findings,
    Frame,
    Side,
    Trace,
)
from autograder.files import write_whole
from autograder.inspection.page import inspection_page
from autograder.inspection.run import Inspection
from autograder.lab import Check
from autograder.messages import say
from autograder.pages.site import Site
from autograder.pages.write import write_pages
from autograder.records import EARLIER, FILE_NAME
from tests.autograder.conftest import ROOT, write_files, write_lab
from tests.autograder.pages import (
    GRAPH,
    a_class,
    all_pictures,
    check,
    class_page,
    diagnosis,
    grade,
    graded,
    raised,
)

pytestmark = pytest.mark.slow

DRAWS = Draws(0, PUBLIC_SECRET)
AXE = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
QUESTION = (
    '# %% [markdown]\n# ## Why?\n\n# %% [markdown] nbgrader={"grade": true, "solution": true, '
    '"grade_id": "why", "points": 3}\n'
)
OPTIONS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-extensions "
    "--disable-background-networking --disable-component-update --disable-sync"
)


@pytest.fixture(scope="module")
def browser():
    """Start a headless Chromium that logs what it fetches."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if not (chromium and driver):
        reason = "chromium and chromedriver are not installed: the pages are not tried in a browser"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for option in OPTIONS.split():
        options.add_argument(option)
    started = webdriver.Chrome(options=options, service=Service(driver))
    started.set_script_timeout(30)
    yield started
    started.quit()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return write_lab(tmp_path_factory.mktemp("lab"))


def write_class(lab, folder, grades):
    for one in grades:
        write_whole(folder / one.student / FILE_NAME, one.to_json())
    write_pages(lab, folder)
    return folder


@pytest.fixture(scope="module")
def pages(lab, tmp_path_factory):
    """Write the pages of a class; that of s08 has a graph, an attempt before and a question."""
    folder = tmp_path_factory.mktemp("grades")
    write_files(lab.root, {"graph.toml": GRAPH, "notebook.py": QUESTION})
    release = replace(lab.release, notebook="notebook.py")
    lab = replace(lab, graph=lab.root / "graph.toml", release=release)
    now = replace(graded(forward="failed", zeros="passed", add="not reached"), student="s08")
    before = replace(graded(forward="passed", zeros="failed", add="passed"), digest="sha256:0")
    write_whole(folder / "s08" / EARLIER, before.to_json())
    return write_class(lab, folder, [*a_class(), now])


def show(browser, path, *, language="en", dark=False, width=1000):
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(path.as_uri())
    if language != "en":
        browser.find_element(By.ID, f"use-{language}").click()


def shown_text(browser):
    return browser.find_element(By.TAG_NAME, "body").text


def fetched(browser):
    """Give the addresses that were asked for since the last call."""
    found = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return found


# Accessibility ----------------------------------------------------------------------------------


def violations(browser):
    browser.execute_script(AXE)
    result = browser.execute_async_script(
        "axe.run(document, {resultTypes: ['violations']}).then(arguments[arguments.length - 1])"
    )
    return [
        (violation["id"], violation["impact"], node["html"][:200])
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("page", ["s02/index.html", "s08/index.html", "index.html"])
@pytest.mark.parametrize("language", ["en", "zh-TW"])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(browser, pages, page, language, dark):
    show(browser, pages / page, language=language, dark=dark)
    browser.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    assert violations(browser) == []


#: What students read of this lab.
DOCUMENTS = sorted((ROOT / "assignment").glob("*.html"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_axe_finds_nothing_in_a_document_which_needs_no_wide_screen(browser, document):
    for dark in (False, True):
        show(browser, document, dark=dark)
        assert violations(browser) == []
    show(browser, document, width=360)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360


@pytest.fixture(scope="module")
def inspected(lab, tmp_path_factory):
    """The page of an inspection with everything in it."""
    check = Check("test_doubler.py::test_forward", "Doubler", "forward doubles", 3, False)
    call = Call(3, "call_method", "a Doubler", "forward", (("x", "1"),), "2", False)
    frame = Frame("doubler.py", 2, "forward", (("x", "[1, 2]"),))
    side = Side((2, 2), tuple((i, f"{i}.5") for i in range(4)))
    finding = Finding(
        check=check,
        outcome="failed",
        message="what forward returns has the wrong shape.",
        line=9,
        calls=(call, replace(call, raised=True)),
        more=3,
        printed="x" * 300,
        trace=Trace("KeyError", "x", (frame, replace(frame, file="gone.py"))),
        arrays=Arrays("x", side, side, frozenset({2}), 1),
    )
    found = Findings(None, "sha256:0", (), {"doubler.py": "a\n" + "b" * 300}, (finding,))
    page = inspection_page(Inspection("s1", lab, DRAWS, found, (finding,), ("a remark",)))
    path = tmp_path_factory.mktemp("inspected") / "page.html"
    path.write_text(page)
    return path


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_in_an_inspection(browser, inspected, dark):
    show(browser, inspected, dark=dark)
    assert violations(browser) == []


def test_an_inspection_leads_to_the_code_and_needs_no_wide_screen(browser, inspected):
    show(browser, inspected, width=360)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    browser.find_element(By.LINK_TEXT, "doubler.py, line 2").click()
    assert browser.find_element(By.CSS_SELECTOR, ":target").text.startswith("bbb")


def test_axe_finds_what_is_wrong(browser, tmp_path):
    bad = "<html><body><img src='data:,'><p style='color:#ccc;background:#fff'>pale"
    (tmp_path / "bad.html").write_text(bad)
    show(browser, tmp_path / "bad.html")
    assert {name for name, *_ in violations(browser)} >= {"image-alt", "color-contrast"}


@pytest.mark.parametrize("page", ["s02/index.html", "s08/index.html", "index.html"])
def test_a_phone_need_not_scroll_sideways(browser, pages, page):
    for language in ("en", "zh-TW"):
        show(browser, pages / page, language=language, width=360)
        width = browser.execute_script("return document.documentElement.scrollWidth")
        assert width <= 360


def test_what_is_printed_is_whole_and_has_no_switch(browser, pages):
    show(browser, pages / "s08" / "index.html", dark=True)
    heights = (
        "return ['.languages', 'details ul.passed', '.graph svg'].map("
        "name => document.querySelector('.page[lang=en] ' + name) || document.querySelector(name))"
        ".map(element => element.getBoundingClientRect().height)"
    )
    assert [height > 0 for height in browser.execute_script(heights)] == [True, True, True]
    browser.execute_script("for (const d of document.querySelectorAll('details')) d.open = false")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert [height > 0 for height in browser.execute_script(heights)] == [False, True, True]
    ground = "return getComputedStyle(document.body).backgroundColor"
    assert browser.execute_script(ground) == "rgb(255, 255, 255)"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_language_is_chosen_by_keyboard(browser, pages):
    show(browser, pages / "s02" / "index.html")
    assert "What to do first" in shown_text(browser) and "建議的修正步驟" not in shown_text(browser)
    browser.find_element(By.ID, "use-zh-TW").send_keys(Keys.ENTER)
    assert "建議的修正步驟" in shown_text(browser) and "What to do first" not in shown_text(browser)


def test_the_table_is_sorted_by_its_headings(browser, pages):
    show(browser, pages / "index.html")
    table = browser.find_elements(By.CSS_SELECTOR, ".page[lang=en] table.sortable")[-1]

    def students():
        return [cell.text for cell in table.find_elements(By.CSS_SELECTOR, "tbody th")]

    before = students()
    heading = table.find_elements(By.CSS_SELECTOR, "thead th")[2]
    heading.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert heading.get_attribute("aria-sort") == "descending"
    assert students()[0] == "s01" and students()[-1] in ("s06", "s07")
    heading.find_element(By.TAG_NAME, "button").click()
    assert students()[-1] == "s01"
    first = table.find_element(By.CSS_SELECTOR, "thead button")
    first.click()
    assert students() == before
    first.click()
    assert students() == before[::-1]


def test_a_class_of_a_thousand_is_sorted_at_once(browser, lab, tmp_path):
    right = a_class()[0]
    many = [replace(right, student=f"s{i:04}", score=i % 13) for i in range(1000)]
    path = tmp_path / "index.html"
    path.write_text(class_page(Site(lab), many), "utf-8")
    show(browser, path)
    milliseconds = browser.execute_script(
        "const tables = [...document.querySelectorAll('.page[lang=en] table.sortable')];"
        "const button = tables.at(-1).querySelectorAll('button')[2];"
        "const start = performance.now(); button.click(); return performance.now() - start"
    )
    assert milliseconds < 1000
    rows = browser.execute_script(
        "return [...[...document.querySelectorAll('.page[lang=en] table.sortable')].at(-1)"
        ".tBodies[0].rows].map(row => row.cells[2].textContent)"
    )
    assert [int(score) for score in rows] == sorted((i % 13 for i in range(1000)), reverse=True)


def test_students_are_a_click_away(browser, pages):
    for student in ("s01", "s04 李小明"):
        show(browser, pages / "index.html")
        browser.find_element(By.LINK_TEXT, student).click()
        assert browser.find_element(By.TAG_NAME, "h1").text == student


# Hostile text -----------------------------------------------------------------------------------


@pytest.fixture
def trap():
    """Listen where hostile pages call; give the port and what was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], asked
    server.shutdown()
    server.server_close()


def payloads(port):
    address = f"http://127.0.0.1:{port}"
    return [
        f"<script src='{address}/script'></script><script>document.title='pwned'</script>",
        f"\"><img src='{address}/image' onerror=\"document.title='pwned'\">",
        f"'><svg onload=\"document.title='pwned'\"><image href='{address}/svg'/></svg>",
        f"</style><style>@import '{address}/style'; body {{ background: url({address}/b) }}",
        f"</title><link rel=stylesheet href='{address}/link'><iframe src='{address}/frame'>",
        f"<meta http-equiv=refresh content='0;url={address}/refresh'><base href='{address}/'>",
        f"`<form action='{address}/form'><button autofocus onfocus=\"document.title='pwned'\">`",
    ]


def hostile_grade(texts):
    text = " ".join(texts)
    hints = {"en": text, "zh-TW": text}
    checks = []
    for i, one in enumerate(texts):
        known = diagnosis(one, hints=hints)
        failed = check(i, "Doubler", "failed", say("{a}", a=one), known, all_pictures(one, one))
        checks.append(replace(failed, name=one))
    checks.append(check(99, outcome="failed", message=raised(line=1, source=text)))
    return replace(grade("hostile", checks), digest=text)


def quiet(browser, path, trap):
    """Tell whether a page ran nothing and asked for nothing but itself."""
    with suppress(Exception):
        fetched(browser)
    show(browser, path)
    show(browser, path, language="zh-TW")
    _, asked = trap
    outside = [url for url in fetched(browser) if url != path.as_uri()]
    return browser.title != "pwned" and not asked and not outside


def test_the_trap_works(browser, trap, tmp_path):
    """Without escaping and policy, the same texts run and call home."""
    radio = "<input type=radio id=use-zh-TW>"
    body = f"<html><title>calm</title><body>{radio}{' '.join(payloads(trap[0])[:2])}"
    (tmp_path / "bad.html").write_text(body)
    assert not quiet(browser, tmp_path / "bad.html", trap)
    assert browser.title == "pwned" and "/script" in trap[1] and "/image" in trap[1]


def test_hostile_text_runs_nothing_and_fetches_nothing(browser, lab, trap, tmp_path):
    one = hostile_grade(payloads(trap[0]))
    names = [replace(one, student=text.replace("/", "%2F")) for text in payloads(trap[0])]
    write_class(lab, tmp_path, [one])
    assert quiet(browser, tmp_path / "hostile" / "index.html", trap)
    assert "onerror" in shown_text(browser)  # it was there, as text
    (tmp_path / "index.html").write_text(class_page(Site(lab), [one, *names]), "utf-8")
    assert quiet(browser, tmp_path / "index.html", trap)
    assert "onerror" in shown_text(browser)


@pytest.mark.parametrize("page", ["s02/index.html", "index.html"])
def test_even_text_that_was_not_escaped_could_do_nothing(browser, pages, trap, page, tmp_path):
    """The second layer, the policy, holds alone."""
    text = (pages / page).read_text("utf-8")
    raw = " ".join(payloads(trap[0])[:3])
    path = tmp_path / "raw.html"
    path.write_text(text.replace("<header>", f"{raw}<header>"), "utf-8")
    show(browser, path)
    assert browser.find_elements(
        By.CSS_SELECTOR, "img[src*='/image']"
    )  # it is there, as an element
    assert browser.title != "pwned" and not trap[1]
