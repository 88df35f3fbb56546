"""Makes a class of 120 as eight platforms lay it out, and tells what is right about it.

Everybody's files tell whose they are and of which attempt: ``whose("s007", 2)`` is a line of them.
"""

import datetime
import io
import os
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field

SIZE = 120
FILES = ("doubler.py", "counter.py")
DAY = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
#: In NFC and in NFD, as a Mac writes them; and unlike in letters that only look alike.
COMPOSED = "andré.ñúñez"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
LOOKALIKE = "andre\u0301\u0327.x"  # two marks, whose order Unicode settles


@dataclass
class Member:
    """Somebody in the class.

    Attributes
    ----------
    id, name, email, number
        The course's id, the name, the address, and the platform's number.
    shape
        How the files were handed in: a name of `SHAPES`.
    attempts
        How many times.
    mate
        Who handed in for this one, if somebody did.
    handed_in
        Whether anything was.
    """

    id: str
    name: str
    email: str
    number: int
    shape: str = "plain"
    attempts: int = 1
    mate: str | None = None
    handed_in: bool = True
    group: str = ""


def whose(student, attempt):
    return f"# {student} {attempt}\n"


def code(student, attempt, names=FILES):
    """Give the files of an attempt, marked: the small lab's solution, with mistakes or without."""
    from tests.autograder.conftest import RIGHT

    wrong = mistakes(student, attempt)
    files = {
        name: RIGHT[name].replace(*WRONG[name]) if name in wrong else RIGHT[name] for name in names
    }
    return {name: (whose(student, attempt) + text).encode() for name, text in files.items()}


#: What is wrong in a file that is, and the points with it and without.
WRONG = {"doubler.py": ("2.0 *", "1.0 *"), "counter.py": ("+= number", "-= number")}
POINTS = {"doubler.py": (1, 4), "counter.py": (0, 2)}


def mistakes(student, attempt):
    """Give the files with a mistake: no two attempts in a row have the same."""
    number = zlib.crc32(student.encode()) + attempt
    return {name for bit, name in enumerate(FILES) if number >> bit & 1}


def points_of(student, attempt, names):
    """Give the points that the files of an attempt earn."""
    wrong = mistakes(student, attempt)
    return sum(POINTS[name][name not in wrong] for name in names or ())


def zipped(files, date=DAY):
    """Give a zip of files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, date.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return made.getvalue()


def renamed(change):
    return lambda student, attempt: {change(n): c for n, c in code(student, attempt).items()}


#: How students hand in: the files of an attempt, by name.
SHAPES = {
    "plain": code,
    "capitals": renamed(str.capitalize),
    "browser": renamed(lambda name: name.replace(".py", " (1).py")),
    "txt": renamed(lambda name: f"{name}.txt"),
    "copy": renamed(lambda name: f"Copy of {name}"),
    "zip": lambda s, a: {"lab1.zip": zipped(code(s, a))},
    "nested": lambda s, a: {"lab1.zip": zipped({"x/inner.zip": zipped(code(s, a))})},
    "twice": lambda s, a: {**code(s, a), "again.zip": zipped(code(s, a))},
    "junk": lambda s, a: {**code(s, a), ".DS_Store": b"x", "report.pdf": b"%PDF"},
    "report": lambda s, a: {"lab1.ipynb": b"{}", "report.pdf": whose(s, a).encode()},
    "part": lambda s, a: {**code(s, a, FILES[:1]), "notes.md": b"x"},
}
#: What is taken of each: names of files, or None if nothing is.
TAKEN = dict.fromkeys(SHAPES, FILES) | {"report": None, "part": FILES[:1]}
JUNK = {"README.txt": b"x", "grades.csv": b"x", ".DS_Store": b"x", "__MACOSX/._x": b"x"}


@dataclass
class Klass:
    """A class: its members, and where each of their attempts lies."""

    members: list[Member] = field(default_factory=list)

    def __getitem__(self, student):
        return next(member for member in self.members if member.id == student)

    def roster(self, columns):
        """Give a roster as CSV: titles of columns -> attributes of members, or functions."""
        rows = [",".join(columns)]
        for member in self.members:
            cells = [
                get(member) if callable(get) else getattr(member, get) for get in columns.values()
            ]
            rows.append(",".join(f'"{cell}"' for cell in cells))
        return "\n".join(rows) + "\n"


def make_class(resubmits=True):
    """Make the members: of each shape some, with resubmissions, pairs, and some absent."""
    result = Klass()
    shapes = list(SHAPES)
    for number in range(SIZE):
        student = f"s{number:03}"
        if number == 5:
            student = COMPOSED
        if number == 6:
            student = unicodedata.normalize("NFC", LOOKALIKE)
        if number == 7:
            student = "o'brien"
        member = Member(
            student,
            f"{FIRST[number % 12]} {LAST[number // 12]}",
            f"{'x' * (number % 3)}mail{number}@uni.example",
            9000 + 7 * number,
            shapes[number % len(shapes)],
        )
        if number % 6 == 1 and resubmits:
            member.attempts = 2 + number % 2
        if number % 29 == 28:
            member.handed_in, member.attempts = False, 0
        result.members.append(member)
    for lender, borrower in ((40, 41), (60, 61), (80, 81)):
        one, other = result.members[lender], result.members[borrower]
        one.shape, one.group, other.group = "plain", f"Pair {lender}", f"Pair {lender}"
        other.mate, other.handed_in, other.attempts = one.id, False, 0
    return result


FIRST = "Ana Bo Chi Dmitri Élodie Fatma Günther Hana Ivo Jun Kofi 小明".split()
LAST = "Abe Brown Chen Díaz Eze Fischer García Horváth Ito Jones".split()


def time_of(number, attempt):
    return DAY + datetime.timedelta(minutes=number, hours=attempt)


def files_of(member, attempt):
    return SHAPES[member.shape](member.id, attempt)


def lent(klass, member, files):
    """Add a ``group.txt`` for those for whom somebody hands in."""
    mates = [other.id for other in klass.members if other.mate == member.id]
    return files | {"group.txt": "\n".join([member.id, *mates]).encode()} if mates else files


def each_attempt(klass, all_of_them=True):
    """Yield member, number of the attempt, and its files; the last attempt only if asked for."""
    for member in klass.members:
        first = 1 if all_of_them else max(member.attempts, 1)
        for attempt in range(first, member.attempts + 1):
            yield member, attempt, lent(klass, member, files_of(member, attempt))


# Layouts: path -> content ------------------------------------------------------------------------


def plain(klass):
    for number, (member, _, files) in enumerate(each_attempt(klass, all_of_them=False)):
        name = DECOMPOSED if member.id == COMPOSED else member.id
        if number % 3 == 1:
            yield f"{name}.zip", zipped(files)
        else:
            yield from ((f"{name}/lab/{path}", content) for path, content in files.items())


def moodle(klass, folders=True):
    for member, _, files in each_attempt(klass, all_of_them=False):
        start = f"{member.name}_{member.number}_assignsubmission"
        for path, content in files.items():
            yield f"{start}_file{'/' if folders else '_'}{path}", content
        if member.number % 4 == 0:
            text = f"{start}_onlinetext{'/' if folders else '_'}onlinetext.html"
            yield text, b"<p>I did it.</p>"


def moodle_flat(klass):
    yield from moodle(klass, folders=False)


def squeezed(name):
    first, last = name.split()
    return "".join(c for c in f"{last}{first}".lower() if c.isalnum())


def canvas(klass):
    """Give loose files of all attempts, as when downloads are unpacked into one folder."""
    number = 100_000
    for member, attempt, files in each_attempt(klass):
        late = "_LATE" if attempt == 3 else ""
        for path, content in files.items():
            number += 1
            stem, dot, ending = path.partition(".")
            again = f"{stem}-{attempt - 1}{dot}{ending}" if attempt > 1 else path
            yield f"{squeezed(member.name)}{late}_{member.number}_{number}_{again}", content


def google_classroom(klass):
    for member, _, files in each_attempt(klass, all_of_them=False):
        for path, content in files.items():
            yield f"{member.name} - {path}", content


def teams(klass):
    for member, attempt, files in each_attempt(klass):
        for path, content in files.items():
            start = f"Student Work/Submitted files/{member.name}/Lab 1"
            yield f"{start}/Version {attempt}/{path}", content
            if member.number % 5 == 0:
                draft = f"Student Work/Working files/{member.name}/Lab 1/{path}"
                yield draft, b"a draft"


def gradescope(klass):
    lines = []
    for member, attempt, files in each_attempt(klass, all_of_them=False):
        start = f"submission_{member.number}"
        files = {path: content for path, content in files.items() if path != "group.txt"}
        yield from ((f"export/{start}/{path}", content) for path, content in files.items())
        people = [member, *(other for other in klass.members if other.mate == member.id)]
        lines += [f"{start}:", "  :submitters:"]
        for person in people:
            lines += [f"  - :name: {person.name}", f'    :sid: "{person.id}"']
            lines += [f"    :email: {person.email}"]
        moment = time_of(member.number, attempt)
        lines += [f"  :created_at: {moment:%Y-%m-%d %H:%M:%S.%f000} Z", "  :history: []"]
    yield "export/submission_metadata.yml", "\n".join(lines).encode()


def repositories(klass):
    for member, _, files in each_attempt(klass, all_of_them=False):
        name = f"lab1-{member.id}"
        inside = f"{name}-{'0123456789abcdef' * 2}01234567"
        if member.number % 2:
            content = {f"{inside}/{path}": data for path, data in files.items()}
            yield f"{inside}.zip", zipped(content)
        else:
            yield from ((f"{name}-main/{path}", data) for path, data in files.items())


def nbgrader(klass):
    for member, attempt, files in each_attempt(klass, all_of_them=False):
        start = f"{member.id}/small"
        yield from ((f"{start}/{path}", content) for path, content in files.items())
        moment = time_of(member.number, attempt)
        yield f"{start}/timestamp.txt", f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC".encode()


LAYOUTS = {
    "plain": plain,
    "moodle": moodle,
    "moodle-flat": moodle_flat,
    "canvas": canvas,
    "google-classroom": google_classroom,
    "teams": teams,
    "gradescope": gradescope,
    "repositories": repositories,
    "nbgrader": nbgrader,
}
#: Those in which all attempts are; in the others only the last is.
KEEP_ALL = {"canvas", "teams"}
#: Those in which the platform says when.
TIMED = {"gradescope", "nbgrader"}
#: A roster as each of them has it.
ROSTERS = {
    "plain": {"id": "id", "first_name": "name", "email": "email"},
    "moodle": {
        "\ufeffIdentifier": lambda m: f"Participant {m.number}",
        "Full name": "name",
        "ID number": "id",
        "Email address": "email",
    },
    "canvas": {
        "Student": lambda m: ", ".join(reversed(m.name.split())),
        "ID": "number",
        "SIS User ID": "id",
        "SIS Login ID": "email",
        "Section": lambda m: "A",
    },
    "gradescope": {"Name": "name", "SID": "id", "Email": "email"},
    "names": {"First name": "name", "ID number": "id", "Email address": "email"},
}


def write(layout, klass, path, *, archive):
    """Write a class as a platform lays it out, into a folder or into a zip."""
    files = dict(LAYOUTS[layout](klass)) | JUNK
    if archive:
        path = path.with_suffix(".zip")
        path.write_bytes(zipped(files))
        return path
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (DAY.timestamp(),) * 2)
    return path
