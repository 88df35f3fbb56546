"""What comes from a cluster is bounded, and nothing of it is unpickled or believed."""

import io
import os
import pickle
import stat
import zipfile
import zlib
from dataclasses import replace

import numpy as np
import pytest
from distributed.core import clean_exception
from distributed.protocol import core, to_serialize
from distributed.protocol.serialize import Serialized, ToPickle

from autograder.cluster import place, replies, unread
from autograder.cluster.parcels import Parcel, parcel_of
from autograder.cluster.replies import Examined, Ready, pack, read_reply
from autograder.cluster.setup import Setup, packed
from autograder.cluster.unread import Sent, TooLarge, read_message
from autograder.cluster.versions import ENGINE, NUMPY, PYTHON, difference, versions
from autograder.draws import PUBLIC_SECRET, Draws, DrawTable
from autograder.examiner.answers import BadAnswer
from autograder.examiner.errors import ExaminerError
from autograder.intake.contents import Contents
from autograder.intake.errors import Refused
from autograder.intake.excerpt import Excerpts
from autograder.intake.submission import Archive, read_archive, wanted_files
from autograder.jail.sandbox import SandboxError
from autograder.lab import Limits
from autograder.lab_file import load_lab
from autograder.messages import say, to_data
from tests.autograder.conftest import RIGHT, write_files

ran = []


def run():
    ran.append("unpickled")
    return ValueError()


class Evil:
    """Runs code where it is unpickled."""

    def __reduce__(self):
        return run, ()


EVIL = pickle.dumps(Evil())


def sent(message):
    """Give a message as it is after a connection."""
    return read_message([bytes(frame) for frame in core.dumps(message)])


def forged(header, *frames):
    """Give a value that a worker has made to look like another."""
    return Serialized({"compression": (None,) * len(frames), **header}, list(frames))


@pytest.fixture(autouse=True)
def nothing_runs():
    """See that nothing was unpickled in a test."""
    ran.clear()
    yield
    assert not ran


# Messages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        to_serialize(Evil()),
        to_serialize([Evil(), b"x"]),
        to_serialize({"a": Evil()}),
        to_serialize(np.zeros(3)),
        ToPickle(Evil()),
        EVIL,
        forged({"serializer": "pickle", "writeable": ()}, EVIL),
        forged({"serializer": "dask", "type": "str", "type-serialized": EVIL}, b"x"),
        forged({"serializer": "dask", "type": "bytes", "compression": ("zlib",)}, b"x"),
        forged({"serializer": "error"}, b"x"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_is_no_bytes_comes_through_as_nothing(value):
    found = sent({"status": "OK", "data": {"k": value}})
    assert getattr(found["data"]["k"], "content", None) is None
    assert isinstance(found["data"]["k"], Sent | None) and isinstance(sent([value])[0], Sent | None)


def test_bytes_come_through_as_they_are_whatever_is_said_of_their_type():
    assert sent({"k": to_serialize(b"abc" * 10)})["k"].content == b"abc" * 10
    header = {"serializer": "dask", "type": "bytes", "type-serialized": EVIL, "sub-header": {}}
    assert sent({"k": forged(header, b"ab", b"cd")})["k"].content == b"abcd"


def test_what_dask_itself_would_unpickle_is_nothing_that_it_can():
    erred, done = sent(
        [
            {"op": "task-erred", "exception": to_serialize(EVIL), "traceback": to_serialize(EVIL)},
            {"op": "key-in-memory", "key": "k", "type": EVIL},
        ]
    )
    kind, error, traceback = clean_exception(erred["exception"], erred["traceback"])
    assert (kind, error.content, traceback) == (Sent, EVIL, None)
    assert done == {"op": "key-in-memory", "key": "k", "type": None}
    # For a comparison, as Dask's client takes it from any other connection.
    clean_exception(EVIL, None)
    assert ran == ["unpickled"]
    ran.clear()


def test_an_exception_of_the_schedulers_own_is_not_unpickled_either():
    (erred,) = sent([{"op": "task-erred", "exception": EVIL, "traceback": None}])
    kind, error, _ = clean_exception(erred["exception"], erred["traceback"])
    assert (kind, error.content) == (Sent, EVIL)


def test_plain_messages_come_through():
    message = {"op": "x", "numbers": [1, 2.5, None, True], "set": {1, 2}, "text": "é"}
    assert sent(message) == message | {"numbers": (1, 2.5, None, True)}
    enum = {"__Enum__": True, "name": "running", "__module__": "os", "__name__": "system"}
    assert sent([{"status": enum}]) == ({"status": "running"},)


def test_what_workers_could_write_for_a_person_is_not_heard():
    assert sent([{"op": "event", "topic": "print"}, {"op": "error"}, {"op": "x"}]) == ({"op": "x"},)


def test_a_table_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(unread, "TABLE_LIMIT", 100)
    with pytest.raises(TooLarge):
        sent(["x" * 200])


@pytest.mark.parametrize("frames", [[b"\xc1"], [b""], [b"\x81\xa1a"]])
def test_what_is_no_message_is_an_error(frames):
    with pytest.raises(ValueError):
        read_message(frames)


# Replies -----------------------------------------------------------------------------------------


def test_replies_are_read():
    assert read_reply(pack({"layers": ["lockdown"]})) == Ready(("lockdown",))
    examined = {"layers": ["lockdown", "bubblewrap"], "seconds": 1.5, "failed": None}
    assert read_reply(pack(examined, b'{"a":\n1}')) == Examined(
        ("lockdown", "bubblewrap"), 1.5, b'{"a":\n1}'
    )
    failed = examined | {"failed": to_data(say("it ended ({how})", how="SIGKILL"))}
    assert read_reply(pack(failed, b"x")) == Examined(
        ("lockdown", "bubblewrap"), 1.5, None, "it ended (SIGKILL)"
    )
    assert read_reply(pack({"versions": {"Python": "3\x1b"}})).versions == {"Python": "3\\x1b"}
    unfit = read_reply(pack({"worker": "tcp://a\x1b[2J", "reason": "x" * 5000}))
    assert "\x1b" not in unfit.worker and len(unfit.reason) <= replies.REASON_LIMIT


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"plain",
        EVIL,
        zlib.compress(b"{"),
        zlib.compress(b"[]\n"),
        zlib.compress(b"null\n"),
        zlib.compress(b'{"layers":[]}\n')[:-2],
        zlib.compress(b"[" * 5000),
        zlib.compress(b"x" * (replies.HEAD_LIMIT + 1)),
        zlib.compress(bytes(replies.REPLY_LIMIT + 1)),
        os.urandom(100) * (replies.SENT_LIMIT // 100 + 1),
        pack({}),
        pack({"layers": ["strong"]}),
        pack({"layers": "lockdown"}),
        pack({"layers": [["lockdown"]]}),
        pack({"layers": ["lockdown"], "more": 1}),
        pack({"layers": ["lockdown"], "seconds": -1, "failed": None}),
        pack({"layers": ["lockdown"], "seconds": float("nan"), "failed": None}),
        pack({"layers": ["lockdown"], "seconds": True, "failed": None}),
        pack({"layers": ["lockdown"], "seconds": 1, "failed": "text"}),
        pack({"layers": ["lockdown"], "seconds": 1, "failed": {"text": 1}}),
        pack({"worker": 1, "reason": ""}),
        pack({"worker": "", "reason": "", "more": ""}),
        pack({"versions": {"Python": 3}}),
        pack({"versions": {str(i): "" for i in range(replies.VERSIONS_LIMIT + 1)}}),
    ],
)
def test_what_is_no_reply_is_refused(reply):
    with pytest.raises(BadAnswer):
        read_reply(reply)


# Versions ----------------------------------------------------------------------------------------


def test_what_differs_is_said_in_a_sentence():
    here = versions(["pytest", "no-such-package"])
    assert difference(here, dict(here)) == "" and here["no-such-package"] == "none"
    other = here | {PYTHON: "3.99.0", ENGINE: "0", NUMPY: here[NUMPY]}
    assert difference(here, other) == (
        f"it has Python 3.99.0 where this machine has {here[PYTHON]}, another version of "
        "autograder; install the same on both"
    )
    assert "pytest none where" in difference(here, {n: v for n, v in here.items() if n != "pytest"})


# The lab -----------------------------------------------------------------------------------------


def test_the_lab_arrives_without_the_secret_and_is_the_same_each_time(lab, tmp_path):
    write_files(lab.root, {".secret": PUBLIC_SECRET.hex(), "hidden/__pycache__/x.pyc": b"x"})
    draws = Draws(3, bytes(range(32)))
    table = DrawTable(draws.table(["test_doubler.py::test_forward"]))
    setup = Setup(lab, table, "auto", packed(lab)).to_bytes()
    assert draws.secret not in setup and draws.secret.hex().encode() not in setup
    assert "given" not in repr(table)
    again = load_lab(lab.root / "lab.toml")
    os.utime(lab.suite / "test_doubler.py", (1, 1))
    assert Setup(again, table, "auto", packed(again)).to_bytes() == setup
    arrived = Setup.from_bytes(setup).unpack(tmp_path / "there")
    names = {p.relative_to(arrived.root).as_posix() for p in arrived.root.rglob("*.*")}
    assert names == {
        *("hidden/test_doubler.py", "hidden/test_counter.py"),
        *("solution/doubler.py", "solution/counter.py"),
    }
    assert arrived.suite == tmp_path / "there/hidden"
    assert table.table(["test_doubler.py::test_forward"]) == dict(table.given)


def test_a_lab_whose_suites_lie_elsewhere_is_not_sent(lab, tmp_path):
    write_files(tmp_path, {"elsewhere.py": ""})
    with pytest.raises(Exception, match="should be in the lab's folder; workers need it"):
        packed(replace(lab, mistakes=tmp_path / "elsewhere.py"))
    (lab.root / "hidden/test_doubler.py").unlink()
    with pytest.raises(Exception, match="can't be read: No such file"):
        packed(replace(lab, needs=("gone",)))


# Submissions -------------------------------------------------------------------------------------


def opened(content, selection, limits, lab, inner=2):
    """Give what an examiner finds in an archive, or why it refuses it."""
    archive = Archive("class.zip", io.BytesIO(content), inner, selection)
    try:
        return read_archive(archive, limits, wanted_files(lab))
    except Refused as refused:
        return str(refused)


def class_zip(files, compression=zipfile.ZIP_DEFLATED):
    """Make a zip of these, name or `zipfile.ZipInfo` -> content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


NESTED = class_zip({"doubler.py": "inner", "counter.py": "c"})
CLASS = {
    "bob_1_doubler.py": RIGHT["doubler.py"],
    "ann_1_doubler.py": RIGHT["doubler.py"],
    "ann_2_counter.py": RIGHT["counter.py"],
    "ann_3_film.mp4": os.urandom(3 << 20),
    "ann_4_large.py": "x = 1\n" * 400_000,
    "ann_5_dense.py": os.urandom(2 << 20),
    "ann_6_näme.txt": "é",
    "ann_7_all.zip": NESTED,
    "ann_8_folder/": "",
}
SELECTIONS = [
    {"ann_1_doubler.py": "doubler.py", "ann_2_counter.py": "counter.py"},
    {"ann_1_doubler.py": "doubler.py", "ann_3_film.mp4": "film.mp4", "ann_6_näme.txt": "näme.txt"},
    {"ann_1_doubler.py": "doubler.py", "ann_4_large.py": "counter.py"},
    {"ann_1_doubler.py": "doubler.py", "ann_5_dense.py": "counter.py"},
    {"ann_7_all.zip": "all.zip"},
    {"ann_8_folder/": "folder/", "ann_6_näme.txt": "näme.txt"},
    {"ann_1_doubler.py": "../doubler.py"},
    {"ann_1_doubler.py": "sub/doubler.py", "ann_2_counter.py": ".git/counter.py"},
    {"gone.py": "doubler.py"},
]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda s: "+".join(s.values()))
def test_an_excerpt_is_read_as_the_zip_of_the_class(lab, tmp_path, selection, compression):
    path = tmp_path / "class.zip"
    path.write_bytes(class_zip({**CLASS, link("ann_9_link.py"): "/etc/passwd"}, compression))
    whole = opened(path.read_bytes(), selection, lab.limits, lab)
    excerpts = Excerpts(lab.limits)
    for _ in range(2):  # its list is read once
        with path.open("rb") as file:
            source = Archive("class.zip", file, 2, selection)
            try:
                parcel = parcel_of(source, lab, excerpts)
            except Refused as refused:
                assert str(refused) == whole
                return
        assert opened(parcel.archive, selection, lab.limits, lab) == whole
        assert len(parcel.archive) < 2 << 20
    assert isinstance(whole, Contents | str)


def test_a_link_and_another_compression_are_told_as_they_are(lab, tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(class_zip({link("a.py"): "b", "c.py": "x" * 999}, zipfile.ZIP_BZIP2))
    selection = {"a.py": "doubler.py", "c.py": "counter.py"}
    with path.open("rb") as file:
        parcel = parcel_of(Archive("class.zip", file, 2, selection), lab, Excerpts(lab.limits))
    assert opened(parcel.archive, selection, lab.limits, lab) == opened(
        path.read_bytes(), selection, lab.limits, lab
    )


def test_a_damaged_zip_of_a_class_is_refused(lab, tmp_path):
    content = class_zip(CLASS)
    for damaged in (content[:500], content[:-10], content.replace(b"PK\3\4", b"PK\0\0")):
        path = tmp_path / "class.zip"
        path.write_bytes(damaged)
        with path.open("rb") as file, pytest.raises(Refused, match="damaged"):
            source = Archive("class.zip", file, 2, SELECTIONS[0])
            parcel_of(source, lab, Excerpts(lab.limits))


def test_no_more_is_copied_than_is_read_of_a_submission(lab, tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(class_zip({f"{i}.py": os.urandom(900 << 10) for i in range(3)}))
    selection = {f"{i}.py": f"{i}/doubler.py" for i in range(3)}
    with path.open("rb") as file, pytest.raises(Refused, match="more than is allowed"):
        small = Excerpts(Limits(unpacked_mib=1))
        parcel_of(Archive("class.zip", file, 2, selection), lab, small)


def test_an_archive_of_one_student_is_sent_as_it_is_unless_it_is_too_large(lab):
    archive = Archive("a.zip", io.BytesIO(NESTED), 2)
    parcel = parcel_of(archive, lab, Excerpts(lab.limits))
    assert parcel == Parcel(archive=NESTED, name="a.zip", inner=2)
    with parcel.opened() as source:
        assert (source.name, source.file.read(), source.inner) == ("a.zip", NESTED, 2)
    large = Archive("a.zip", io.BytesIO(bytes((10 << 20) + 1)), 2)
    with pytest.raises(Refused, match="larger than 10 MiB"):
        parcel_of(large, lab, Excerpts(lab.limits))


def test_files_are_sent_with_what_is_wrong_with_others_and_stand_in_no_log(lab):
    problems = {"counter.py": say("{file} is missing", file="counter.py")}
    parcel = parcel_of(({"doubler.py": b"secret"}, problems), lab, Excerpts(lab.limits))
    with pickle.loads(pickle.dumps(parcel)).opened() as (files, said):
        assert files == {"doubler.py": b"secret"}
        assert said == problems and to_data(said["counter.py"]) == to_data(problems["counter.py"])
    assert "secret" not in repr(parcel) and "counter" not in repr(parcel)


# On a worker -------------------------------------------------------------------------------------


class Asked:
    """A supervisor that gives or raises something."""

    def __init__(self, outcome):
        self.outcome = outcome

    def ask(self, draws, wanted, source):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.mark.parametrize(
    "outcome, failed, answer",
    [
        (b"{}", None, b"{}"),
        (Evil(), None, b""),
        (ExaminerError(say("it ended ({how})", how="SIGKILL")), "it ended (SIGKILL)", b""),
        (ValueError("x"), "the grader failed: ValueError: x", b""),
    ],
    ids=["answer", "no bytes", "no answer", "failure"],
)
def test_whatever_comes_of_a_submission_is_told_as_data(outcome, failed, answer):
    seconds, said, found = place._examined(Asked(outcome), None, Parcel())
    assert seconds >= 0 and found == answer
    reply = read_reply(pack({"layers": [], "seconds": seconds, "failed": said}, found))
    assert reply.failed == failed


def test_a_sandbox_that_breaks_is_for_the_place_to_tell():
    with pytest.raises(SandboxError):
        place._examined(Asked(SandboxError("gone")), None, Parcel())
