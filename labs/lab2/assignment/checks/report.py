"""Print how the checks ended, what to look at, how far it is, and what is left."""

import unicodedata

from checks.answers import answered
from checks.messages import command, listed, say
from checks.parts import BEYOND, FOLDER, LEFT, PARTS, QUESTION_POINTS, QUESTIONS
from checks.source import read_source


def show_checks(checks):
    """Print one line for each check of a class."""
    words = {
        "passed": say("passed"),
        "failed": say("FAILED"),
        "missing": say("not written yet"),
        "not run": say("not run"),
    }
    width = max(map(_width, words.values()))
    for check in checks:
        word = words[check.outcome]
        print(f"  {word}{' ' * (width - _width(word))}  {check.title}")
    if printed := sum(check.printed for check in checks):
        text = say(
            "(Lines that your code printed meanwhile, warnings included: {count}. They are not "
            "shown here.)",
            count=printed,
        )
        print(f"  {text}")


def show_failures(checks):
    """Print what was wrong; once where several checks failed for the same reason."""
    groups = []
    for check in checks:
        if check.outcome == "failed":
            group = next((group for group in groups if _comes_of(check, group)), None)
            if group:
                group.append(check)
            else:
                groups.append([check])
    if groups:
        _heading(say("What to look at"))
    for first, *others in groups:
        print("\n" + say("{part}: {title}", part=PARTS[first.part].title, title=first.title))
        print("  " + first.message.replace("\n", "\n  "))
        if others:
            names = dict.fromkeys(name for check in others for name in check.methods)
            text = say(
                "({count} more failed that say the same or use this: {names}. Each may have a "
                "reason of its own; look again once this is fixed.)",
                count=len(others),
                names=listed(list(names)),
            )
            print(f"  {text}")


def _comes_of(check, group):
    """Return whether a check says the same as the first of a group, or uses what failed there.

    What else is about the method of the first may have found something else.
    """
    first, *others = group
    if check.part != first.part:
        return False
    used = set(first.methods) - set(check.methods)
    used |= {name for one in others for name in one.methods}
    used.discard("__init__")
    told = [one.message.rpartition("\n") for one in (first, check)]
    # A last line that is not indented is the hint.
    same = told[0][2] == told[1][2] and told[0][1] and not told[0][2].startswith(" ")
    return bool(
        same
        or first.message == check.message
        or used & {name.rpartition(".")[2] for name in check.ran}
    )


def show_progress(checks):
    """Print for each class how many checks pass, what that may be worth, and what else counts."""
    _heading(say("How far you are"))
    parts = [name for name in PARTS if any(check.part == name for check in checks)]
    done, width = {}, max(13, *(len(part.title) for part in (*PARTS.values(), *BEYOND)))
    for name in parts:
        those = [check for check in checks if check.part == name]
        passed = [check for check in those if check.outcome == "passed"]
        done[name] = len(passed) == len(those)
        part = PARTS[name]
        share = sum(check.points for check in passed) / part.public_points
        text = say(
            "{passed} of {total} checks, which stand for {points} of {most} points",
            passed=len(passed),
            total=len(those),
            points=round(share * part.points),
            most=part.points,
        )
        print(f"  {part.title:<{width}} {text}")
        if done[name]:
            _show_graded(PARTS[name])
    for part in BEYOND if len(done) == len(PARTS) else ():
        text = say("{most} points, not estimated here", most=part.points)
        print(f"  {part.title:<{width}} {text}")
        if all(done.values()):
            _show_graded(part)
    print(
        say(
            "The points are an estimate and not your grade: the graded checks are more than these "
            "and use other numbers, and a mistake usually costs less there, since it counts once "
            "in its class. It may also show in what uses that class."
        )
    )


def _show_graded(part):
    if part.graded:
        what = say(part.graded, command=command(LEFT[0]["command"]) if LEFT else "")
        print("    " + say("Graded besides: {what}.", what=what))


def show_advice(checks):
    """Print what to do now."""
    passed = sum(check.outcome == "passed" for check in checks)
    print("\n" + say("{passed} of {total} checks passed.", passed=passed, total=len(checks)))
    print(_advice(checks))


def _advice(checks):
    for check in checks:
        if not check.loads:
            return say(
                "First get {file} to load: nothing else in it can be checked before.",
                file=PARTS[check.part].file,
            )
    failed = [check for check in checks if check.outcome == "failed"]
    if failed:
        part, title = PARTS[failed[0].part].title, failed[0].title
        first = say("Do first: {part}, “{title}”.", part=part, title=title)
        after = say("What failed after it may have the same cause.") if failed[1:] else ""
        return say("{first} {second}", first=first, second=after).strip()
    for check in checks:
        if check.outcome == "missing":
            return say(
                "Do next: {part}, “{title}”. {message}",
                part=PARTS[check.part].title,
                title=check.title,
                message=check.message,
            )
    if following := _unwritten_after(checks[-1].part):
        name = following
        return say(
            "All of these checks pass. Next comes {name}: `{command}`.",
            name=name,
            command=command(f"check.py {name}"),
        )
    if {check.part for check in checks} < set(PARTS) or not _whole(checks):
        return say(
            "All of these checks pass, and every method is written. Now run all of them: "
            "`{command}`.",
            command=command("check.py"),
        )
    return say("All of these checks pass. What is left:") + "".join(
        f"\n  {number}. {text}" for number, text in enumerate(_left(), 1)
    )


def _whole(checks):
    """Return whether these are all checks of their classes, by what they stand for."""
    return sum(check.points for check in checks) == sum(
        PARTS[name].public_points for name in {check.part for check in checks}
    )


def _unwritten_after(part):
    """Return the next method that is not written: of this class, or else of those after it."""
    names = list(PARTS)
    place = names.index(part)
    for name in (*names[place:], *names[:place]):
        paths = [FOLDER / file for file in PARTS[name].files]
        sources = [read_source(path.read_bytes()) for path in paths if path.is_file()]
        unwritten = {n for source in filter(None, sources) for n in source.unwritten()}
        for method in PARTS[name].names:
            if method in unwritten:
                return method
    return None


def _left():
    """List what is left when all checks pass."""
    for left in LEFT:
        yield say(left["text"], command=command(left["command"]))
    if QUESTIONS:
        yield say(
            "The notebook: {count} of {total} questions are answered, worth up to {points} points.",
            count=len(QUESTIONS) - len(answered().empty),
            total=len(QUESTIONS),
            points=QUESTION_POINTS,
        )
    yield say(
        "Hand in: `{command}` packs your files and says what is still missing.",
        command=command("hand_in.py"),
    )


def _heading(text):
    print(f"\n{text}\n{'-' * _width(text)}")


def _width(text):
    """Columns that a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
