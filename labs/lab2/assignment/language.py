"""Put everything into another language: ``python language.py zh-TW``, or ``en``.

That is the notebook, the docstrings, and what the commands of this folder say from now on.

Close what is open first. Your code, answers, results and cells of your own stay as they are, and
so does every text that you changed. A file that can't be translated is named, and stays whole.
"""

import contextlib
import json
import shutil
import sys
from pathlib import Path

from checks.docstrings import SourceError, translated_source
from checks.messages import LANGUAGES, REMEMBERED, listed, say, set_language, speak_to
from checks.parts import DOCSTRINGS, NOTEBOOK

FOLDER = Path(__file__).resolve().parent
FILES = tuple(filter(None, (NOTEBOOK, *DOCSTRINGS)))


class NotebookError(Exception):
    """The notebook can't be translated; the text says why."""


def notebook_language():
    """Return the language of the notebook; ``"en"`` if there is none that says so."""
    try:
        return str(json.loads((FOLDER / NOTEBOOK).read_bytes())["metadata"]["language"])
    except (OSError, ValueError, TypeError, KeyError):
        return "en"


def translated_notebook(source, wanted):
    """Return a notebook in another language; what the student wrote below a text is kept.

    Parameters
    ----------
    source : bytes
        As read from its file.
    wanted : str
        One of its languages.

    Raises
    ------
    NotebookError
        If it is no notebook.
    """
    try:
        notebook = json.loads(source)
        for cell in notebook["cells"]:
            texts = cell["metadata"].get("languages", {})
            written = "".join(cell["source"])
            for text in sorted(texts.values(), key=len, reverse=True):
                if written.startswith(text):
                    written = texts[wanted] + written.removeprefix(text)
                    cell["source"] = written.splitlines(keepends=True)
                    break
        notebook["metadata"]["language"] = wanted
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotebookError(
            say("{file} is not a notebook. Take a fresh copy of it.", file=NOTEBOOK)
        ) from error
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _put(name, wanted):
    """Put one file into a language, whole or not at all; tell what is wrong if it can't be."""
    path = (FOLDER / name).resolve()
    translate = translated_notebook if name == NOTEBOOK else translated_source
    try:
        before = path.read_bytes()
        after = translate(before, wanted)
        if after != before:
            _write(path, after)
    except OSError as error:
        text = say("Cannot change {file}: {error}", file=name, error=error.strerror)
    except NotebookError as error:
        text = str(error)
    except SourceError as error:
        text = f"{name}: {error}"
    else:
        return True
    print(text, file=sys.stderr)
    return False


def _write(path, content):
    draft = path.with_name(path.name + ".tmp")  # so that a full disk costs nothing
    try:
        draft.write_bytes(content)
        shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def main(arguments):
    """Put all files into the language that was asked for; return 0 if that was done."""
    speak_to(sys.stdout, sys.stderr)
    if len(arguments) != 1 or arguments[0].startswith("-"):
        usage = say(
            "usage: python language.py {languages}\n"
            "Puts the notebook, the docstrings in your files, and what the commands say into this "
            "language.\nClose your files first; your code, answers, results and every text that "
            "you changed stay as they are.\nFor example:\n"
            "  python language.py {last}",
            languages="|".join(LANGUAGES),
            last=LANGUAGES[-1],
        )
        asked = arguments in (["-h"], ["--help"])
        print(usage, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    wanted = arguments[0]
    if wanted not in LANGUAGES:
        text = say(
            "There are no texts in {wanted}. Choose one of {known}.",
            wanted=repr(wanted),
            known=listed(LANGUAGES),
        )
        print(text, file=sys.stderr)
        return 2
    set_language(wanted)
    with contextlib.suppress(OSError):  # what can't be written is told of the files below
        REMEMBERED.write_text(wanted + "\n", "utf-8")
    changed = [name for name in FILES if _put(name, wanted)]
    if changed:
        print(say("In English now: {files}, and what the commands say.", files=listed(changed)))
        print(say("If one of them is open, reload it from disk before you go on."))
    return 0 if len(changed) == len(FILES) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
