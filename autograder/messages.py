"""Messages that can be said in another language.

A message is English text that remembers the template and the values it was made of::

    say("{what} should be a NumPy array, not {type}.", what="what forward returns", type="list")

It is a ``str`` and goes wherever one does. `to_data` keeps template and values in a grade, and
`render` says them again by translations, in which templates, and values that are words themselves,
stand as gettext's message ids.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from autograder.text import clean

_PLACE = re.compile(r"\{(\w+)\}")
#: So deep may messages stand within messages.
DEPTH_LIMIT = 20
#: So many values may a message have, and so many characters its template; ten times as many in all.
VALUES_LIMIT, TEXT_LIMIT = 20, 1000
Part = TypeVar("Part", bound=str)
#: A message, what `to_data` made of one, or a text.
Said = str | Mapping[str, Any]


class Message(str):
    """English text that knows what it was made of.

    Attributes
    ----------
    template
        The text, with ``{name}`` where a value belongs.
    values
        By name; messages themselves, strings or numbers.
    """

    template: str
    values: dict[str, Any]


def say(template: str, /, **values: Any) -> Message:
    """Make a message; the template must be a literal, so that it can be found for translation.

    Only whole ``{name}`` are filled in: nothing in a value is looked at, as ``str.format`` would.

    Examples
    --------
    >>> say("{method} should change w.", method="update")
    'update should change w.'
    """
    message = Message(_filled(template, values))
    message.template, message.values = template, values
    return message


def join(separate: Callable[[Any, Any], Part], parts: Iterable[Part]) -> Part:
    """Join at least one part, two by two, with a function that makes a message of two.

    Examples
    --------
    >>> join(and_also, [say("too few epochs"), say("too many updates")])
    'too few epochs; too many updates'
    """
    return functools.reduce(separate, parts)


def and_also(first: str, second: str) -> Message:
    """Say two things after each other.

    Examples
    --------
    >>> and_also(say("too few epochs"), say("too many updates"))
    'too few epochs; too many updates'
    """
    return say("{first}; {second}", first=first, second=second)


def listed(first: str, second: str) -> Message:
    """Name two of several things."""
    return say("{first}, {second}", first=first, second=second)


def then(first: str, second: str) -> Message:
    """Say two sentences after each other."""
    return say("{first} {second}", first=first, second=second)


def message_of(error: BaseException) -> str:
    """Return the message with which an exception was raised, of which ``str`` would make text."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Message) else str(error)


def to_data(message: str | None) -> dict[str, Any] | None:
    """Return template and values as plain data for a grade; None if there is no message.

    Text that is no `Message` is a template without values, as when a check fails with a literal.
    """
    if not message:
        return None
    if not isinstance(message, Message):
        return {"text": clean(message, TEXT_LIMIT), "values": {}}
    values = {
        name: to_data(value) if isinstance(value, Message) else clean(str(value))
        for name, value in message.values.items()
    }
    return {"text": message.template, "values": values}


def from_data(data: Any, depth: int = 0) -> str:
    """Make the message again that `to_data` was given.

    Parameters
    ----------
    data
        Checked here: whoever sent it may have written anything.
    depth
        How deep in other messages this one stands.

    Raises
    ------
    ValueError
        If it is not what `to_data` gives.
    """
    match data:
        case {"text": str() as text, "values": dict() as values, **rest} if (
            not rest and depth <= DEPTH_LIMIT and len(values) <= VALUES_LIMIT
        ):
            given = {
                name: from_data(value, depth + 1) if isinstance(value, dict) else clean(value)
                for name, value in values.items()
                if isinstance(name, str) and isinstance(value, dict | str)
            }
            message = say(text if text.isprintable() else clean(text), **given)
            if len(given) == len(values) and len(text) <= TEXT_LIMIT >= len(message) // 10:
                return message
    raise ValueError("what should be a message is none")


def render(said: Any, translate: Callable[[str], str], depth: int = 0) -> str:
    """Say a message in another language.

    Parameters
    ----------
    said
        A message, what `to_data` gave of one, or a string.
    translate
        Gives the translation of a text, or the text itself where there is none.
    depth
        How deep in other messages this one stands; data that go deeper than any message that was
        made here are cut off.
    """
    if isinstance(said, Message):
        said = {"text": said.template, "values": said.values}
    if not isinstance(said, Mapping):
        text = str(said)
        return translate(text) if text else ""  # gettext's translation of "" is its header
    template, values = said.get("text"), said.get("values")
    if not isinstance(template, str) or not isinstance(values, Mapping) or depth > DEPTH_LIMIT:
        return ""
    words = {name: render(value, translate, depth + 1) for name, value in values.items()}
    return _filled(translate(template) if template else "", words)


def _filled(template: str, values: Mapping[str, Any]) -> str:
    return _PLACE.sub(lambda match: str(values.get(match[1], match[0])), template)
