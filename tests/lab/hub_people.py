"""What people do on the hub, in a browser of their own: students, and those who grade."""

import contextlib

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.lab.courses import LAB
from tests.services import open_browser

SECONDS = 120
VISIBLE = "return arguments[0].offsetParent !== null"


class Person:
    """A user of the hub with a browser.

    Attributes
    ----------
    user
        The name in the system.
    home
        The address of this person's own server.
    """

    def __init__(self, hub, name, pictures, profile):
        self.hub, self.name, self.user = hub, name, hub.user(name)
        host = hub.address.split("://")[1]
        self.home = f"http://{self.user}.{host}/user/{self.user}"
        self._pictures, self._number = pictures, 0
        self.browser = open_browser(profile)
        self.browser.set_window_size(1400, 1000)

    @contextlib.contextmanager
    def step(self, title):
        """Leave a picture after a step; a failure says which it was, and what the page shows."""
        try:
            yield
        except (WebDriverException, AssertionError, OSError) as error:
            picture = self.picture(f"{title} FAILED")
            shown = self.shown()[-1500:]
            said = str(error).split("Stacktrace")[0].strip()
            pytest.fail(
                f"{self.name}: {title}: {type(error).__name__} {said}\n"
                f"at {self.browser.current_url}, see {picture}\nThe page says:\n{shown}"
            )
        self.picture(title)

    def picture(self, title):
        """Save what the browser shows; return where."""
        self._number += 1
        path = self._pictures / f"{self.name}-{self._number:02}-{title.replace(' ', '-')}.png"
        with contextlib.suppress(WebDriverException):
            self.browser.save_screenshot(str(path))
        return path

    def shown(self):
        """Return the text of the page."""
        try:
            return self.browser.find_element(By.TAG_NAME, "body").text
        except WebDriverException as error:
            return f"(nothing: {error.msg})"

    def wait(self, true, what="", seconds=SECONDS):
        """Wait until something is true of the browser; give it."""
        waiting = WebDriverWait(self.browser, seconds, ignored_exceptions=[WebDriverException])
        return waiting.until(true, what)

    def find(self, css, text=None, seconds=SECONDS):
        """Wait for a visible element, by its selector and a text that it begins with."""

        def look(browser):
            for element in browser.find_elements(By.CSS_SELECTOR, css):
                fits = text is None or element.text.strip().startswith(text)
                if fits and browser.execute_script(VISIBLE, element):
                    return element
            return None

        return self.wait(look, f"no {css} {text or ''} within {seconds} s", seconds)

    def click(self, css, text=None):
        """Click an element once it is there."""

        def press(_):
            self.find(css, text).click()
            return True

        self.wait(press)

    def log_in(self, path="/hub/spawn"):
        """Log in with the password, and go on to a page of the hub."""
        with self.step("log in"):
            self.browser.get(f"{self.hub.address}/hub/login?next={path}")
            self.find("#username_input").send_keys(self.user)
            self.find("#password_input").send_keys(self.hub.passwords[self.user])
            self.click("#login_submit")
            self.wait(lambda b: "/hub/login" not in b.current_url, "the login did not go on")

    def status_of(self, address):
        """Open a page; return the status with which the server answered."""
        self.browser.get(address)
        return self.browser.execute_script(
            "return performance.getEntriesByType('navigation')[0].responseStatus"
        )

    def close(self):
        """End the browser."""
        self.browser.quit()


class Student(Person):
    """Somebody who hands in."""

    def open_lab(self):
        """Log in and wait for JupyterLab."""
        self.log_in()
        with self.step("open JupyterLab"):
            self.find(".jp-LauncherCard, .jp-Notebook, .jp-FileEditor, #assignments")

    def open_assignments(self):
        """Go to nbgrader's list of assignments by its menu."""
        with self.step("open the assignments"):
            self.click(".lm-MenuBar-itemLabel", "Nbgrader")
            self.click(".lm-Menu-itemLabel", "Assignment List")
            self.find("#released_assignments_list, #fetched_assignments_list")

    def fetch(self):
        """Fetch the assignment."""
        with self.step("fetch"):
            self.click("#released_assignments_list button", "Fetch")
            self.find("#fetched_assignments_list button", "Submit")

    def _double_click(self, element):
        self.browser.execute_script(
            "arguments[0].scrollIntoView({block: 'center'});"
            "arguments[0].dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))",
            element,
        )

    def _open(self, name):
        """Open a file or a folder that the list of files shows."""
        self._double_click(self.find(".jp-DirListing-item", name))

    def open_folder(self):
        """Open the folder of the lab in the list of files."""
        with self.step("open the folder"):
            self._open(LAB.name)
            self.find(".jp-DirListing-item", LAB.files[0])

    def write(self, name, text):
        """Replace the text of a file in the editor, and save it."""
        with self.step(f"write {name}"):
            self._open(name)
            self.find(".lm-TabBar-tab.lm-mod-current", name)
            self._type(".jp-FileEditor .cm-content", text)
            self._save()
            saved = self.hub.homes / self.user / LAB.name / name
            assert saved.read_text("utf-8") == text, f"{saved} has another text"

    def _type(self, css, text):
        self.click(css)
        self.browser.switch_to.active_element.send_keys(Keys.CONTROL, "a")
        # As if it were pasted: the editor would indent and close brackets by itself.
        self.browser.execute_cdp_cmd("Input.insertText", {"text": text})

    def _save(self):
        self.browser.switch_to.active_element.send_keys(Keys.CONTROL, "s")
        self.wait(
            lambda b: not b.find_elements(By.CSS_SELECTOR, ".lm-TabBar-tab.jp-mod-dirty"),
            "the file was not saved",
        )

    def answer(self, text):
        """Answer the first question of the notebook."""
        with self.step("answer a question"):
            self._open(f"{LAB.name}.ipynb")
            self.find(".validate-button")
            cell = self.wait(self._first_question)
            self._double_click(cell.find_element(By.CSS_SELECTOR, ".jp-MarkdownOutput"))
            self._type(".jp-MarkdownCell.jp-mod-active .cm-content", text)
            self.browser.switch_to.active_element.send_keys(Keys.SHIFT, Keys.ENTER)
            self._save()

    def _first_question(self, browser):
        for cell in browser.find_elements(By.CSS_SELECTOR, ".jp-MarkdownCell"):
            if "YOUR ANSWER HERE" in cell.text:
                return cell
        browser.execute_script("document.querySelector('.jp-WindowedPanel-outer').scrollBy(0, 600)")
        return None

    def validate(self):
        """Have the notebook validated by the button; return what that says."""
        with self.step("validate"):
            self.click(".validate-button")
            said = self.find("#validation-message", seconds=4 * SECONDS).text
        self.click(".jp-Dialog-button")
        return said

    def submit(self):
        """Hand in."""
        with self.step("submit"):
            self.click("#fetched_assignments_list button", "Submit")
            self.find("#submitted_assignments_list button", "Fetch Feedback")

    def read_feedback(self):
        """Fetch the feedback and open it; return its text."""
        with self.step("fetch feedback"):
            self.click("#submitted_assignments_list button", "Fetch Feedback")
            self.click("#submitted_assignments_list a", "(view feedback)")
        with self.step("read feedback"):
            self._open(f"{LAB.name}.html")
            self.browser.switch_to.frame(self.find(".jp-HTMLViewer iframe"))
            part = LAB.parts[0].name
            self.wait(lambda _: f"{part}: " in self.shown(), "there is no feedback on the page")
            text = self.shown()
            self.browser.switch_to.default_content()
        return text


class Marker(Person):
    """Somebody who may open formgrader."""

    @property
    def formgrader(self):
        """The address of formgrader, a service of the hub."""
        host = self.hub.address.split("://")[1]
        return f"http://formgrader--service.{host}/services/formgrader/formgrader"

    def open_formgrader(self):
        """Log in and open formgrader."""
        self.log_in("/hub/home")
        self.go("manage_assignments")
        with self.step("see the lab"):
            self.find("td.name", LAB.name)

    def press(self, column, row=LAB.name):
        """Press the button in a column of the row that holds a text; wait for success."""
        with self.step(f"{column} {row}".replace(self.hub.account, "")):
            self.wait(lambda b: self._press(b, column, row), f"no {column} of {row}")
            title = self.wait(lambda _: self.find(".modal .modal-title").text, "no answer")
            said = self.find(".modal .modal-body").text
            assert title == "Success", said
        self.click(".modal .modal-header .close")
        self.wait(lambda b: not b.find_elements(By.CSS_SELECTOR, ".modal-backdrop"))
        return said

    def _press(self, browser, column, row):
        for line in browser.find_elements(By.CSS_SELECTOR, "tbody tr"):
            if row in line.text:
                line.find_element(By.CSS_SELECTOR, f"td.{column} a").click()
                return True
        return False

    def row(self, text):
        """Return the text of the row that holds a text."""
        rows = "tbody tr"
        return self.wait(
            lambda b: next(
                (r.text for r in b.find_elements(By.CSS_SELECTOR, rows) if text in r.text), None
            ),
            f"no row of {text}",
        )

    def go(self, page):
        """Open a page of formgrader."""
        with self.step(f"open {page.split('/')[0]}"):
            self.browser.get(f"{self.formgrader}/{page}")

    def mark(self, student, points, comment):
        """Give points and a comment for a student's first answer; return what the page showed."""
        with self.step(f"open what {student} handed in"):
            user = self.hub.user(student)
            self.browser.get(f"{self.formgrader}/manage_students/{user}/{LAB.name}")
            self.click("td a", LAB.name)
            field = self.find("input.score[id^=question]")
            shown = self.shown()
        with self.step(f"mark an answer of {student}"):
            self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
            field.clear()
            field.send_keys(str(points), Keys.TAB)
            self.find("textarea.comment").send_keys(comment, Keys.TAB)
            self.wait(lambda b: b.execute_script("return $.active") == 0)
        return shown
