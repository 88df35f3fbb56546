"""Everything that is handed in becomes one row, and nothing in it is followed, run or unpacked."""

import gzip
import io
import os
import socket
import stat
import struct
import subprocess
import tarfile
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.intake.entries import Entry, student_name
from autograder.intake.errors import IntakeError, Refused
from autograder.intake.gather import gather
from autograder.intake.submission import Submission, read_submission
from autograder.records import RESERVED_NAMES
from tests.autograder.conftest import (
    RIGHT,
    at_most,
    entries_of,
    peak_of,
    write_files,
    write_lab,
)

FILES = {name: text.encode() for name, text in RIGHT.items()}
NOT_A_FILE = "is a link or not a regular file"


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Give a lab with small limits."""
    limits = {"file_kib": 16, "archive_mib": 1, "unpacked_mib": 1, "entries": 50}
    return write_lab(tmp_path_factory.mktemp("intake"), limits=limits)


def zip_of(path, members, **options):
    """Write a zip of (name or ZipInfo, content) pairs."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def tar_of(path, members, **options):
    """Write a tar.gz of (name or TarInfo, content) pairs."""
    with tarfile.open(path, "w:gz", **options) as archive:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(content))
    return path


def read(path, lab, student="s"):
    return read_submission(Entry(student, path), lab)


def refusal(path, lab):
    with pytest.raises(Refused) as caught:
        read(path, lab)
    return str(caught.value)


MAKERS = {
    "folder": lambda path, files: write_files(path, files),
    "zip": lambda path, files: zip_of(path.with_suffix(".zip"), files.items()),
    "tar": lambda path, files: tar_of(path.with_suffix(".tar.gz"), files.items()),
    "tgz": lambda path, files: tar_of(path.with_suffix(".TGZ"), files.items()),
}
every_kind = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


# Of whichever kind it is -------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("where", ["", "lab1/", "a/b/c/d/", "Ünï côdé/", "it's (1)/"])
def test_files_are_found_wherever_they_lie(small, tmp_path, make, where):
    path = make(tmp_path / "s", {where + name: content for name, content in FILES.items()})
    assert read(path, small) == Submission("s", FILES)


@every_kind
def test_other_files_are_passed_over(small, tmp_path, make):
    more = {"notes.txt": b"x", "doubler.pyc": b"x", "my_doubler.py": b"x", "doubler.py.bak": b"x"}
    assert read(make(tmp_path / "s", FILES | more), small).files == FILES


@every_kind
@pytest.mark.parametrize(
    "folder", ["__MACOSX", ".git", "__pycache__", "venv", ".ipynb_checkpoints"]
)
def test_copies_that_tools_make_are_passed_over(small, tmp_path, make, folder):
    path = make(tmp_path / "s", FILES | {f"{folder}/doubler.py": b"x"})
    assert read(path, small).files == FILES


@every_kind
def test_a_file_that_is_there_twice_is_not_chosen(small, tmp_path, make):
    path = make(tmp_path / "s", FILES | {"old/doubler.py": b"x"})
    submission = read(path, small)
    assert list(submission.files) == ["counter.py"]
    assert "there 2 times" in submission.problems["doubler.py"]
    assert "old/doubler.py" in submission.problems["doubler.py"]


@every_kind
def test_a_file_that_is_missing_is_named(small, tmp_path, make):
    submission = read(make(tmp_path / "s", {"counter.py": b"x"}), small)
    assert submission.problems == {"doubler.py": "doubler.py is missing"}


@every_kind
def test_nothing_of_use_is_refused(small, tmp_path, make):
    text = refusal(make(tmp_path / "s", {"readme.md": b"x"}), small)
    assert text == "it holds readme.md; missing: doubler.py, counter.py"


@every_kind
def test_a_file_that_is_too_large_is_not_read(small, tmp_path, make):
    path = make(tmp_path / "s", FILES | {"doubler.py": b"#" * (16 * 1024 + 1)})
    assert read(path, small).problems == {"doubler.py": "doubler.py is larger than 16 KiB"}
    path = make(tmp_path / "t", FILES | {"doubler.py": b"#" * (16 * 1024)})
    assert not read(path, small).problems


@every_kind
def test_too_many_files_are_refused(small, tmp_path, make):
    files = FILES | {f"{i}.txt": b"" for i in range(60)}
    assert "more than 50 files and folders" in refusal(make(tmp_path / "s", files), small)


@every_kind
def test_too_many_folders_are_refused(small, tmp_path, make):
    files = FILES | {f"{i}/{i}.txt": b"" for i in range(49)}
    if make in (MAKERS["zip"], MAKERS["tar"], MAKERS["tgz"]):  # these list folders, or do not
        files = FILES | {f"{i}.txt": b"" for i in range(49)}
    assert "more than 50 files and folders" in refusal(make(tmp_path / "s", files), small)


@every_kind
def test_bytes_that_are_no_text_are_kept(small, tmp_path, make):
    strange = {"doubler.py": bytes(range(256)), "counter.py": b""}
    assert read(make(tmp_path / "s", strange), small).files == strange


def test_a_digest_tells_contents_apart():
    one, two = Submission("a", {"x": b"ab", "y": b"c"}), Submission("b", {"y": b"c", "x": b"ab"})
    assert one.digest == two.digest
    assert one.digest.startswith("sha256:")
    assert one.digest != Submission("a", {"x": b"a", "y": b"bc"}).digest


# Folders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/etc/passwd", "counter.py", "nowhere", "/dev/zero"])
def test_a_link_in_a_folder_is_not_followed(small, tmp_path, target):
    folder = write_files(tmp_path / "s", {"counter.py": b"x"})
    (folder / "doubler.py").symlink_to(target)
    assert NOT_A_FILE in read(folder, small).problems["doubler.py"]


def test_a_linked_folder_is_not_followed(small, tmp_path):
    write_files(tmp_path / "other", FILES)
    folder = write_files(tmp_path / "s", {"counter.py": b"x"})
    (folder / "inside").symlink_to(tmp_path / "other")
    assert read(folder, small).problems == {"doubler.py": "doubler.py is missing"}


@pytest.mark.parametrize("name", ["s", "s.zip", "s.tar.gz"])
def test_an_entry_that_is_a_link_is_refused(small, tmp_path, name):
    write_files(tmp_path / "other", FILES)
    (tmp_path / name).symlink_to(tmp_path / "other")
    assert "link" in refusal(tmp_path / name, small)


def test_a_hard_link_is_a_file_like_any_other(small, tmp_path):
    """What it shows can be read by its owner anyway; an archive's is another matter, below."""
    folder = write_files(tmp_path / "s", FILES)
    os.link(folder / "counter.py", tmp_path / "again")
    assert read(folder, small).files == FILES


def make_fifo(path):
    os.mkfifo(path)


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def make_folder(path):
    path.mkdir()


@pytest.mark.parametrize("make", [make_fifo, make_socket])
def test_a_special_file_is_neither_read_nor_waited_for(small, tmp_path, make, monkeypatch):
    folder = write_files(tmp_path / "s", {"counter.py": b"x"})
    monkeypatch.chdir(folder)  # a socket's path may not be long
    make(Path("doubler.py"))
    assert NOT_A_FILE in read(folder, small).problems["doubler.py"]
    make(Path("entry.zip"))
    assert "neither a folder nor a file" in refusal(folder / "entry.zip", small)


def test_a_folder_with_the_name_of_a_file_is_no_file(small, tmp_path):
    folder = write_files(tmp_path / "s", {"counter.py": b"x"})
    (folder / "doubler.py").mkdir()
    assert read(folder, small).problems == {"doubler.py": "doubler.py is missing"}


def test_a_deep_folder_ends(small, tmp_path):
    path = tmp_path / "s"
    for _ in range(40):
        path /= "d"
    write_files(path, FILES)
    assert "missing" in refusal(tmp_path / "s", small)


@pytest.mark.skipif(os.getuid() == 0, reason="root can read everything")
@pytest.mark.parametrize("what", ["file", "folder", "entry", "archive"])
def test_what_cannot_be_read_is_refused_with_the_reason(small, tmp_path, what):
    folder = write_files(tmp_path / "s", FILES | {"in/x": b""})
    place = {"file": folder / "doubler.py", "folder": folder / "in", "entry": folder}.get(what)
    if what == "archive":
        place = folder = zip_of(tmp_path / "s.zip", FILES.items())
    place.chmod(0)
    try:
        assert refusal(folder, small) == "it cannot be read: Permission denied"
    finally:
        place.chmod(0o700)


def test_an_entry_that_vanishes_is_refused(small, tmp_path):
    assert "cannot be read" in refusal(tmp_path / "gone", small)


def test_what_is_large_in_number_is_a_quick_row(tmp_path):
    lab = write_lab(tmp_path / "lab")  # the limits of an ordinary lab
    (tmp_path / "many").mkdir()
    for number in range(60_000):
        (tmp_path / "many" / str(number)).mkdir()
    with at_most(1):
        assert "more than 5000 files and folders" in refusal(tmp_path / "many", lab)
    before = os.open(".", os.O_RDONLY)
    (tmp_path / "deep").mkdir()
    try:
        os.chdir(tmp_path / "deep")
        for _ in range(1400):
            Path("d").mkdir()
            os.chdir("d")
        os.fchdir(before)
        with at_most(1):
            assert "missing" in refusal(tmp_path / "deep", lab)
        with at_most(3):
            assert {entry.student for entry in entries_of(tmp_path)} >= {"many", "deep"}
    finally:
        os.fchdir(before)
        os.close(before)
        subprocess.run(["rm", "-rf", tmp_path / "deep"], check=True)


# Archives --------------------------------------------------------------------------------------


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE],
)
def test_a_special_member_of_a_tar_is_not_read(small, tmp_path, kind):
    members = [(special("doubler.py", kind, "/etc/passwd"), b""), ("counter.py", b"x")]
    assert NOT_A_FILE in read(tar_of(tmp_path / "s.tgz", members), small).problems["doubler.py"]


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_special_member_of_a_zip_is_not_read(small, tmp_path, mode):
    info = zipfile.ZipInfo("doubler.py")
    info.external_attr = (mode | 0o777) << 16
    path = zip_of(tmp_path / "s.zip", [(info, "/etc/passwd"), ("counter.py", "x")])
    assert NOT_A_FILE in read(path, small).problems["doubler.py"]


TRAVERSALS = ["../doubler.py", "a/../../doubler.py", "/doubler.py", "/etc/doubler.py"]
TRAVERSALS += [
    "C:/doubler.py",
    "..\\doubler.py",
    "\\doubler.py",
    "c:\\x\\doubler.py",
    "../other.txt",
]


@pytest.mark.parametrize("name", TRAVERSALS)
@pytest.mark.parametrize("make", [MAKERS["zip"], MAKERS["tar"]], ids=["zip", "tar"])
def test_a_path_that_leads_out_is_refused(small, tmp_path, make, name):
    assert "leads out of it" in refusal(make(tmp_path / "s", FILES | {name: b"x"}), small)


def test_a_windows_path_is_a_path(small, tmp_path):
    path = zip_of(tmp_path / "s.zip", [("lab\\doubler.py", "x"), ("lab\\counter.py", "y")])
    assert read(path, small).files == {"doubler.py": b"x", "counter.py": b"y"}


@pytest.mark.parametrize("name", ["s.zip", "s.tar.gz", "s.tgz"])
@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04", b"\x1f\x8b", bytes(1000), b"<html>"])
def test_an_archive_that_is_none_is_refused(small, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    text = refusal(tmp_path / name, small)
    assert "damaged" in text or "missing" in text


@pytest.mark.parametrize("name", ["s.rar", "s.7z", "s.py", "s.tar", "s.txt", "s", "zip"])
def test_a_file_of_another_kind_is_refused(small, tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    assert refusal(tmp_path / name, small) == "it is not a folder, .zip or .tar.gz"


def test_an_archive_under_the_wrong_name_is_refused(small, tmp_path):
    tar_of(tmp_path / "t.tgz", FILES.items()).rename(tmp_path / "s.zip")
    zip_of(tmp_path / "t.zip", FILES.items()).rename(tmp_path / "s.tgz")
    assert "damaged" in refusal(tmp_path / "s.zip", small)
    assert "damaged" in refusal(tmp_path / "s.tgz", small)


def test_an_empty_archive_is_refused(small, tmp_path):
    assert "missing" in refusal(zip_of(tmp_path / "s.zip", []), small)
    assert "missing" in refusal(tar_of(tmp_path / "s.tgz", []), small)


def test_an_archive_that_is_too_large_is_not_opened(small, tmp_path):
    with (tmp_path / "s.zip").open("wb") as file:
        file.truncate((1 << 20) + 1)
    assert refusal(tmp_path / "s.zip", small) == "the archive is larger than 1 MiB"


def test_an_encrypted_zip_is_refused(small, tmp_path):
    path = zip_of(tmp_path / "s.zip", FILES.items())
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 1)
    path.write_bytes(data)
    assert "encrypted" in refusal(path, small)


def test_an_unknown_compression_is_refused(small, tmp_path):
    path = zip_of(tmp_path / "s.zip", FILES.items())
    data = path.read_bytes().replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x08", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x63"
    )
    path.write_bytes(data.replace(b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x00\x00\x63\x00"))
    assert "not read here" in refusal(path, small)


def peak_while(function):
    """Give the memory in MiB that reading takes, whether or not it is refused."""
    return peak_of(function, Refused)


def test_a_zip_bomb_does_not_go_off(small, tmp_path):
    path = zip_of(tmp_path / "s.zip", [("doubler.py", bytes(64 << 20)), ("counter.py", b"x")])
    assert peak_while(lambda: read(path, small)) < 16
    assert "larger than 16 KiB" in read(path, small).problems["doubler.py"]


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_a_zip_bomb_of_another_kind_does_not_go_off(small, tmp_path, kind):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w", kind) as archive:
        archive.writestr("doubler.py", bytes(64 << 20))
        archive.writestr("counter.py", b"x")
    assert path.stat().st_size < 1 << 20
    assert peak_while(lambda: read(path, small)) < 16


def test_a_damaged_lzma_zip_is_refused(small, tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("doubler.py", os.urandom(500))
    data = bytearray(path.read_bytes())
    data[45:60] = b"\xff" * 15
    path.write_bytes(data)
    assert refusal(path, small)


def test_a_damaged_bzip2_zip_is_refused(small, tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("doubler.py", os.urandom(500))
    data = bytearray(path.read_bytes())
    data[45:60] = b"\xff" * 15
    path.write_bytes(data)
    assert refusal(path, small)


def test_many_copies_in_a_zip_do_not_add_up(tmp_path):
    lab = write_lab(tmp_path / "lab", limits={"unpacked_mib": 8})
    members = [(f"{i}/doubler.py", bytes(1 << 20)) for i in range(64)]
    path = zip_of(tmp_path / "s.zip", members)
    assert peak_while(lambda: read(path, lab)) < 32


def test_a_gz_bomb_does_not_go_off(small, tmp_path):
    path = tar_of(tmp_path / "s.tgz", [("big", bytes(64 << 20)), *FILES.items()])
    assert peak_while(lambda: read(path, small)) < 16
    assert "more than is allowed" in refusal(path, small)


def test_zeros_without_end_in_a_gz_do_not_go_off(small, tmp_path):
    path = tmp_path / "s.tgz"
    path.write_bytes(gzip.compress(bytes(64 << 20)))
    assert peak_while(lambda: read(path, small)) < 16


def test_a_huge_header_in_a_tar_does_not_go_off(small, tmp_path):
    path = tar_of(
        tmp_path / "s.tgz", FILES.items(), format=tarfile.PAX_FORMAT,
        pax_headers={"comment": "x" * (40 << 20)},
    )  # fmt: skip
    assert peak_while(lambda: read(path, small)) < 16
    assert "more than is allowed" in refusal(path, small)


def header_of(name, size, kind=b"0"):
    """Write a tar header with any size."""
    info = tarfile.TarInfo(name)
    info.type = kind
    data = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    data[124:136] = tarfile.itn(size, 12, tarfile.GNU_FORMAT)
    data[148:156] = b"        "
    data[148:156] = b"%06o\0 " % sum(data)
    return bytes(data)


@pytest.mark.parametrize("size", [2**40, 2**62, -1, -512, -(2**62)])
@pytest.mark.parametrize("kind", [b"0", b"L", b"x", b"g", b"S", b"K"])
@pytest.mark.parametrize("name", ["doubler.py", "notes.txt"])
def test_a_member_that_lies_about_its_size_is_refused(small, tmp_path, name, kind, size):
    path = tmp_path / "s.tgz"
    path.write_bytes(gzip.compress(header_of(name, size, kind) + bytes(4096)))
    with at_most(1.0):
        assert peak_while(lambda: read(path, small)) < 16
        if size > 0:
            assert refusal(path, small)


@pytest.mark.slow
def test_a_hundred_thousand_members_are_refused(tmp_path):
    lab = write_lab(tmp_path / "lab")
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"{number}", b"")
    text = refusal(path, lab)
    assert "more than" in text or "larger than" in text
    path = tmp_path / "s.tgz"
    one = tarfile.TarInfo("x").tobuf()
    path.write_bytes(gzip.compress(one * 50_000, 1))
    assert "more than 5000 files" in refusal(path, lab)


def damaged(data, draw):
    """Damage some bytes, or cut it short."""
    data = bytearray(data)
    for _ in range(draw(st.integers(0, 5))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@pytest.mark.parametrize("kind", ["zip", "tar", "unpacked tar"])
@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_archive_is_read_or_refused(small, tmp_path, kind, data):
    make = MAKERS["zip" if kind == "zip" else "tar"]
    path = make(tmp_path / "s", FILES | {"x/notes.txt": b"text" * 50})
    content = path.read_bytes()
    if kind == "unpacked tar":
        content = gzip.compress(damaged(gzip.decompress(content), data.draw))
    else:
        content = damaged(content, data.draw)
    path.write_bytes(content)
    try:
        submission = read(path, small)
    except Refused as refused:
        assert str(refused)
    else:
        assert set(submission.files) <= set(small.files)


# The class -------------------------------------------------------------------------------------

NAMES = [
    *(
        "s1",
        "-rf",
        "--help",
        "=cmd()",
        "@SUM(A1)",
        "+1",
        "grades.csv",
        "Grades.CSV",
        ".hidden",
        "...",
    ),
    *(
        "a b",
        " a",
        "a ",
        "日本",
        "e\u0301",
        "é",
        "\u202eevil",
        "x\ny",
        "x\ty",
        "x\x1b[2J",
        "a\\b",
        "%41",
    ),
    *("A", "a", "con", "nul", "*", "?", "~", "$HOME", "`id`", "'", '"', "<b>", "[red]", "x" * 200),
    *("x" * 199 + "y", "日" * 80, ".lock", "grade.json", "a.zip", "b.tar.gz", ".zip", "..zip", "…"),
]


def test_every_entry_is_a_row_with_a_folder_that_is_safe(tmp_path):
    folder = tmp_path / "class"
    for name in NAMES:
        (folder / name).mkdir(parents=True)
    (folder / os.fsdecode(b"not-utf8-\xff")).mkdir()
    entries = entries_of(folder)
    ids = {unicodedata.normalize("NFC", name) for name in NAMES}  # of a Mac's, too
    assert len(entries) == len(ids) + 1 == len(NAMES)
    students = [entry.student for entry in entries]
    assert len(set(students)) == len(students)
    assert students == sorted(students)
    out = tmp_path / "out"
    for entry in entries:
        name = entry.folder
        assert name == student_name(entry.student)
        assert name.isprintable()
        assert "/" not in name
        assert not name.startswith(".")
        assert name.casefold() != "grades.csv"
        assert len(name.encode()) <= 100
        (out / name).mkdir(parents=True)  # inside `out`, and unlike any other
    assert len(list(out.iterdir())) == len(students)
    assert not (tmp_path / "grades.csv").exists()


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("o'brien", "o'brien"),
        ("r&d [1] #2", "r&d [1] #2"),
        ("d'arcy@uni.example", "d'arcy@uni.example"),
        (unicodedata.normalize("NFD", "André"), unicodedata.normalize("NFC", "André")),
        ("ชัยวัฒน์", "ชัยวัฒน์"),
        ("हिन्दी", "हिन्दी"),
        ("%41", "%41"),
        (" alice ", " alice "),
        (" ", " "),
        ("a\nb", "a%0Ab"),
        (os.fsdecode(b"\xff"), "%FF"),
    ],
)
def test_an_id_is_the_name_itself(tmp_path, name, student):
    (tmp_path / "class" / name).mkdir(parents=True)
    assert [entry.student for entry in entries_of(tmp_path / "class")] == [student]


def test_endings_are_no_part_of_a_name(tmp_path):
    for name in ("a.zip", "b.tar.gz", "c.TGZ", "d.txt", ".zip", "..zip"):
        (tmp_path / name).touch()
    assert [e.student for e in entries_of(tmp_path)] == [".", ".zip", "a", "b", "c", "d.txt"]


def dated(path, seconds):
    os.utime(path, (seconds, seconds))
    return path


def test_several_entries_of_a_student_are_attempts(small, tmp_path):
    for name in write_files(tmp_path / "a", FILES).iterdir():
        dated(name, 1.5e9)
    dated(zip_of(tmp_path / "a.zip", {**FILES, "x": b"2"}.items()), 1.6e9)
    dated(tar_of(tmp_path / "a.tgz", FILES.items()), 1.4e9)
    found = gather(tmp_path, small)
    assert [(e.student, e.path.name, e.number) for e in found.attempts] == [
        ("a", "a.tgz", 1),
        ("a", "a", 2),
        ("a", "a.zip", 3),
    ]
    (entry,) = found.entries
    assert entry == replace(found.attempts[2], remarks=entry.remarks)
    assert entry.remarks == ("this is attempt 3 of 3",)
    assert any("a and a.zip are both of a" in note for note in found.notes)


def test_attempts_of_the_same_moment_are_not_chosen_from(small, tmp_path):
    for name in write_files(tmp_path / "a", FILES).iterdir():
        dated(name, 1.5e9)
    dated(zip_of(tmp_path / "a.zip", FILES.items()), 1.5e9)
    (entry,) = entries_of(tmp_path)
    with pytest.raises(Refused, match=r"a and a\.zip are of the same student; leave one"):
        read_submission(entry, small)


ENDINGS = st.lists(st.sampled_from(["a", ".zip", ".tgz", "~", "%", "A"]), min_size=1, max_size=5)


@pytest.mark.parametrize("folders", [False, True])
@given(names=st.sets(ENDINGS.map("".join), min_size=1, max_size=6), data=st.data())
@settings(max_examples=40, deadline=None)
def test_no_entry_disappears(small, tmp_path_factory, folders, names, data):
    folder = tmp_path_factory.mktemp("class")
    for number, name in enumerate(sorted(names)):
        if folders and data.draw(st.booleans()):
            write_files(folder / name, {"x": str(number)})
        else:
            (folder / name).write_text(str(number))
    attempts = gather(folder, small).attempts
    assert {attempt.path.name for attempt in attempts} == names
    assert len({(attempt.student, attempt.number) for attempt in attempts}) == len(names)


def test_what_desktops_leave_is_nobodys(tmp_path):
    for name in (".DS_Store", ".gitignore", "Thumbs.db", "desktop.ini", "s1"):
        (tmp_path / name).touch()
    assert [entry.student for entry in entries_of(tmp_path)] == ["s1"]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda path: None, "there is no folder"),
        (lambda path: path.mkdir(), "no submissions in"),
        (lambda path: path.write_text("x"), "neither a folder nor a .zip"),
        (lambda path: path.symlink_to(path), "symbolic links"),
    ],
)
def test_a_folder_that_cannot_be_graded_says_why(tmp_path, make, text):
    make(tmp_path / "class")
    with pytest.raises(IntakeError, match=text):
        entries_of(tmp_path / "class")


@given(st.binary(min_size=1, max_size=40).map(os.fsdecode).filter(lambda n: not {*"/\0"} & {*n}))
def test_names_stay_apart(name):
    safe = student_name(name)
    assert safe
    assert safe.isprintable()
    assert len(safe.encode()) <= 100
    if safe != name and not safe.startswith("%2E"):
        assert student_name(name + "x") != safe


# Archives that say of themselves what would cost much -------------------------------------------


def tar_block(kind, size):
    """Give a tar's header of a kind that `tarfile` reads at once."""
    info = special("x", kind)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT)


def padded(content):
    return content + bytes(-len(content) % 512)


def gz(path, *parts):
    """Write a gz of these parts, compressed as one."""
    path.write_bytes(gzip.compress(b"".join(parts)))
    return path


DIGITS = b"9" * 200_000
PAX = [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE]
LONG = [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK]


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory):
    return write_lab(tmp_path_factory.mktemp("ordinary"))


@pytest.mark.parametrize("kind", PAX + LONG)
def test_a_header_of_any_length_is_not_read(ordinary, tmp_path, kind):
    path = gz(tmp_path / "s.tgz", tar_block(kind, len(DIGITS)), padded(DIGITS), bytes(1024))
    with at_most(2):
        assert "more than is allowed" in refusal(path, ordinary)


@pytest.mark.parametrize("kind", PAX + LONG)
def test_nor_are_any_number_of_headers(ordinary, tmp_path, kind):
    block = tar_block(kind, 6) + padded(b"6 a=b\n")
    path = gz(tmp_path / "s.tgz", block * 20_000, bytes(1024))
    with at_most(3):
        assert refusal(path, ordinary)


@pytest.mark.parametrize("kind", PAX)
def test_nor_all_headers_that_are_allowed(ordinary, tmp_path, kind):
    """Each of the largest size, full of what takes longest to look through."""
    digits = b"9" * (8 << 10)
    member = tar_block(tarfile.REGTYPE, 0)
    path = gz(tmp_path / "s.tgz", (tar_block(kind, len(digits)) + digits + member) * 8, bytes(1024))
    with at_most(10):
        assert refusal(path, ordinary)


@pytest.mark.parametrize("name", ["size", "mtime", "uid", "GNU.sparse.size", "GNU.sparse.map"])
def test_a_number_of_any_length_is_a_row(ordinary, tmp_path, name):
    value = f"{name}={'9' * 5000}"
    record = f"{len(value) + 6} {value}\n".encode()
    header = tar_block(tarfile.XHDTYPE, len(record)) + padded(record)
    path = gz(tmp_path / "s.tgz", header, tar_block(tarfile.REGTYPE, 0), bytes(1024))
    with at_most(2):
        assert refusal(path, ordinary)


def test_ordinary_long_names_are_read(ordinary, tmp_path):
    for kind in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        where = "名字/" + "very-long/" * 30
        members = [(where + name, content) for name, content in FILES.items()]
        path = tar_of(tmp_path / f"{kind}.tgz", members, format=kind)
        assert read(path, ordinary).files == FILES


def test_a_sparse_member_is_refused(ordinary, tmp_path):
    path = gz(tmp_path / "s.tgz", tar_block(tarfile.GNUTYPE_SPARSE, 0), bytes(1024))
    assert "more than is allowed" in refusal(path, ordinary)


def test_a_name_in_the_gz_itself_is_passed_over_quickly(ordinary, tmp_path):
    whole = gzip.compress(b"".join([bytes(1024)]))
    path = tmp_path / "s.tgz"
    path.write_bytes(whole[:3] + b"\x08" + whole[4:10] + b"n" * (9 << 20) + b"\0" + whole[10:])
    with at_most(1):
        assert "missing" in refusal(path, ordinary)


def test_many_archives_in_one_are_refused(ordinary, tmp_path):
    (tmp_path / "s.tgz").write_bytes(gzip.compress(b"") * 400_000)
    with at_most(1):
        assert "more than is allowed" in refusal(tmp_path / "s.tgz", ordinary)


def test_a_few_archives_in_one_are_read_as_one(small, tmp_path):
    data = gzip.decompress(tar_of(tmp_path / "s.tgz", FILES.items()).read_bytes())
    parts = [gzip.compress(data[:700]), gzip.compress(b""), gzip.compress(data[700:]), bytes(9)]
    (tmp_path / "s.tgz").write_bytes(b"".join(parts))
    assert read(tmp_path / "s.tgz", small).files == FILES
    (tmp_path / "s.tgz").write_bytes(b"".join(parts)[:-30])
    assert "damaged" in refusal(tmp_path / "s.tgz", small)


def test_a_long_list_of_a_zip_is_not_read(ordinary, tmp_path):
    """200,000 entries of nothing, which say that they are one."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", *[0] * 18)
    assert len(entry) == 46
    listed = entry * 200_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(listed), 0, 0)
    (tmp_path / "s.zip").write_bytes(listed + end)

    def look():
        with at_most(1):
            assert "more than 5000" in refusal(tmp_path / "s.zip", ordinary)

    assert peak_of(look) < 20


def test_files_that_are_there_many_times_are_bounded_together(tmp_path):
    lab = write_lab(tmp_path / "lab", limits={"unpacked_mib": 2})
    members = [(f"{number}/doubler.py", bytes(1 << 20)) for number in range(100)]
    path = zip_of(tmp_path / "s.zip", members)
    assert "more than is allowed" in refusal(path, lab)


@pytest.mark.parametrize("name", sorted(RESERVED_NAMES))
@pytest.mark.parametrize("change", [str, str.upper, str.title])
def test_what_the_grader_writes_is_nobodys_name(tmp_path, name, change):
    name = change(name)
    write_files(tmp_path, {f"{name}/doubler.py": b"x"})
    (entry,) = entries_of(tmp_path)
    assert entry.student == name
    assert entry.folder.casefold() not in RESERVED_NAMES


def test_a_formula_in_a_name_is_no_formula(tmp_path):
    name = "a;=cmd|'%2FC calc'!A0"
    write_files(tmp_path, {f"{name}/doubler.py": b"x"})
    assert not set(entries_of(tmp_path)[0].folder) & set(";=|'!")
