"""Gathers a class: of everything that was handed in, who it is from and which attempt counts."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.intake.attempts import PARTICIPANT, Person
from autograder.intake.dates import read_date
from autograder.intake.entries import FILE_DATE, PLATFORM, Entry, student_id
from autograder.intake.errors import IntakeError
from autograder.intake.groups import member
from autograder.intake.matching import Matcher, squeezed
from autograder.intake.noted import Noted
from autograder.intake.roster import Student
from autograder.intake.stock import PLAIN, Handed, Stock, take_stock
from autograder.lab import BEST, IN_TIME, Lab
from autograder.messages import say
from autograder.records import CLASS, TABLE
from autograder.text import clean

#: So many names of what is nobody's are told.
NAMES_TOLD = 10
#: A clock may be so wrong.
TOLERANCE = datetime.timedelta(minutes=5)
#: Before any time.
EVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass
class Gathered:
    """A class.

    Attributes
    ----------
    entries
        What is to be graded, sorted by student: of each the attempt that counts, or all of them if
        that is the best.
    attempts
        All attempts, sorted by student.
    absent
        Students of the roster who have not handed in.
    notes
        What the instructor should know.
    """

    entries: list[Entry] = field(default_factory=list)
    attempts: list[Entry] = field(default_factory=list)
    absent: list[Student] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Attempt:
    """An attempt of one student, by the key under which it is noted."""

    key: str
    handed: Handed
    entry: Entry
    #: Whether somebody else handed it in for this student.
    lent: bool = False


def list_entries(path: Path, lab: Lab, roster: Sequence[Student] | None = None) -> list[Entry]:
    """List what is to be graded, where nothing is noted.

    Raises
    ------
    IntakeError
        If the folder can't be read or nobody is in it.
    """
    return gather(path, lab, roster=roster).entries


def gather(
    path: Path,
    lab: Lab,
    *,
    layout: str | None = None,
    roster: Sequence[Student] | None = None,
    out: Path | None = None,
    counts: str | None = None,
    due: Callable[[str], datetime.datetime | None] | None = None,
    prints: Callable[[Path], str] | None = None,
) -> Gathered:
    """List who handed in, and what of it is to be graded.

    Parameters
    ----------
    path
        A folder, or a zip with a class's submissions.
    lab
        Which lab's.
    layout
        Whose layout it is, one of `autograder.intake.stock.layout_names`; by default it is
        recognised.
    roster
        Who is in the class.
    out
        The folder of the grades, where the times of hand-in are noted.
    counts
        Which attempt does, if not as the lab says.
    due
        Tells until when a student has; by default all have as the lab says.
    prints
        Tells of what lies at a path by what it was known before it was changed; may be empty.

    Raises
    ------
    IntakeError
        If the folder can't be read or nobody is in it.
    UserError
        If the notes can't be read or written.
    """
    if holds_grades(path):
        raise IntakeError(
            f"{clean(str(path))} is a folder of grades; name the folder that was graded"
        )
    stock = take_stock(path, lab, layout)
    if prints:
        attempts = (replace(a, print=prints(path / a.path) or a.print) for a in stock.attempts)
        stock = replace(stock, attempts=tuple(attempts))
    if not stock.attempts:
        raise IntakeError(
            f"no submissions in {clean(str(path))}: put one folder, .zip or .tar.gz there for "
            "each student, named as the student is"
        )
    now = datetime.datetime.now(datetime.UTC)
    noted = Noted(out, now) if out else None
    work = _Gathering(stock, path.resolve(), lab, roster, noted, now)
    result = work.choose(counts or lab.attempts.counts, due or (lambda _: lab.course.due))
    if noted:
        noted.save()
    return result


def holds_grades(path: Path) -> bool:
    """Return whether a folder is one that grades were written to."""
    with contextlib.suppress(OSError):  # it can't be entered, which is said where it is listed
        return (path / CLASS).is_file() and (path / TABLE).is_file()
    return False


class _Gathering:
    """What is known while a class is gathered."""

    def __init__(
        self,
        stock: Stock,
        root: Path,
        lab: Lab,
        roster: Sequence[Student] | None,
        noted: Noted | None,
        now: datetime.datetime,
    ):
        self._stock, self._root, self._lab = stock, root, lab
        self._noted, self._now, self._roster = noted, now, roster
        self._matcher = None if roster is None else Matcher(roster)
        self._groups: dict[str, list[Student]] = {}
        for student in roster or ():
            if student.group:
                self._groups.setdefault(squeezed(student.group), []).append(student)
        self._notes: list[str] = []
        self._own: dict[str, list[_Attempt]] = {}
        self._times = self._read_times()
        if stock.also:
            self._notes.append(
                f"taken for a download of {stock.layout}; it could also be one of "
                f"{', '.join(stock.also)}: --from says which"
            )
        sorted_in = [self._sort_in(handed) for handed in stock.attempts]
        for students, attempt in sorted_in:
            self._share(students, attempt)

    def _read_times(self) -> dict[str, datetime.datetime]:
        """Read when students have handed in, as far as the roster says it."""
        due = self._lab.course.due
        zone = due.tzinfo if due else self._now.astimezone().tzinfo
        times, unread = {}, []
        for student in self._roster or ():
            if not student.handed_in.strip("- "):
                continue
            if time := read_date(student.handed_in, zone, self._lab.languages):
                times[student.id] = time
            else:
                unread.append(student.handed_in)
        if unread:
            self._notes.append(
                f"{len(unread)} times of hand-in in the roster can't be read for certain, "
                f"such as {clean(unread[0], 60)!r}; the dates of files are noted instead"
            )
        return times

    def _time_of(
        self, handed: Handed, students: Sequence[Student], key: str
    ) -> tuple[datetime.datetime | None, str]:
        """Return when an attempt was handed in: what the platform says of it, or in its roster."""
        times = [self._times[student.id] for student in students if student.id in self._times]
        if not times or not _participant(handed):
            return handed.time, handed.origin
        time = max(times)
        if self._noted and any(self._noted.has_another(key, s.id, time) for s in students):
            self._notes.append(
                f"the roster is older than {_where(handed)}, whose time of hand-in it does not "
                "say; download both at the same time"
            )
            return handed.time, handed.origin
        return time, PLATFORM

    def _sort_in(self, handed: Handed) -> tuple[list[Student], _Attempt]:
        """Add an attempt to those of the students whose it is."""
        students = [each for person in handed.people for each in self._who(person)]
        key, time, origin = self._note(handed, students)
        made = []
        for student in students:
            entry = Entry(
                student.id,
                self._root / handed.path if handed.path else self._root,
                handed.reason,
                handed.selection,
                student.name,
                time,
                origin,
                remarks=handed.remarks,
                print=handed.print,
            )
            made.append(_Attempt(key, handed, entry))
            self._own.setdefault(student.id, []).append(made[-1])
        return students, made[0]

    def _share(self, students: list[Student], attempt: _Attempt) -> None:
        """Give an attempt to those with whom its students handed it in."""
        ids = {student.id for student in students}
        for student in students:
            for mate in self._groups.get(squeezed(student.group), ()):
                if mate.id not in ids:
                    self._lend(mate, attempt)
        lender = clean(attempt.entry.student)
        if attempt.handed.members is None:
            self._notes.append(f"there was no time to look for a group.txt of {lender}")
        for line in attempt.handed.members or ():
            found = self._named(member(line))
            if isinstance(found, str):
                self._notes.append(f"in the group.txt of {lender}: {found}")
            elif found.id not in ids:
                self._lend_named(found, attempt)

    def _who(self, person: Person) -> list[Student]:
        """Return the students that somebody is; several if it is a group."""
        alone = Student(student_id(person.id), person.name, person.email)
        if self._matcher is None:
            return [alone]
        found = self._matcher.match(person)
        group = self._groups.get(squeezed(person.name)) or self._groups.get(squeezed(person.id))
        if not found.student and group:
            return group
        if found.doubt:
            self._notes.append(found.doubt)
        return [found.student or alone]

    def _named(self, person: Person) -> Student | str:
        """Return whom a ``group.txt`` names, or why that can't be told."""
        if self._matcher:
            found = self._matcher.match(person)
            return found.student or found.doubt
        texts = {squeezed(text) for text in (person.id, person.name, person.email, *person.keys)}
        known = {
            student: attempts[0].entry
            for student, attempts in self._own.items()
            if {squeezed(student), squeezed(attempts[0].entry.name)} & (texts - {""})
        }
        if len(known) == 1:
            ((student, entry),) = known.items()
            return Student(student, entry.name)
        if self._stock.layout == PLAIN and not known:
            return Student(student_id(person.id))
        return f"{clean(person.id, 60)} is not known; grade with a roster"

    def _note(
        self, handed: Handed, students: Sequence[Student]
    ) -> tuple[str, datetime.datetime | None, str]:
        key = f"{handed.print}:{','.join(student_id(person.id) for person in handed.people)}"
        time, origin = self._time_of(handed, students, key)
        if time and time > self._now + TOLERANCE:
            self._notes.append(
                f"{_where(handed)} has a time that has not come yet, {time:%Y-%m-%d %H:%M %Z}; the "
                "time at which it was first seen here counts"
            )
        if self._noted:
            return key, *self._noted.note(key, time, origin)
        return key, min(time, self._now) if time else None, origin

    def _lend_named(self, student: Student, attempt: _Attempt) -> None:
        """Lend an attempt to somebody whom a student named, which is no reason to take theirs."""
        lender, borrower = clean(attempt.entry.student), clean(student.id)
        own = [each for each in self._own.get(student.id, ()) if not each.lent]
        if not own:
            self._notes.append(f"{lender} handed in for {borrower} too, by group.txt")
            self._lend(student, attempt)
        elif all(each.handed.print != attempt.handed.print for each in own):
            self._notes.append(
                f"{lender}'s group.txt names {borrower}, whose own submission counts"
            )

    def _lend(self, student: Student, attempt: _Attempt) -> None:
        entry = replace(attempt.entry, student=student.id, name=student.name)
        self._own.setdefault(student.id, []).append(replace(attempt, entry=entry, lent=True))

    def choose(self, counts: str, due: Callable[[str], datetime.datetime | None]) -> Gathered:
        """Put each student's attempts in order, and choose."""
        result = Gathered(notes=self._notes)
        for student in sorted(self._own):
            attempts = self._in_order(student)
            chosen = self._chosen(attempts, counts, due(student))
            if self._noted:
                self._noted.forget(student)
                for attempt in attempts:
                    self._noted.mark(
                        attempt.key,
                        student,
                        attempt.entry.number,
                        counts=attempt in chosen,
                        participant=_participant(attempt.handed),
                    )
            result.attempts += [attempt.entry for attempt in attempts]
            result.entries += [_told(attempt.entry, len(attempts)) for attempt in chosen]
        result.absent = [each for each in self._roster or () if each.id not in self._own]
        if rest := self._stock.rest:
            names = ", ".join(clean(name, 40) for name in rest[:NAMES_TOLD])
            more = f" and {len(rest) - NAMES_TOLD} more" if len(rest) > NAMES_TOLD else ""
            result.notes.append(f"nobody's: {names}{more}")
        return result

    def _in_order(self, student: str) -> list[_Attempt]:
        """Return a student's attempts, the earliest first, equal ones once."""
        once: dict[str, _Attempt] = {}
        for attempt in self._own[student]:
            known = once.get(attempt.handed.print)
            if known is None or _when(attempt) < _when(known):
                once[attempt.handed.print] = attempt
        ordered = sorted(once.values(), key=_when)
        numbered = [
            replace(attempt, entry=replace(attempt.entry, number=number))
            for number, attempt in enumerate(ordered, start=1)
        ]
        if len(numbered) > 1:
            self._doubt(numbered)
        return numbered

    def _doubt(self, attempts: list[_Attempt]) -> None:
        """Say that the order of the last two is not certain, where nobody vouches for it."""
        before, last = attempts[-2:]
        if before.handed.order != last.handed.order:
            return
        sure = {before.entry.origin, last.entry.origin} == {PLATFORM}
        if sure and before.entry.time != last.entry.time:
            return
        those = f"{_where(before.handed)} and {_where(last.handed)}"
        who = clean(last.entry.student)
        if before.entry.time and last.entry.time and before.entry.time < last.entry.time:
            self._notes.append(f"{those} are both of {who}; the latter is newer by its date")
            return
        reason = say(
            "{first} and {second} are of the same student; leave one of them",
            first=_where(before.handed),
            second=_where(last.handed),
        )
        attempts[-1] = replace(last, entry=replace(last.entry, reason=reason))

    def _chosen(
        self, attempts: list[_Attempt], counts: str, due: datetime.datetime | None
    ) -> list[_Attempt]:
        if counts == BEST:
            return attempts
        if counts == IN_TIME and due:
            in_time = [each for each in attempts if self._counted(each.entry) <= due]
            return (in_time or attempts)[-1:]
        return attempts[-1:]

    def _counted(self, entry: Entry) -> datetime.datetime:
        """Return the time that may cost points: a file's date only if the lab says so."""
        trusted = entry.origin != FILE_DATE or self._lab.attempts.file_dates
        return entry.time if entry.time and trusted else EVER


def _participant(handed: Handed) -> str:
    """Return as whom Moodle knows the one who handed in; empty if it was not in Moodle."""
    person = handed.people[0]
    return person.id if any(key.startswith(PARTICIPANT) for key in person.keys) else ""


def _told(entry: Entry, total: int) -> Entry:
    """Return an entry that says which of several attempts it is."""
    if total == 1 or entry.reason:
        return entry
    remark = say("this is attempt {number} of {total}", number=entry.number, total=total)
    return replace(entry, remarks=(*entry.remarks, remark))


def _when(attempt: _Attempt) -> tuple[int, datetime.datetime, str]:
    return attempt.handed.order, attempt.entry.time or EVER, _where(attempt.handed)


def _where(handed: Handed) -> str:
    """Return what a person would call where an attempt lies."""
    if handed.path:
        return clean(handed.path, 80)
    return clean(next(iter(handed.selection or ()), handed.people[0].id), 80)
