"""A lab's description is read whole, or it is said what is wrong with it."""

from dataclasses import replace

import pytest

from autograder.lab import LabError, Limits
from autograder.lab_file import load_lab
from tests.autograder.conftest import write_files, write_lab


def edit(lab, old, new):
    path = lab.root / "lab.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def test_a_description_is_read(lab):
    assert lab.files == ("doubler.py", "counter.py")
    assert lab.max_score == 6
    assert [part.name for part in lab.parts] == ["Doubler", "Counter"]
    assert lab.limits == Limits()


def test_two_classes_may_share_a_file(lab):
    assert replace(lab, tasks={"A": "x.py", "B": "x.py"}).files == ("x.py",)


def test_limits_are_read(tmp_path):
    assert write_lab(tmp_path, limits={"call": 0.5, "timeouts": 1}).limits.call == 0.5


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('name = "small"\n', "", "lacks the entry 'name'"),
        (
            "[tasks]",
            "[tasks]\nDoublr = 'doubler.py'",
            "doubler.py has no `Doublr`, which",
        ),
        ("[tasks]", "[taskz]", "no table 'taskz'; did you mean 'tasks'?"),
        (
            'name = "small"',
            'name = "small"\nfree_point = 3',
            r"in \[lab\]; did you mean 'free_points",
        ),
        ("[release]", "[release]\nnotebok = 'x.py'", r"in \[release\]; did you mean 'notebook'"),
        ('name = "small"', "name = 3", "3 should be a string"),
        ('name = "small"', "name = ", "not valid TOML"),
        ("[limits]", "[limits]\nmemory = 3", "no key 'memory' in .*did you mean 'memory_mib'"),
        ("[limits]", "[limits]\ncall = 0", "above 0"),
        ("[limits]", "[limits]\ncall = 'x'", "above 0"),
        ("points = 4", "points = 4\nodd = 1", "'odd' in .*; there are graded, limits,"),
        ('suite = "test_doubler.py"', 'suite = "test_gone.py"', "test_gone.py"),
        ("points = 4", "points = 4.5", "`points` should be a whole number"),
        ("points = 4", "points = -4", "`points` should be a whole number"),
        ("points = 4", "points = true", "`points` should be a whole number"),
        ("points = 4", "uses = ['Counter']", "part Doubler uses 'Counter', which is none of the"),
        ("points = 4", "uses = 'Counter'", "should be a list"),
        ("points = 4", "limits = { cpu = 3 }", "no limit 'cpu' of a part; there are call, check"),
        ("points = 4", "limits = { call = 0 }", "above 0"),
        ("points = 4", "limits = { call = true }", "above 0"),
        ("[tasks]", "packages = ['scipy>=1']\n[tasks]", "the name of a package alone, like scipy"),
        ("[tasks]", "packages = 'scipy'\n[tasks]", "should be a list"),
        ("[tasks]", "data = ['gone.csv']\n[tasks]", "gone.csv, which is not in solution/; put it"),
        ("[tasks]", "data = ['doubler.py']\n[tasks]", "doubler.py is a file of the solution"),
        ("[tasks]", "data = ['.']\n[tasks]", "name files and folders within solution/"),
        ("[tasks]", "data = ['../hidden']\n[tasks]", "name files and folders within solution/"),
        ("[tasks]", "data = ['/etc/passwd']\n[tasks]", "name files and folders within solution/"),
    ],
)
def test_a_mistake_is_named(lab, old, new, text):
    with pytest.raises(LabError, match=text):
        load_lab(edit(lab, old, new))


def test_a_part_has_the_points_of_its_checks_unless_it_has_its_own(lab):
    path = edit(lab, "points = 4\n", "")
    assert [part.points for part in load_lab(path).parts] == [4, 2]
    edit(lab, "points = 2\n", "points = 5\n")
    assert [part.points for part in load_lab(path).parts] == [4, 5]
    assert load_lab(path).max_score == 9


@pytest.mark.parametrize(
    ("suite", "text"),
    [
        ("", "can't be read there; write them as numbers"),
        ("import pytest\n@pytest.mark.check(points=2 * 3)\ndef test_x(): ...\n", "as numbers"),
        ("import pytest\n@pytest.mark.check()\ndef test_x(): ...\n", "as numbers"),
        ("x = 1\ndef broken(:\n", "test_doubler.py is not Python: .* in line 2; fix it"),
        ("x = 1\0\n", "test_doubler.py is not Python: .*null"),
    ],
)
def test_points_that_can_not_be_read_are_told(lab, suite, text):
    (lab.suite / "test_doubler.py").write_text(suite)
    assert load_lab(lab.root / "lab.toml").max_score == 6
    with pytest.raises(LabError, match=text):
        load_lab(edit(lab, "points = 4\n", ""))


def test_a_description_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LabError, match=r"lab\.toml: No such file"):
        load_lab(tmp_path / "lab.toml")


def test_a_description_that_is_not_utf8_is_named(tmp_path):
    (tmp_path / "lab.toml").write_bytes(b"\xff")
    with pytest.raises(LabError, match="TOML"):
        load_lab(tmp_path / "lab.toml")


def test_a_catalogue_is_optional(lab):
    assert lab.mistakes is None
    path = edit(lab, "[tasks]", 'mistakes = "wrong"\nstyles = "right"\n[tasks]')
    assert load_lab(path).mistakes == lab.root / "wrong"
    assert load_lab(path).styles == lab.root / "right"


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        ("[]", "at least one"),
        ('"en"', "at least one"),
        ("[3]", "3 should be a string"),
        ('["en", "English"]', "'English' should be written like en, fr-CA or zh-TW"),
        ('["en", "zh_TW"]', "'zh_TW' should be written like"),
        ('["en", "../en"]', "should be written like"),
        ('["en", "en"]', "'en' is in `languages` more than once"),
        ('["en", "tlh"]', "not translated into the language 'tlh'; name a folder"),
    ],
)
def test_the_languages_are_checked(tmp_path, languages, said):
    path = edit(write_lab(tmp_path), "languages = ['en', 'zh-TW']", f"languages = {languages}")
    with pytest.raises(LabError, match=said):
        load_lab(path)


def test_the_languages_are_read(tmp_path):
    lab = write_lab(tmp_path, languages=["zh-TW", "en"])
    assert lab.languages == ("zh-TW", "en")
    path = edit(lab, "languages = ['zh-TW', 'en']", 'languages = ["zh-TW"]')
    assert load_lab(path).languages == ("zh-TW",)
    assert load_lab(edit(lab, 'languages = ["zh-TW"]', "")).languages == ("en",)
    path = edit(lab, "[tasks]", 'languages = ["en", "sr-Latn-RS"]\nlocale = "x"\n[tasks]')
    assert load_lab(path).languages == ("en", "sr-Latn-RS")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('due = "tomorrow"', "a date and a time"),
        ("due = 2026-12-20", "a date and a time"),
        ("due = 2026-12-20T23:59:00", "how far it is from UTC"),
        ("grace_days = 1.5", "a whole number, 0 or more"),
        ("grace_days = -1", "a whole number, 0 or more"),
        ("grace_minutes = true", "a whole number, 0 or more"),
        ("percent_a_day = 101", "from 0 to 100"),
        ("percent_a_day = nan", "from 0 to 100"),
        ('id = "a/b"', "a plain name"),
        ("id = 3", "should be a string"),
        ("penalty = 3", "no key 'penalty'"),
    ],
)
def test_the_courses_rules_are_checked(lab, table, said):
    path = lab.root / "lab.toml"
    path.write_text(f"{path.read_text()}\n[course]\n{table}\n")
    with pytest.raises(LabError, match=said):
        load_lab(path)


def test_the_courses_rules_are_read(lab):
    path = lab.root / "lab.toml"
    due = "due = 2026-12-20T23:59:00+08:00\ngrace_days = 2\npercent_a_day = 7.5"
    path.write_text(f"{path.read_text()}\n[course]\n{due}\n")
    rules = load_lab(path).course
    assert rules.due.utcoffset().total_seconds() == 8 * 3600
    assert (rules.id, rules.grace_days, rules.percent_a_day) == ("course", 2, 7.5)


def test_what_a_part_has_of_its_own_is_read(lab):
    path = edit(lab, "points = 2", "points = 2\nuses = ['Doubler']\nlimits = { call = 1.5 }")
    found = load_lab(path)
    assert found.uses("Counter") == {"Doubler"}
    assert found.uses("Doubler") == found.uses("gone") == set()
    assert found.limits_of("test_counter.py") == replace(Limits(), call=1.5)
    assert found.limits_of("test_doubler.py") == Limits()


def test_a_part_uses_what_those_that_it_uses_do(lab):
    first, second = lab.parts
    third = replace(first, name="Third", uses=("Counter",))
    chain = replace(lab, parts=(first, replace(second, uses=("Doubler",)), third))
    assert chain.uses("Third") == {"Doubler", "Counter"}


def test_data_are_handed_out_where_student_code_finds_them(lab):
    write_files(lab.reference, {"points.csv": "1,2\n", "maps/a.txt": "#"})
    found = load_lab(edit(lab, "[tasks]", "data = ['points.csv', 'maps']\n[tasks]"))
    assert found.data_sources == (lab.reference / "points.csv", lab.reference / "maps")
    assert found.release.copies == {
        "points.csv": "solution/points.csv",
        "maps": "solution/maps",
    }


@pytest.mark.parametrize("link", ["points.csv", "maps", "maps/inner", "maps/deep/x.csv"])
def test_data_that_are_links_are_refused(lab, link):
    """A link to the hidden suites would make them readable."""
    write_files(lab.reference, {"maps/deep/a.txt": "#"} if link != "maps" else {})
    path = lab.reference / link
    path.symlink_to(lab.suite / "test_doubler.py" if "." in link else lab.suite)
    name = link if link == "points.csv" else "maps"
    with pytest.raises(LabError, match="is a link or no plain file"):
        load_lab(edit(lab, "[tasks]", f"data = ['{name}']\n[tasks]"))


def test_data_among_what_is_hidden_are_refused(lab):
    text = lab.root.joinpath("lab.toml").read_text()
    text = text.replace('suite = "hidden"', 'suite = "solution/hidden"', 1)
    lab.root.joinpath("lab.toml").write_text(text.replace("[tasks]", "data = ['hidden']\n[tasks]"))
    lab.suite.rename(lab.reference / "hidden")
    with pytest.raises(LabError, match="lies in hidden/, which students never see"):
        load_lab(lab.root / "lab.toml")
