"""Languages: which there are, what is said in them, and where the translations are kept."""

import gettext
import io
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from autograder import cli
from autograder.diagnosis.mistakes import load_catalogue
from autograder.lab_file import load_lab
from autograder.languages import LOCALE, TranslationError
from autograder.languages.extraction import (
    ENGINE,
    docstring_messages,
    engine_messages,
    lab_messages,
    missing,
    public_messages,
    put_together,
    python_messages,
    update_translations,
)
from autograder.languages.translations import (
    compiled,
    lab_languages,
    load_language,
    read_translations,
    translations_path,
)
from autograder.messages import say
from autograder.release.folder import check_release, write_release
from tests.autograder.conftest import CHINESE, DOUBLER, RIGHT, ROOT, write_files, write_lab

ENGINE_LANGUAGES = [path.name.replace("_", "-") for path in LOCALE.iterdir()]
#: A right and two wrong submissions: a mistake that is known, and one of which numbers tell.
CLASS = {
    "right": RIGHT,
    "halves": RIGHT | {"doubler.py": DOUBLER.replace("2.0", "0.5")},
    "zero": RIGHT | {"doubler.py": DOUBLER.replace("2.0", "0.0")},
}
HALF = """part = "Doubler"
[mistakes.halves]
method = "Doubler.forward"
old = "2.0"
new = "0.5"
"""


def run(lab, *arguments):
    return cli.main(["--lab", str(lab.root / "lab.toml"), *map(str, arguments)])


# The engine's ------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ENGINE_LANGUAGES)
def test_every_message_of_the_engine_is_translated(tag):
    translations = read_translations(translations_path(LOCALE, tag), tag)
    assert missing(translations) == []
    for file, line, text in engine_messages():
        found = translations.get(text if isinstance(text, str) else text[0])
        assert found and not found.fuzzy, f"{file}, line {line}: {text}; run make messages"


def places(text):
    return sorted(re.findall(r"\{\w+\}|%\(\w+\)s", text))


@pytest.mark.parametrize("tag", ENGINE_LANGUAGES)
def test_translations_have_the_places_of_their_messages(tag):
    for message in read_translations(translations_path(LOCALE, tag), tag):
        singular = message.id if isinstance(message.id, str) else message.id[-1]
        string = message.string if isinstance(message.string, str) else message.string[0]
        if message.id:
            assert places(singular) == places(string), singular


def test_every_language_says_its_name():
    assert load_language("en").name == "English"
    assert load_language("zh-TW").name == "繁體中文"
    assert load_language("fr").name == "fr"  # nobody has translated it yet


def test_no_text_in_another_language_stands_in_the_engines_code():
    for path in [*ENGINE.rglob("*.py"), *ENGINE.rglob("*.html")]:
        assert not CHINESE.search(path.read_text("utf-8")), path


def test_who_hears_only_english_needs_no_babel():
    code = (
        "import sys, autograder.diagnosis.hints\n"
        "from autograder.languages.translations import load_language\n"
        "assert load_language('en').say('missing') == 'missing'\n"
        "sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


# Finding messages --------------------------------------------------------------------------------


def test_messages_are_found_where_they_are(tmp_path):
    write_files(
        tmp_path,
        {
            "a.py": "def fail(message): ...\ndef check(actual, what, *, tol=1): ...\n"
            "class A:\n    def told(self, what): ...\n",
            "b.py": "fail('one' ' two')\ncheck(f(1), 'three', tol=2)\nlanguage.say('four')\n"
            "fail(f'{five}')\nfail(say)\nother.fail('six')\ntold('seven')\nfail()\n"
            "WHAT = 'eight'\ncheck(2, WHAT)\n",
        },
    )
    paths = [tmp_path / "a.py", tmp_path / "b.py"]
    found = list(python_messages(paths, [*paths, ENGINE / "messages.py"], tmp_path))
    assert found == [
        ("b.py", 1, "one two"),
        ("b.py", 2, "three"),
        ("b.py", 3, "four"),
        ("b.py", 9, "eight"),
    ]


def test_what_is_put_together_can_not_be_translated_and_is_named(lab):
    text = (
        'what = f"the value for {1}"\nassert_array(1, 2, what)\nassert_array(1, 2, f"{what}(x)")\n'
    )
    write_files(lab.suite, {"test_counter.py": text + "fail('too ' + 'few')\n"})
    found = [problem.partition(", puts")[0] for problem in put_together(lab)]
    assert found == ["hidden/test_counter.py, line 1", "hidden/test_counter.py, line 4"]


def test_messages_of_a_lab_are_those_of_its_suites(lab):
    texts = {text for _, _, text in lab_messages(lab)}
    assert {"A small lab", "what forward returns", "add gives the sum so far"} <= texts


def test_messages_of_the_public_checks_are_those_of_the_copied_files(tmp_path):
    lab = write_lab(tmp_path, copies={"checks": "public", "check.py": "one.py", "x.md": "x.md"})
    check = (
        "def say(template): ...\ndef test_a():\n    '''A title\n\n    More.'''\n    say('one')\n"
    )
    write_files(lab.root, {"public/a.py": check, "one.py": "say('two')", "x.md": "say('three')"})
    assert {text for _, _, text in public_messages(lab)} == {"A title", "one", "two"}


def test_docstrings_are_those_of_the_files_named_without_the_solution(tmp_path):
    lab = write_lab(tmp_path, copies={"more": "public"})
    solution = "    ### BEGIN SOLUTION\n    # secret\n    return 1\n    ### END SOLUTION\n"
    source = f'"""A module."""\ndef f():\n    """A function."""\n    # To do: it.\n{solution}'
    write_files(lab.reference, {"doubler.py": source})
    write_files(lab.root, {"public/a/b.py": "class A:\n    'A class.'\n"})
    names = ("doubler.py", "more/a/b.py")
    lab = replace(lab, release=replace(lab.release, docstrings=names))
    found = [(file, text) for file, _, text in docstring_messages(lab)]
    assert found == [
        *(("solution/doubler.py", text) for text in ("A module.", "A function.", "To do: it.")),
        ("public/a/b.py", "A class."),
    ]
    lab = replace(lab, release=replace(lab.release, docstrings=("none.py",)))
    with pytest.raises(TranslationError, match=r"none\.py in \[release\] docstrings"):
        list(docstring_messages(lab))


# Files of translations ---------------------------------------------------------------------------


def test_translations_are_brought_up_to_date(tmp_path):
    path = tmp_path / "zh_TW" / "LC_MESSAGES" / "messages.po"
    found = [("a.py", 1, "one"), ("a.py", 2, "two"), ("a.html", 3, ("a thing", "things"))]
    assert sorted(update_translations(path, "zh-TW", found)) == ["a thing", "one", "two"]
    text = path.read_text("utf-8").replace('msgid "one"\nmsgstr ""', 'msgid "one"\nmsgstr "一"')
    path.write_text(text, "utf-8")
    assert sorted(update_translations(path, "zh-TW", found[:2])) == ["two"]
    assert load_language("zh-TW", (tmp_path,)).say("one") == "一"
    before = path.read_bytes()
    update_translations(path, "zh-TW", found[:2])
    assert path.read_bytes() == before


def test_files_that_are_up_to_date_are_not_written(tmp_path):
    path = translations_path(tmp_path, "zh-TW")
    update_translations(path, "zh-TW", [("a.py", 1, "one")])
    before = path.stat().st_mtime_ns
    assert update_translations(path, "zh-TW", [("a.py", 1, "one")]) == ["one"]
    assert path.stat().st_mtime_ns == before


def test_a_guess_is_no_translation(tmp_path):
    path = translations_path(tmp_path, "zh-TW")
    write_files(path.parent, {path.name: '#, fuzzy\nmsgid "one"\nmsgstr "一"\n'})
    assert update_translations(path, "zh-TW", [("a.py", 1, "one")]) == ["one"]


def test_a_broken_file_is_named(tmp_path):
    path = translations_path(tmp_path, "zh-TW")
    write_files(path.parent, {path.name: 'msgid "one"\nmsgstr "一"\nthis is none\n'})
    with pytest.raises(TranslationError, match=r"messages\.po"):
        load_language("zh-TW", (tmp_path,))


def test_compiled_translations_name_no_version_and_are_pythons_own(tmp_path):
    path = translations_path(tmp_path, "zh-TW")
    write_files(path.parent, {path.name: 'msgid "one"\nmsgstr "一"\n\nmsgid "two"\nmsgstr ""\n'})
    content = compiled(read_translations(path, "zh-TW"))
    assert b"Babel" not in content
    found = gettext.GNUTranslations(io.BytesIO(content))
    assert (found.gettext("one"), found.gettext("two")) == ("一", "two")


def test_a_release_holds_compiled_translations(tmp_path):
    lab = write_lab(tmp_path, copies={"checks": "public"})
    name = "locale/zh_TW/LC_MESSAGES/messages"
    other = "locale/fr/LC_MESSAGES/messages"
    write_files(lab.root, {f"public/{name}.po": 'msgid "one"\nmsgstr "一"\n'})
    write_files(lab.root, {f"public/{other}.po": 'msgid "one"\nmsgstr "un"\n'})
    write_release(lab)
    made = lab.root / "handed-out" / "checks" / name
    assert not made.with_suffix(".po").exists() and check_release(lab) == []
    assert len(list((lab.root / "handed-out" / "checks").rglob("messages.*"))) == 1
    assert gettext.GNUTranslations(made.with_suffix(".mo").open("rb")).gettext("one") == "一"


# A lab's languages -------------------------------------------------------------------------------


def test_the_languages_of_a_lab_are_those_it_lists(tmp_path):
    lab = write_lab(tmp_path, languages=["zh-TW", "en"])
    assert [language.tag for language in lab_languages(lab)] == ["zh-TW", "en"]
    assert [language.tag for language in lab_languages(lab, ["en", "en"])] == ["en"]
    with pytest.raises(TranslationError, match="not in 'fr'; choose from zh-TW, en"):
        lab_languages(lab, ["fr"])


def graded_class(root, capsys, **settings):
    """Grade the class by a lab with a mistake, and make all that is read of it."""
    lab = write_lab(root, **settings)
    path = lab.root / "lab.toml"
    path.write_text(path.read_text().replace("[tasks]", 'mistakes = "wrong"\n[tasks]', 1))
    hints = "".join(f'{tag} = "A hint in {tag}."\n' for tag in lab.languages)
    write_files(lab.root / "wrong", {"doubler.toml": HALF + hints})
    for student, files in CLASS.items():
        write_files(lab.sample / student, files)
    lab, out = load_lab(path), root / "out"
    assert run(lab, "grade", "--out", out, "--jobs", 1) == cli.OK
    assert run(lab, "pages", out) == cli.OK
    for output in ("gradescope", "junit", "github-summary", "github-annotations"):
        assert run(lab, "output", output, out) == cli.OK
    capsys.readouterr()
    return lab, out


@pytest.mark.slow
def test_a_lab_in_english_only_is_english_everywhere(tmp_path, capsys):
    lab, out = graded_class(tmp_path, capsys, languages=["en"])
    written = {path: path.read_text("utf-8") for path in out.rglob("*") if path.is_file()}
    assert (
        len(written) == 2 + 2 + 1 + 1 + 3 * 6
    )  # tables, notes, a page, a lock, and each student's
    assert not any(CHINESE.search(text) for text in written.values())
    assert '<fieldset class="languages">' not in written[out / "index.html"]
    assert "A hint in en." in written[out / "halves" / "index.html"]
    assert "Every entry is 0" in written[out / "zero" / "summary.md"]
    assert "tlh" not in written[out / "zero" / "grade.json"]
    assert run(lab, "gradescope", "--out", tmp_path / "a.zip") == cli.OK
    assert run(lab, "gradescope", "--out", tmp_path / "a.zip", "--lang", "zh-TW") == cli.USAGE
    assert "not in 'zh-TW'; choose from en" in capsys.readouterr().err
    assert run(lab, "output", "junit", out, "--lang", "zh-TW") == cli.USAGE
    assert "not in 'zh-TW'; choose from en" in capsys.readouterr().err
    hint = ("hint", "squares", lab.sample, "--student", "zero", "--part", "Doubler")
    hint += ("--check", "test_doubler.py::test_forward")
    assert run(lab, *hint, "--hint", "en=Look.", "--hint", "zh-TW=看。") == cli.USAGE
    assert run(lab, *hint, "--hint", "en=Look.") == cli.OK
    assert {mistake.name for mistake in load_catalogue(lab)} == {"halves", "squares"}
    assert run(lab, "messages") == cli.OK and run(lab, "release") == cli.OK


@pytest.mark.slow
def test_a_third_language_is_that_of_its_lab(tmp_path, capsys):
    lab, _ = graded_class(tmp_path, capsys, languages=["en", "fr", "zh-TW"], locale="locale")
    assert run(lab, "messages") == cli.LOW
    said = capsys.readouterr()
    assert "the engine is not translated into fr, so its messages are with the lab's" in said.out
    assert "does not translate: add gives the sum so far" in said.err
    assert not list(LOCALE.rglob("fr"))
    path = translations_path(lab.locale, "fr")
    translations = path.read_text("utf-8")
    for english, french in {
        "English": "français",
        "not right yet": "pas encore juste",
        "Every entry is 0: it was never computed, or became 0 on the way.": "Tout est nul.",
        "Hint: {text}": "Indication : {text}",
    }.items():
        assert f'msgid "{english}"\nmsgstr ""' in translations, english
        translations = translations.replace(
            f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{french}"'
        )
    path.write_text(translations, "utf-8")
    load_language.cache_clear()
    _, out = graded_class(
        tmp_path / "again", capsys, languages=["en", "fr", "zh-TW"], locale=str(lab.locale)
    )
    page = (out / "zero" / "index.html").read_text("utf-8")
    assert all(f'href="#{tag}"' in page for tag in ("en", "fr", "zh-TW"))
    assert "français" in page and "繁體中文" in page and "Language / 語言" in page
    assert "pas encore juste" in page and "Tout est nul." in page and "每個元素都是 0" in page
    summary = (out / "zero" / "summary.md").read_text("utf-8")
    assert "Indication : Tout est nul" in summary.replace("\\", "")
    assert "A hint in fr." in (out / "halves" / "index.html").read_text("utf-8")


def test_chinese_words_stand_without_a_space():
    message = say("{what} should be a NumPy array, not {type}.", what="x", type=say("an exception"))
    assert load_language("zh-TW").say(message) == "x：應該是 NumPy 陣列，而不是例外。"


@pytest.mark.slow
def test_translations_of_a_lab_are_made_by_command(lab, tmp_path, capsys, monkeypatch):
    copy = tmp_path / "engine"
    for path in LOCALE.rglob("*.po"):
        write_files(copy, {str(path.relative_to(LOCALE)): path.read_bytes()})
    monkeypatch.setattr("autograder.languages.extraction.LOCALE", copy)
    path = lab.root / "lab.toml"
    path.write_text(path.read_text().replace("[tasks]", 'locale = "locale"\n[tasks]', 1))
    assert run(lab, "messages") == cli.LOW
    assert "does not translate: add gives the sum so far" in capsys.readouterr().err
    made = lab.root / "locale" / "zh_TW" / "LC_MESSAGES" / "messages.po"
    text = re.sub(r'(msgid "[^"]+")\nmsgstr ""', r'\1\nmsgstr "好"', made.read_text("utf-8"))
    made.write_text(text, "utf-8")
    assert run(lab, "messages") == cli.OK
    for before in LOCALE.rglob("*.po"):
        assert (copy / before.relative_to(LOCALE)).read_bytes() == before.read_bytes()
