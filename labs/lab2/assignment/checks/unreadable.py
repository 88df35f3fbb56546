"""Why Python can't read a file: full-width characters, which it does not tell of in words."""

import re
import unicodedata

from checks.messages import say

PLAIN = str.maketrans(
    "\u3001\u3002\u300c\u300d\u300e\u300f\u2018\u2019\u201c\u201d", ',.""""\'\'""'
)
"""What is written in code for punctuation that no normalization makes plain."""


def why_invalid(error):
    """Say why Python can't read a file, given its SyntaxError."""
    found = re.match(r"invalid (?:non-printable )?character .*U\+(\w+)", error.msg)
    if not found:
        return error.msg
    character = chr(int(found[1], 16))
    plain = unicodedata.normalize("NFKC", character).translate(PLAIN)
    if not plain.isascii():
        return error.msg
    if plain == " ":
        return say("there is a space of another width; type an ordinary one")
    return say(
        "there is “{character}”, as Chinese input methods write it; type `{plain}` instead",
        character=character,
        plain=plain,
    )
