"""The course in a real browser: what an instructor sees and does, and what must not happen."""

import datetime
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import alert_is_present
from selenium.webdriver.support.ui import Select, WebDriverWait

from autograder.course.extensions import decisions_of
from autograder.intake.entries import nbgrader_name
from autograder.results.decisions import EXTEND
from tests.bench.course import open_pages
from tests.lab.courses import LAB, REFERENCE, ROOT, answers, new_course, run, total_scores
from tests.lab.courses import write_submission as write
from tests.services import open_browser

pytestmark = pytest.mark.slow

#: Every way in which a page could be made to run something: each would set a title.
RUN = "document.title='RAN'"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f'<img src=x onerror="{RUN}">',
    f"<svg onload={RUN}>",
    f"[click](javascript:{RUN})",
    f'<a href="javascript:{RUN}">click</a>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f"<details open ontoggle={RUN}>x</details>",
    f"$\\href{{javascript:{RUN}}}{{click}}$",
    f'[x]: javascript:{RUN} "y"\n\n[x]',
    f'![x](x"onerror="{RUN})',
    f"`{{{{ 1 }}}}` {{% raw %}} </textarea></pre><script>{RUN}</script>",
]
SECONDS = 60
#: Of the sample class: wrong code, and attackers.
CLASS = ["s03-wrong-transpose", "s10-os-exit", "s11-patched-numpy", "s12-file-reader"]
#: An id that nbgrader would take for a pattern, and its pages for an address with options.
ODD = "x[1]* ?#%41"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with one graded submission, whose every text tries to run something."""
    home = tmp_path_factory.mktemp("formgrader")
    course = new_course(home / "course")
    texts = "\n\n".join(PAYLOADS)
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": texts}}
    output["data"] |= {"text/plain": texts, "image/svg+xml": f"<svg onload={RUN}>"}
    output["data"] |= {"application/javascript": RUN, "image/png": f'"><script>{RUN}</script>'}
    code = {"cell_type": "code", "source": texts, "outputs": [output], "metadata": {}}
    more = [{"cell_type": kind, "source": texts, "metadata": {}} for kind in ("markdown", "raw")]
    notebook = answers(course, [texts], [code, *more])
    comment = texts.replace("\n", " ").encode()
    wrong = REFERENCE["linear_layer.py"].replace(b"grad.T @", b"-grad.T @")
    files = REFERENCE | {"linear_layer.py": wrong + b"# " + comment + b"\n"}
    files["activation.py"] = b"class Activation:\n    def __init__(self, name):\n" + (
        b"        raise ValueError(%r)\n" % comment.decode()
    )
    write(home / "in" / "mallory", files, notebook)
    for student in CLASS:
        shutil.copytree(LAB.sample / student, home / "in" / student)
    write(home / "in" / ODD)
    run("autograder", "grade", home / "in", "--course", course.root, "--out", home / "out")
    return course


@pytest.fixture(scope="module")
def address(course, tmp_path_factory):
    """Serve the course, as `make formgrader` does."""
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{name}_DIR"] = str(tmp_path_factory.mktemp(name))
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "formgrader", str(course.root), "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if found := re.search(r"address\s+(http://\S+)", line):
            break
    else:
        pytest.fail("the server did not tell its address")
    yield found[1]
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = open_browser(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


def seen(browser, text, where=By.LINK_TEXT):
    """Wait until something is on the page, and give it."""
    return WebDriverWait(browser, SECONDS).until(lambda b: b.find_element(where, text))


def open_submission(browser, address, course):
    """Go to the page of mallory's submission, through those that lead there."""
    browser.get(address)
    page = address.split("/formgrader")[0] + "/formgrader/gradebook/"
    browser.get(page)
    seen(browser, LAB.name).click()
    seen(browser, LAB.name).click()
    seen(browser, "Submission #1")
    with course.gradebook as gradebook:
        submission_id = gradebook.find_submission_notebook(LAB.name, LAB.name, "mallory").id
    browser.get(f"{address.split('/formgrader')[0]}/formgrader/submissions/{submission_id}")
    seen(browser, ".score", By.CSS_SELECTOR)


def nothing_ran(browser):
    return browser.title != "RAN" and not browser.find_elements(
        By.CSS_SELECTOR, "#notebook script, #notebook iframe, #notebook [onerror], #notebook svg"
    )


def test_the_page_of_a_submission_is_soon_there(course, tmp_path, monkeypatch):
    """In processor seconds of the server, since the machine may have more to do."""
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name))
    took = [processor for _, processor in open_pages(course)]
    assert len(took) > 3 and max(took) < 1


def test_the_assignment_is_there(browser, address):
    browser.get(address)
    seen(browser, LAB.name, By.LINK_TEXT)
    assert "nbgrader" in browser.page_source
    assert "gradebook.db" not in browser.page_source  # nor a password, where it has one


def test_the_submission_shows_score_feedback_code_and_guide(browser, address, course):
    open_submission(browser, address, course)
    text = browser.find_element(By.ID, "notebook").text
    assert "Linear_Layer: " in text and "✗ backward" in text
    assert "class Model" in text and "-grad.T @" in text
    guide = (course.root / "source" / LAB.name / course.notebook).read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" in guide
    scores = {
        field.get_attribute("id"): field.get_attribute("placeholder")
        for field in browser.find_elements(By.CSS_SELECTOR, "input.score")
    }
    assert float(scores["Model"]) == 30
    assert float(scores["Activation"]) == 0


def test_no_script_of_a_student_runs(browser, address, course):
    open_submission(browser, address, course)
    assert nothing_ran(browser)
    for link in browser.find_elements(By.CSS_SELECTOR, "#notebook a[href]"):
        assert not link.get_attribute("href").lower().startswith("javascript:")
    for link in browser.find_elements(By.LINK_TEXT, "click"):
        browser.execute_script("arguments[0].click()", link)
    assert nothing_ran(browser)


def test_nor_in_the_feedback(browser, course, tmp_path):
    run("nbgrader", "generate_feedback", LAB.name, "--force", cwd=course.root)
    page = course.root / "feedback" / "mallory" / LAB.name / f"{LAB.name}.html"
    browser.get(page.as_uri())
    assert "Linear_Layer: " in browser.find_element(By.TAG_NAME, "body").text
    assert browser.title != "RAN"
    for link in browser.find_elements(By.CSS_SELECTOR, "a[href]"):
        assert not link.get_attribute("href").lower().startswith("javascript:")
    assert not browser.find_elements(By.CSS_SELECTOR, "[onerror], [onload], iframe")


def test_people_see_ids_and_links_work(browser, address):
    browser.get(address)
    pages = address.split("/formgrader")[0] + "/formgrader"
    browser.get(f"{pages}/manage_students")
    seen(browser, f"//td[text()='{ODD}']", By.XPATH)
    assert nbgrader_name(ODD) not in browser.find_element(By.TAG_NAME, "body").text
    browser.get(f"{pages}/manage_students/{nbgrader_name(ODD)}")
    seen(browser, LAB.name).click()
    seen(browser, f"//ol//*[contains(text(), '{ODD}')]", By.XPATH)
    seen(browser, f"//table//a[text()='{LAB.name}']", By.XPATH).click()
    seen(browser, ".score", By.CSS_SELECTOR)
    shown = browser.find_element(By.CSS_SELECTOR, ".breadcrumb .name-shown")
    assert shown.get_attribute("textContent").strip() == ODD


def test_points_can_be_given_by_hand(browser, address, course):
    before = total_scores(course)["mallory"]
    open_submission(browser, address, course)
    field = next(
        field
        for field in browser.find_elements(By.CSS_SELECTOR, "input.score")
        if field.get_attribute("id").startswith("question")
    )
    name = field.get_attribute("id")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    field.send_keys("3.5\t")
    WebDriverWait(browser, SECONDS).until(lambda _: manual(course, name) == 3.5)
    assert total_scores(course)["mallory"] == before + 3.5


def give(browser, css, value):
    """Type into the first field of an answer."""
    field = seen(browser, css, By.CSS_SELECTOR)
    WebDriverWait(browser, SECONDS).until(lambda b: b.execute_script("return $.active") == 0)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    field.send_keys(Keys.CONTROL, "a")  # to clear it would be a change of its own
    field.send_keys(f"{value}\t")


def test_two_people_who_mark_the_same_answer_are_told(browser, address, course):
    score, comment = "input.score[id^=question]", "textarea.comment"
    open_submission(browser, address, course)
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    open_submission(browser, address, course)
    give(browser, score, 2)
    give(browser, comment, "Theirs.")
    WebDriverWait(browser, SECONDS).until(lambda b: b.execute_script("return $.active") == 0)
    browser.close()
    browser.switch_to.window(first)
    give(browser, score, 4)
    asked = WebDriverWait(browser, SECONDS).until(alert_is_present())
    assert "Theirs: points 2.0. Yours: points 4.0." in asked.text
    asked.dismiss()
    field = seen(browser, score, By.CSS_SELECTOR)
    WebDriverWait(browser, SECONDS).until(lambda _: field.get_property("value") == "2")
    give(browser, comment, "Mine.")
    asked = WebDriverWait(browser, SECONDS).until(alert_is_present())
    assert "OK: save both" in asked.text
    asked.accept()
    name = field.get_attribute("id")
    with course.gradebook as gradebook:

        def now():
            gradebook.db.remove()
            found = gradebook.find_comment(name, LAB.name, LAB.name, "mallory")
            return found.manual_comment

        WebDriverWait(browser, SECONDS).until(lambda _: now() == "Theirs.\n\nMine.")
    assert manual(course, name) == 2


def manual(course, name):
    with course.gradebook as gradebook:
        return gradebook.find_grade(name, LAB.name, LAB.name, "mallory").manual_score


def test_an_extension_is_given_and_counts(browser, address, course):
    due = datetime.datetime(2026, 1, 2, 15, 59)
    with course.gradebook as gradebook:
        gradebook.update_or_create_assignment(LAB.name, duedate=due)
    browser.get(f"{address.split('/formgrader')[0]}/formgrader/manage_submissions/{LAB.name}")
    seen(browser, "Deadline and extensions").click()
    Select(seen(browser, "select[name=student]", By.CSS_SELECTOR)).select_by_visible_text(ODD)
    field = seen(browser, "input[name=until]", By.CSS_SELECTOR)
    before = datetime.datetime.fromisoformat(field.get_property("value"))  # of the deadline
    until = before + datetime.timedelta(days=3)
    browser.execute_script("arguments[0].value = arguments[1]", field, f"{until:%Y-%m-%dT%H:%M}")
    seen(browser, "input[name=why]", By.CSS_SELECTOR).send_keys("was ill\n")
    WebDriverWait(browser, SECONDS).until(lambda b: f"{ODD} has until" in b.page_source)
    (decision,) = decisions_of(course)
    assert (decision.kind, decision.student, decision.why) == (EXTEND, ODD, "was ill")
    assert decision.until == due.replace(tzinfo=datetime.UTC) + datetime.timedelta(days=3)
    with course.gradebook as gradebook:
        found = gradebook.find_submission(LAB.name, nbgrader_name(ODD))
        assert found.extension == datetime.timedelta(days=3)


def test_the_button_grades_by_the_engine(browser, address, course):
    before = total_scores(course)
    assert set(before) == {"mallory", nbgrader_name(ODD), *CLASS}
    with course.gradebook as gradebook:
        for submission in gradebook.assignment_submissions(LAB.name):
            for grade in submission.notebooks[0].grades:
                grade.auto_score = None
        gradebook.db.commit()
    assert max(total_scores(course).values()) < max(before.values())
    browser.get(address)
    browser.get(f"{address.split('/formgrader')[0]}/formgrader/manage_submissions/{LAB.name}")
    seen(browser, "td.autograde a, td.autograde button", By.CSS_SELECTOR)
    for number in range(len(before)):
        browser.execute_script(
            "document.querySelectorAll('td.autograde a, td.autograde button')"
            "[arguments[0]].click()",
            number,
        )
        wait = WebDriverWait(browser, 4 * SECONDS)
        wait.until(lambda _: len(graded(course)) == number + 1)  # noqa: B023
        close = seen(browser, ".modal.in button.close, .modal.show .btn-close", By.CSS_SELECTOR)
        browser.execute_script("arguments[0].click()", close)
        wait.until(lambda b: not b.find_elements(By.CSS_SELECTOR, ".modal-backdrop"))
    assert total_scores(course) == before


def graded(course):
    with course.gradebook as gradebook:
        return [
            submission.student.id
            for submission in gradebook.assignment_submissions(LAB.name)
            if all(
                grade.auto_score is not None
                for grade in submission.notebooks[0].grades
                if grade.name in {part.name for part in LAB.parts}
            )
        ]


def test_the_pictures(browser, address, course):
    """Leave pictures to look at, where that was asked for."""
    folder = os.environ.get("PICTURES")
    if folder:
        open_submission(browser, address, course)
        browser.set_window_size(1200, 3000)
        browser.save_screenshot(str(Path(folder) / "submission.png"))
