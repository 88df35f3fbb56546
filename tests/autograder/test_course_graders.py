"""Several people and programs at once on one gradebook: nothing that one of them does is lost."""

import datetime
import json
import multiprocessing
import shutil
import threading
import time
from types import SimpleNamespace

import pytest
from nbgrader.api import Comment, Grade

from autograder.course import marking, turns
from autograder.course.autograde import GradeFiles
from autograder.course.database import WAIT_SECONDS
from autograder.course.export import read_course
from autograder.course.folder import CourseError, nbgrader_api
from autograder.course.gradebook import GradebookWriter
from autograder.course.marking import CONFLICT, GRADED_AGAIN, OK, save
from autograder.course.turns import turn
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run, grade_all
from autograder.intake.gather import list_entries
from autograder.jail.probe import find_sandbox
from autograder.records import FILE_NAME, read_record
from autograder.results.decisions import ADD, Decision, add_decision, read_decisions
from tests.autograder.conftest import RIGHT, write_files
from tests.autograder.course import PARTS, QUESTION, answered, copy_course, scores, write_course
from tests.services import postgresql

FORK = multiprocessing.get_context("fork")
#: How often each of two people marks the same cells, while others work.
TIMES = 8
STUDENTS = ("ann", "ben")
BOTH, NAME = STUDENTS[0], "small"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def files(template):
    return RIGHT | {template.notebook: json.dumps(answered(template))}


def enter(course, home, files):
    """Enter what two students handed in; give the writer, their entries and grades."""
    for student in STUDENTS:
        write_files(home / "in" / student, files)
    entries = list_entries(home / "in", course.lab)
    run = Run(course.lab, find_sandbox(course.lab), Draws(0, PUBLIC_SECRET))
    made = [(entry, next(grade_all(run, [entry], 1))) for entry in entries]
    for entry, grade in made:
        write_files(home / "out" / entry.student, {FILE_NAME: grade.to_json()})
    writer = GradebookWriter(course, home / "out")
    for entry, grade in made:
        writer.enter(entry, grade)
    return writer, made


@pytest.fixture(scope="module")
def graded(template, files, tmp_path_factory):
    home = tmp_path_factory.mktemp("graded")
    made = copy_course(template, home)
    enter(made, home, files)
    return made


@pytest.fixture
def course(graded, tmp_path):
    return copy_course(graded, tmp_path)


def ids(course, student):
    with course.gradebook as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, student)
        grade = next(each.id for each in notebook.grades if each.name == QUESTION)
        return grade, next(each.id for each in notebook.comments if each.name == QUESTION)


def marks(course, student):
    """Give points, extra credit, comment and whether it waits for somebody."""
    with course.gradebook as gradebook:
        grade, comment = (
            gradebook.db.get(kind, key)
            for kind, key in zip((Grade, Comment), ids(course, student), strict=True)
        )
        points = grade.manual_score, grade.extra_credit
        return *points, comment.manual_comment, grade.needs_manual_grade


# At once ----------------------------------------------------------------------------------------


def mark(course, who, more, keys):
    """Give points and a comment on top, again and again, in a page that was opened before."""
    with course.gradebook as gradebook:
        for number in range(TIMES):
            for grade, comment in keys:
                gradebook.db.remove()
                points = gradebook.db.get(Grade, grade).manual_score
                said = gradebook.db.get(Comment, comment).manual_comment
                time.sleep(0.01)
                while True:
                    sent = {
                        "before": {"manual_score": points},
                        "manual_score": (points or 0) + more,
                    }
                    status, table = save(gradebook, Grade, grade, sent)
                    if status == OK:
                        break
                    assert status == CONFLICT
                    points = table["manual_score"]
                while True:
                    text = f"{said or ''} {who}{number}."
                    sent = {"before": {"manual_comment": said}, "manual_comment": text}
                    status, table = save(gradebook, Comment, comment, sent)
                    if status == OK:
                        break
                    said = table["manual_comment"]


def again(course, writer, made, stop):
    while not stop.is_set():
        for entry, grade in made:
            writer.enter(entry, grade)


def collect(course, files, stop):
    number = 0
    while not stop.is_set():
        number += 1
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        inbound = course.root / "exchange" / course.lab.course.id / "inbound"
        folder = inbound / f"{BOTH}+{NAME}+{stamp}+x"
        write_files(folder, files | {"timestamp.txt": stamp, "note.txt": str(number)})
        result = nbgrader_api(course, Collect={"update": True}).collect(NAME)
        assert result["success"], result


def feedback(course, stop):
    while not stop.is_set():
        result = nbgrader_api(course).generate_feedback(NAME, BOTH)
        assert result["success"], result


def export(course, stop):
    while not stop.is_set():
        assert len(read_course(course).rows) == len(STUDENTS)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_people_mark_while_others_grade_collect_and_export(kind, template, tmp_path, files):
    if kind == "sqlite":
        check_all_at_once(copy_course(template, tmp_path), tmp_path, files)
    else:
        with postgresql() as url:
            check_all_at_once(write_course(tmp_path, url), tmp_path, files)


def check_all_at_once(course, home, files):
    writer, made = enter(course, home, files)
    both, others = ids(course, BOTH), ids(course, STUDENTS[1])
    stop = FORK.Event()
    people = [
        FORK.Process(target=mark, args=(course, "A", 1, [both, others])),
        FORK.Process(target=mark, args=(course, "B", 100, [both])),
    ]
    programs = [
        FORK.Process(target=again, args=(course, writer, made, stop)),
        FORK.Process(target=again, args=(course, writer, made, stop)),
        FORK.Process(target=collect, args=(course, files, stop)),
        FORK.Process(target=feedback, args=(course, stop)),
        FORK.Process(target=export, args=(course, stop)),
    ]
    for process in (*programs, *people):
        process.start()
    for process in people:
        process.join(3 * WAIT_SECONDS)
    stop.set()
    for process in programs:
        process.join(3 * WAIT_SECONDS)
    assert {process.exitcode for process in (*people, *programs)} == {0}

    points, _, said, _ = marks(course, BOTH)
    assert points == 101 * TIMES
    assert sorted(said.split()) == sorted(f"{who}{n}." for who in "AB" for n in range(TIMES))
    points, _, said, _ = marks(course, STUDENTS[1])
    assert (points, said.split()) == (TIMES, [f"A{n}." for n in range(TIMES)])
    for student, cells in scores(course).items():
        assert {name: cells[name][0] for name in PARTS} == PARTS
        assert (course.root / "autograded" / student / NAME / course.notebook).is_file()
    assert (course.root / "feedback" / BOTH / NAME / f"{NAME}.html").is_file()
    writer.enter(*made[0])  # what has points by hand is to be looked at again
    assert scores(course)[BOTH][QUESTION][2]


def regrade(course, out):
    """Autograde as nbgrader's own programs do, from a record that is there."""
    records = {"records": str(out)}
    api = nbgrader_api(course, GradeFiles=records, Autograde={"pre_convert_hook": None})
    result = api.autograde(NAME, BOTH)
    assert result["success"], result


def test_programs_take_turns_on_a_submission_while_somebody_marks_it(course, tmp_path, monkeypatch):
    began, events, real = FORK.Value("i", 0), FORK.SimpleQueue(), GradeFiles._enter

    def slowly(*words):
        with began:
            began.value += 1
        events.put("begins")
        end = time.monotonic() + 2  # in which the other would begin as well
        while began.value < 2 and time.monotonic() < end:
            time.sleep(0.01)
        made = real(*words)
        events.put("ends")
        return made

    monkeypatch.setattr(GradeFiles, "_enter", slowly)
    out = tmp_path / "out"
    entry = next(each for each in list_entries(tmp_path / "in", course.lab) if each.student == BOTH)
    made = entry, read_record(out / BOTH / FILE_NAME)
    programs = [
        FORK.Process(target=GradebookWriter(course, out).enter, args=made),
        FORK.Process(target=regrade, args=(course, out)),
    ]
    grade, _ = ids(course, BOTH)
    for process in programs:
        process.start()
    while not began.value:
        assert any(process.is_alive() for process in programs)
        time.sleep(0.01)
    with course.gradebook as gradebook:
        assert save(gradebook, Grade, grade, {"manual_score": 3})[0] == OK
    for process in programs:
        process.join()
    assert [process.exitcode for process in programs] == [0, 0]
    assert [events.get() for _ in range(4)] == ["begins", "ends"] * 2
    assert marks(course, BOTH) == (3, None, None, True)
    assert (course.root / "autograded" / BOTH / NAME / course.notebook).is_file()


def decide(folder, who):
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    for number in range(10):
        add_decision(folder, Decision(ADD, who, f"{number}", now, student=who, points=1.0))


def test_decisions_of_several_are_all_kept(tmp_path):
    people = [FORK.Process(target=decide, args=(tmp_path, who)) for who in "abc"]
    for process in people:
        process.start()
    for process in people:
        process.join()
    assert len(read_decisions(tmp_path)) == 30


# One after the other ----------------------------------------------------------------------------


def test_only_what_was_changed_is_stored(course):
    grade, _ = ids(course, BOTH)
    with course.gradebook as gradebook:
        opened = {"manual_score": None, "extra_credit": None}
        sent = opened | {"extra_credit": "2", "before": opened}
        assert save(gradebook, Grade, grade, sent)[0] == OK
        # Of another page, which knows nothing of the extra credit.
        status, table = save(
            gradebook, Grade, grade, opened | {"manual_score": 4, "before": opened}
        )
    assert (status, table["manual_score"], table["extra_credit"]) == (OK, 4, 2)
    assert marks(course, BOTH) == (4, 2, None, False)


def test_points_of_somebody_else_are_shown_and_stay(course):
    grade, comment = ids(course, BOTH)
    with course.gradebook as gradebook:
        save(gradebook, Grade, grade, {"manual_score": 3})
        save(gradebook, Comment, comment, {"manual_comment": "Good."})
        sent = {"manual_score": 5, "before": {"manual_score": None}}
        status, table = save(gradebook, Grade, grade, sent)
        assert (status, table["manual_score"]) == (CONFLICT, 3)
        assert table["message"] == (
            "Somebody else has changed this since you opened the page. "
            "Theirs: points 3.0. Yours: points 5.0."
        )
        sent = {"manual_comment": "", "before": {"manual_comment": "Bad."}}
        status, table = save(gradebook, Comment, comment, sent)
        assert (
            status == CONFLICT and "Theirs: comment 'Good.'. Yours: no comment." in table["message"]
        )
        assert save(gradebook, Grade, grade, sent | {"before": {"manual_score": 3}})[0] == OK
        assert save(gradebook, Grade, "none", {"manual_score": 3})[0] == 404
        for wrong in (
            {"manual_score": "x"},
            {"manual_score": 1e999},
            {"manual_score": []},
            [],
            None,
        ):
            assert save(gradebook, Grade, grade, wrong)[0] == 400
    assert marks(course, BOTH)[2] == "Good."


@pytest.fixture
def handler(course):
    """Give as much of one of formgrader's handlers as is used, with a gradebook that stays open."""
    api = nbgrader_api(course)
    with course.gradebook as gradebook:
        made = SimpleNamespace(
            gradebook=gradebook, coursedir=api.coursedir, settings={"nbgrader_gradebook": gradebook}
        )
        made.set_status = lambda status: setattr(made, "status", status)
        made.write = lambda text: setattr(made, "written", json.loads(text))
        made.get_json_body = lambda: made.sent
        yield made


def put(handler, kind, key, **sent):
    handler.sent = sent
    marking.answer(handler, kind, key)
    marking._forget(handler)
    return handler.status, handler.written


def test_points_for_an_earlier_grading_are_marked(course, handler, tmp_path, files):
    grade, _ = ids(course, BOTH)
    notebook = course.root / "autograded" / BOTH / NAME / course.notebook
    opened = marking.version_of(notebook)
    status, table = put(handler, Grade, grade, manual_score=2, opened=opened)
    assert (status, table["needs_manual_grade"], "notice" in table) == (OK, False, False)
    result = nbgrader_api(course).autograde(NAME, BOTH)  # with another hand-in, maybe
    assert result["success"], result
    before = {"manual_score": 2.0}
    status, table = put(handler, Grade, grade, manual_score=3, before=before, opened=opened)
    assert (status, table["notice"], table["needs_manual_grade"]) == (OK, GRADED_AGAIN, True)
    assert table["manual_score"] == 3


def test_a_locked_gradebook_is_said_and_the_next_request_works(course, handler, monkeypatch):
    from tests.autograder.test_course_database import held

    grade, _ = ids(course, BOTH)
    handler.gradebook.db.connection().exec_driver_sql("PRAGMA busy_timeout = 50")
    with held(course) as process:
        status, table = put(handler, Grade, grade, manual_score=2)
        assert status == 503 and f"by process {process.pid} of " in table["message"]
    assert put(handler, Grade, grade, manual_score=2)[0] == OK


def test_what_others_write_is_read_at_the_next_request(course, handler):
    grade, _ = ids(course, BOTH)
    assert handler.gradebook.db.get(Grade, grade).manual_score is None
    with course.gradebook as gradebook:
        save(gradebook, Grade, grade, {"manual_score": 2})
    marking._forget(handler)
    assert handler.gradebook.db.get(Grade, grade).manual_score == 2


def test_who_works_on_a_submission_is_said(course, monkeypatch):
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.05)
    start, stop = FORK.Event(), FORK.Event()

    def work():
        with turn(course.root, BOTH):
            start.set()
            stop.wait(60)

    process = FORK.Process(target=work)
    process.start()
    assert start.wait(60)
    with pytest.raises(CourseError, match=f"ann handed in .*by process {process.pid} of"):
        turn(course.root, BOTH).__enter__()
    notebook = course.root / "autograded" / BOTH / NAME / course.notebook
    result = nbgrader_api(course).autograde(NAME, BOTH)
    assert not result["success"] and f"by process {process.pid} of" in str(result)
    assert notebook.is_file()
    with turn(course.root, STUDENTS[1]), turn(course.root, STUDENTS[1]):
        pass
    stop.set()
    process.join()
    with turn(course.root, BOTH):
        pass


def test_feedback_waits_for_what_is_just_graded_again(template, tmp_path, files):
    course = copy_course(template, tmp_path)
    enter(course, tmp_path, files)
    graded = course.root / "autograded" / BOTH / NAME
    for whose, students in ((BOTH, {BOTH}), ("*", set(STUDENTS))):
        results = []
        waiting = threading.Thread(
            target=lambda whose=whose, results=results: results.append(
                nbgrader_api(course).generate_feedback(NAME, whose)
            )
        )
        with turn(course.root, BOTH):
            graded.rename(tmp_path / "away")
            waiting.start()
            waiting.join(2)
            assert not results
            (tmp_path / "away").rename(graded)
        waiting.join(60)
        assert results and results[0]["success"], results
        made = course.root.glob("feedback/*/*/*.html")
        assert {path.parent.parent.name for path in made} == students
        shutil.rmtree(course.root / "feedback")
