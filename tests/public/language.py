"""Put notebook and docstrings into another language: ``python language.py zh-TW``, or ``en``.

Close what is open first. Your code, answers, results and cells of your own stay as they are, and
so does every text that you changed. A file that can't be translated is named, and stays whole.
"""

import json
import shutil
import sys
from pathlib import Path

from checks.docstrings import SourceError, translated_source
from checks.messages import LANGUAGES, say, set_language, speak_to
from checks.parts import FILES, NOTEBOOK

FOLDER = Path(__file__).resolve().parent
SOURCES = (*FILES, "experiments/__init__.py")


class NotebookError(Exception):
    """The notebook can't be translated; the text says why."""


def notebook_language():
    """Return the language of the notebook; ``"en"`` if there is none that says so."""
    try:
        return str(_notebook((FOLDER / NOTEBOOK).read_bytes())["metadata"]["language"])
    except (OSError, NotebookError, KeyError):
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
    notebook = _notebook(source)
    for cell in notebook["cells"]:
        texts = cell["metadata"].get("languages")
        if not texts:
            continue
        source = "".join(cell["source"])
        for text in sorted(texts.values(), key=len, reverse=True):
            if source.startswith(text):
                source = texts[wanted] + source.removeprefix(text)
                break
        cell["source"] = source.splitlines(keepends=True)
    notebook["metadata"]["language"] = wanted
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _notebook(source):
    try:
        notebook = json.loads(source)
        notebook["metadata"], notebook["cells"]
    except (ValueError, TypeError, KeyError) as error:
        raise NotebookError(
            say("{file} is not a notebook. Take a fresh copy of it.", file=NOTEBOOK)
        ) from error
    return notebook


def _put(name, wanted):
    """Put one file into a language; it is replaced whole or not at all."""
    path = (FOLDER / name).resolve()
    translate = translated_notebook if name == NOTEBOOK else translated_source
    before = path.read_bytes()
    after = translate(before, wanted)
    if after == before:
        return
    draft = path.with_name(path.name + ".tmp")  # so that a full disk costs nothing
    try:
        draft.write_bytes(after)
        shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def main(arguments):
    """Put all files into the language that was asked for; return 0 if that was done."""
    speak_to(sys.stdout, sys.stderr)
    choice = "|".join(LANGUAGES)
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(say("usage: python language.py {languages}", languages=choice))
        print(say("Puts the notebook, and the docstrings in your files, into this language."))
        return 0 if arguments in (["-h"], ["--help"]) else 2
    wanted = arguments[0]
    if wanted not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        text = say(
            "There are no texts in {wanted}. Choose one of {known}.", wanted=wanted, known=known
        )
        print(text, file=sys.stderr)
        return 2
    set_language(wanted)
    done = []
    for name in (NOTEBOOK, *SOURCES):
        try:
            _put(name, wanted)
            done.append(name)
        except OSError as error:
            reason = error.strerror
            print(say("Cannot change {file}: {error}", file=name, error=reason), file=sys.stderr)
        except NotebookError as error:
            print(error, file=sys.stderr)
        except SourceError as error:
            print(f"{name}: {error}", file=sys.stderr)
    if done:
        print(say("In English now: {files}.", files=", ".join(done)))
        print(say("If one of them is open, reload it from disk before you go on."))
    return 0 if len(done) == len(SOURCES) + 1 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
