"""Plain data cross exactly; bytes of any other kind are an error and nothing else."""

import contextlib
import itertools
import json
import math
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.jail.inside import frames, wire
from autograder.jail.inside.frames import HEADER, Disconnected, FrameReader, WireError
from autograder.jail.inside.json_depth import depth, too_deep
from autograder.jail.inside.wire import Decoder, encode
from tests.autograder.conftest import SECONDS, peak_of


def refuse(value):
    raise WireError("nothing but plain data here")


def decode(header, body, resolve):
    return Decoder(resolve).decode(header, body)


def cross(value):
    frame, sent = encode(value, refuse)
    result, received = decode(frame[:8], frame[8:], refuse)
    assert len(sent) == len(received)
    return result


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    if isinstance(a, np.ndarray | np.generic):
        kind = a.dtype.newbyteorder("<")
        little = np.asarray(a).astype(kind).tobytes()
        return kind == b.dtype and a.shape == b.shape and little == np.asarray(b).tobytes()
    if type(a) is complex:
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and str(a) == str(b))
    return a == b


def hostile(tree, payload=b""):
    """Make a frame of a JSON tree as no honest encoder would."""
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return HEADER.pack(len(text), len(payload)), text + payload


arrays = npst.arrays(
    st.sampled_from(
        [np.dtype(d) for d in sorted(wire.DTYPES)] + [np.dtype(">f8"), np.dtype(">i4")]
    ),
    npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
keys = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5)
deep_keys = keys | st.recursive(
    st.tuples(keys, keys),
    lambda inner: st.tuples(inner, keys) | st.frozensets(inner, max_size=3),
    max_leaves=3,
)
surrogates = st.text(st.characters(min_codepoint=0xD7F0, max_codepoint=0xE010), max_size=5)
# JSON writes a character beyond 16 bits as two surrogates, so two in a row become one character.
surrogates = surrogates.filter(lambda text: json.loads(json.dumps(text)) == text)
plain_data = st.recursive(
    keys | st.floats() | st.complex_numbers() | surrogates | st.binary(max_size=20) | arrays
    | arrays.filter(lambda a: a.ndim == 0).map(lambda a: a[()]),
    lambda inner: st.lists(inner, max_size=4)
    | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(keys, inner, max_size=3)
    | st.sets(deep_keys, max_size=3) | st.frozensets(deep_keys, max_size=3),
    max_leaves=8,
)  # fmt: skip
json_values = st.recursive(
    st.none() | st.text('a"\\[]{}', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text('a"\\[]{}', max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(plain_data)
@settings(max_examples=300)
@example([math.nan, math.inf, -math.inf, -0.0])
@example([float(i) for i in range(40)] + [math.nan, -0.0])
@example("\ud800 lone \udfff")
@example([2**63 - 1, -(2**63)])
def test_plain_data_come_back_as_they_went(value):
    assert same(value, cross(value))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3).T,
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(20.0)[::-3],
        np.arange(6.0).astype(">f8"),
        np.zeros((0, 3)),
        np.array(-0.0),
        np.array([True, False]),
        np.array([1 + 2j, complex(math.nan, -0.0)]),
        np.broadcast_to(1.5, (3, 4)),
        np.arange(3, dtype=np.float16),
    ],
)
def test_arrays_of_every_layout_cross_and_can_be_written(array):
    result = cross(array)
    assert same(array, result)
    assert result.flags.writeable
    assert result.flags.owndata


@pytest.mark.parametrize(
    "value",
    [
        np.array(["text"]),
        np.array([object()]),
        np.zeros(2, [("a", "f8")]),
        np.array("2020-01-01", "M8[D]"),
        np.longdouble(1.0),
        np.str_("text"),
        np.ma.array([1.0]),
        np.zeros(2).view(np.matrix),
        object(),
        lambda: None,
        type("Text", (str,), {})("x"),
        type("Number", (int,), {})(3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_data_goes_to_export(value):
    seen = []

    def export(thing):
        seen.append(thing)
        return {"object": 7}

    frame, _ = encode([1, value], export)
    assert seen == [value] or seen[0] is value
    result, _ = decode(frame[:8], frame[8:], lambda node: node)
    assert result == [1, {"object": 7}]


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        np.broadcast_to(0.0, (1 << 40,)),
        np.zeros((0, 1 << 40)),
        np.zeros((1,) * 9),
        dict.fromkeys(range(wire.KEYS_LIMIT + 1)),
        set(range(wire.KEYS_LIMIT + 1)),
        [set(range(wire.KEYS_LIMIT))] * 5,
        {(1,) * (wire.KEY_SIZE_LIMIT + 1)},
        {(1, ((((2,),),),))},
        {frozenset((i,) * 40 for i in range(20))},
        {frozenset(range(i, i + 64)) for i in range(100)},
        np.zeros(frames.PAYLOAD_LIMIT + 1, np.uint8),
        [np.zeros(frames.PAYLOAD_LIMIT // 2 + 1, np.uint8)] * 2,
        "x" * (frames.JSON_LIMIT + 1),
        bytes(frames.PAYLOAD_LIMIT + 1),
    ],
    ids=[
        *("int", "negative int", "broadcast", "no rows", "axes", "keys", "elements", "sets"),
        *("a long key", "a deep key", "a large key", "large keys"),
        *("array", "arrays", "text", "bytes"),
    ],
)
def test_what_is_too_large_is_refused_when_it_is_sent(value):
    with pytest.raises(WireError):
        encode(value, refuse)


def test_what_is_nested_deeply_is_refused_when_it_is_sent():
    value = []
    for _ in range(wire.DEPTH_LIMIT + 2):
        value = [value]
    with pytest.raises(WireError, match="more than 16 deep"):
        encode(value, refuse)
    loop = []
    loop.append(loop)
    with pytest.raises(WireError, match="more than 16 deep"):
        encode(loop, refuse)


def nested(value, times):
    for _ in range(times):
        value = {0: value}
    return value


@pytest.mark.parametrize("inmost", [np.zeros((2, 3)), {}, (), [1.0, "["]], ids=str)
def test_the_deepest_that_may_be_sent_arrives(inmost):
    value = nested(inmost, wire.DEPTH_LIMIT)
    assert str(cross(value)) == str(value)
    with pytest.raises(WireError, match="more than 16 deep"):
        encode(nested(value, 1), refuse)


def test_the_deepest_reference_arrives():
    def export(_):
        return {"object": [7, "Thing", ["forward"]]}

    frame, _ = encode(nested(object(), wire.DEPTH_LIMIT), export)
    assert depth(frame[8:]) == wire.JSON_DEPTH_LIMIT
    assert "Thing" in str(decode(frame[:8], frame[8:], lambda node: node))


@pytest.mark.parametrize("level", ["[", '{"tuple":[', '{"a":', '["]",', '["\\"]\\\\",'])
def test_what_is_nested_deeply_is_refused_before_it_is_parsed(level, monkeypatch):
    def parse(*_, **__):
        pytest.fail("it was parsed")

    frame = hostile((level * (wire.JSON_DEPTH_LIMIT + 1)).encode())
    monkeypatch.setattr(json, "loads", parse)
    with pytest.raises(WireError, match="nested too deeply"):
        decode(*frame, refuse)


@given(json_values)
@settings(max_examples=300)
def test_the_depth_is_that_of_the_parsed_tree(value):
    def levels(node):
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        return isinstance(node, list | dict) + max(map(levels, inner), default=0)

    assert depth(json.dumps(value).encode()) == levels(value)


def test_brackets_that_are_text_or_side_by_side_are_not_deep():
    for value in (["[" * 100, '"{\\' * 100], [[] for _ in range(1000)], [{"[": 1}] * 1000):
        assert same(value, cross(value))


@pytest.mark.parametrize(
    "text", [b"[]" * (1 << 19), b'"' * (1 << 20), b'\\"' * (1 << 19), b"[" + b'"[' * (1 << 19)]
)
def test_the_depth_is_told_in_linear_time(text):
    text = (b"[" * 100 + text)[: frames.JSON_LIMIT]
    start = time.process_time()
    assert too_deep(text, 50)
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32-le", "utf-8-sig"])
def test_another_encoding_is_refused(encoding):
    with pytest.raises(WireError):
        decode(*hostile('["\u225b"]'.encode(encoding)), refuse)


FLOAT = ["<f8", [2], 0]


def deep_key(levels):
    """Give a tuple in a tuple, and so on."""
    return {"tuple": [deep_key(levels - 1)] if levels > 1 else []}


@pytest.mark.parametrize(
    ("tree", "payload"),
    [
        (b"", b""),
        (b"\xff\xfe{", b""),
        (b"{}", b""),
        (b"[" * 100_000, b""),
        (b'{"tuple":[' * 3000 + b"]}" * 3000, b""),
        (b"9" * 5000, b""),
        ({"tuple": 3}, b""),
        ({"dict": [], "tuple": []}, b""),
        ({"dict": [[1]]}, b""),
        ({"dict": [[[], 1]]}, b""),
        ({"set": [[]]}, b""),
        ({"frozenset": [{"set": []}]}, b""),
        ({"set": {"floats": [0, frames.PAYLOAD_LIMIT // 8]}}, bytes(frames.PAYLOAD_LIMIT)),
        ({"array": FLOAT}, b""),
        ({"array": FLOAT[:2]}, bytes(16)),
        ({"array": ["|V0", [2**40], 0]}, b""),
        ({"array": ["|O", [1], 0]}, bytes(8)),
        ({"array": [["<f8"], [1], 0]}, bytes(8)),
        ({"array": ["<f8", [2**62, 4], 0]}, bytes(16)),
        ({"array": ["<f8", [2**63, 0], 0]}, b""),
        ({"array": ["<f8", [2**62, 2, 0], 0]}, b""),
        ({"array": ["<f8", [-1], 0]}, bytes(16)),
        ({"array": ["<f8", [1.0], 0]}, bytes(16)),
        ({"array": ["<f8", [True], 0]}, bytes(16)),
        ({"array": ["<f8", "2", 0]}, bytes(16)),
        ({"array": ["<f8", [1] * 9, 0]}, bytes(8)),
        ({"array": ["<f8", [0, 2**40], 0]}, b""),
        ({"array": ["<f8", [0, 2**13, 2**13], 0]}, b""),
        ([2**63], b""),
        ([-(2**63) - 1], b""),
        ({"set": list(range(wire.KEYS_LIMIT + 1))}, b""),
        ({"frozenset": list(range(wire.KEYS_LIMIT + 1))}, b""),
        ({"dict": [[i, 0] for i in range(wire.KEYS_LIMIT + 1)]}, b""),
        ([{"set": list(range(wire.KEYS_LIMIT))}] * 5, b""),
        ({"dict": [[{"tuple": [1] * (wire.KEY_SIZE_LIMIT + 1)}, 0]]}, b""),
        ({"dict": [[deep_key(wire.KEY_DEPTH_LIMIT + 2), 0]]}, b""),
        ({"set": [{"tuple": [{"dict": []}]}]}, b""),
        ({"set": [{"frozenset": list(range(i, i + 64))} for i in range(100)]}, b""),
        ({"complex": [1.0]}, b""),
        ({"complex": [1.0, 2]}, b""),
        ({"complex": ["1", 2.0]}, b""),
        ({"complex": [[1.0], 2.0]}, b""),
        ({"set": [{"array": ["<f8", [], 0]}]}, bytes(8)),
        ({"set": [{"dict": []}]}, b""),
        ({"array": ["<f8", [1], 9]}, bytes(16)),
        ({"array": ["<f8", [1], -8]}, bytes(16)),
        ({"scalar": FLOAT}, bytes(16)),
        ({"floats": [0, 2**61]}, bytes(16)),
        ({"floats": [0, -1]}, bytes(16)),
        ({"floats": [0, "1"]}, bytes(16)),
        ({"bytes": [0, 17]}, bytes(16)),
        ({"bytes": [0]}, bytes(16)),
        ({"unknown": 1}, b""),
    ],
)
def test_a_frame_that_lies_is_refused(tree, payload):
    with pytest.raises(WireError):
        decode(*hostile(tree, payload), refuse)


COLLIDING = [list(key) for key in itertools.product((-1, -2), repeat=8)]


@pytest.mark.parametrize(
    "tree",
    [
        {"dict": [[{"tuple": key}, 0] for key in COLLIDING]},
        {"set": [{"tuple": key} for key in COLLIDING]},
        [{"set": [{"tuple": key} for key in COLLIDING]}] * 60,
        [{"set": [float(2**61 * i) for i in range(1000)]}] * 4,
        {"set": [{"tuple": [-1, i]} for i in range(1000)]},
        {"set": [{"tuple": [0] * 56 + key} for key in COLLIDING] * 2},
        {"set": [{"frozenset": [2**61 * j - j for j in range(i, i + 40)]} for i in range(100)]},
        [[] for _ in range(250_000)],
        [{"tuple": []} for _ in range(65_000)],
        [{"array": ["|b1", [], i]} for i in range(30_000)],
        [{"object": [i]} for i in range(50_000)],
        {str(i): 0 for i in range(70_000)},
        [9**19] * 40_000,
        ["\ud800" * 1000] * 100,
        b"9" * frames.JSON_LIMIT,
        b"0." + b"9" * (frames.JSON_LIMIT - 2),
        b"1e" + b"9" * (frames.JSON_LIMIT - 2),
        b"-" * frames.JSON_LIMIT,
        b'"' + b"\\u0000" * (frames.JSON_LIMIT // 6 - 1) + b'"',
    ],
    ids=lambda tree: f"{str(tree)[:40]} {len(tree)}",
)
def test_a_frame_is_read_in_little_time_whatever_it_holds(tree):
    frame = hostile(tree, bytes(1 << 16))
    assert len(frame[1]) <= frames.JSON_LIMIT + (1 << 16)
    start = time.process_time()
    with contextlib.suppress(WireError):
        decode(*frame, lambda node: node)
    assert time.process_time() - start < SECONDS


def test_many_lists_of_floats_in_sets_take_little_time():
    numbers = np.array([(-1.0) ** i * 2.0 ** (61 * (i % 16)) for i in range(1000)])
    tree = [{"set": {"floats": [8000 * i, 1000]}} for i in range(2000)]
    frame = hostile(tree, numbers.tobytes() * 2000)
    start = time.process_time()
    with pytest.raises(WireError, match="too many keys"):
        decode(*frame, refuse)
    assert time.process_time() - start < SECONDS


def test_references_in_a_frame_are_few():
    tree = [{"object": [i]} for i in range(wire.REFERENCES_LIMIT)]
    assert len(decode(*hostile(tree), lambda node: node)[0]) == wire.REFERENCES_LIMIT
    with pytest.raises(WireError, match="too many references"):
        decode(*hostile([*tree, {"host": 0}]), lambda node: node)


@pytest.mark.parametrize(
    "key", [(1, "a", None, 2.5, b"x", True, np.int8(3), "b"), "a", np.float64(2)]
)
def test_simple_keys_cross(key):
    assert cross({key: 1, "other": 2}) == {key: 1, "other": 2}


def test_objects_can_be_keys():
    thing = object()
    frame, _ = encode({thing, 1}, lambda value: {"object": 7})
    assert decode(frame[:8], frame[8:], lambda node: thing)[0] == {thing, 1}
    with pytest.raises(WireError, match="cannot be one"):
        decode(frame[:8], frame[8:], lambda node: bytearray())


def test_a_frame_of_another_length_than_it_says_is_refused():
    header, body = hostile([1])
    with pytest.raises(WireError, match="length"):
        decode(header, body + b"x", refuse)


def decodes_or_refuses(header, body):
    start = time.process_time()
    with contextlib.suppress(WireError):
        decode(header, body, refuse)
    assert time.process_time() - start < SECONDS


@given(st.binary(max_size=200), st.integers(0, 200))
@settings(max_examples=300)
def test_random_bytes_give_a_value_or_a_wire_error(body, cut):
    cut = min(cut, len(body))
    decodes_or_refuses(HEADER.pack(cut, len(body) - cut), body)


@given(plain_data, st.data())
@settings(max_examples=300)
def test_a_mutated_frame_gives_a_value_or_a_wire_error(value, data):
    frame, _ = encode(value, refuse)
    frame = bytearray(frame)
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    decodes_or_refuses(bytes(frame[:8]), bytes(frame[8:]))


json_trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
    | st.sampled_from(["<f8", "|b1", "|O", 2**62, 2**63]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from([*sorted(wire.TAGS), "host"]), inner, max_size=2),
    max_leaves=12,
)  # fmt: skip


@given(json_trees, st.binary(max_size=32))
@settings(max_examples=500)
def test_any_tree_of_tags_gives_a_value_or_a_wire_error(tree, payload):
    decodes_or_refuses(*hostile(tree, payload))


SHARED = 1 << 17


def peak(node, count):
    """Give the memory that decoding a list of equal nodes takes."""
    frame = hostile([node] * count, bytes(SHARED))
    return peak_of(lambda: decode(*frame, refuse), WireError)


@pytest.mark.parametrize(
    "node",
    [{"array": ["|u1", [SHARED], 0]}, {"bytes": [0, SHARED]}, {"floats": [0, SHARED // 8]}],
    ids=["array", "bytes", "floats"],
)
def test_values_that_share_their_bytes_do_not_multiply_memory(node):
    one, forty = (peak(node, count) for count in (1, 40))
    assert forty < 3 * one + 1


class Pieces:
    """Gives bytes in pieces of these sizes, then nothing."""

    def __init__(self, data, sizes):
        self.data, self.sizes, self.asked = data, list(sizes), []

    def __call__(self, count):
        self.asked.append(count)
        size = min(count, self.sizes.pop(0) if self.sizes else len(self.data))
        part, self.data = self.data[:size], self.data[size:]
        return part


@given(st.lists(plain_data, min_size=1, max_size=4), st.lists(st.integers(1, 50), max_size=30))
@settings(max_examples=100)
def test_frames_are_read_whole_however_they_arrive(values, sizes):
    stream = Pieces(b"".join(encode(value, refuse)[0] for value in values), sizes)
    reader = FrameReader()
    for value in values:
        assert same(value, decode(*reader.read(stream), refuse)[0])
    with pytest.raises(Disconnected):
        reader.read(stream)


@pytest.mark.parametrize(
    "sizes", [(frames.JSON_LIMIT + 1, 0), (0, frames.PAYLOAD_LIMIT + 1), (2**32 - 1,) * 2]
)
def test_a_header_that_asks_for_too_much_is_refused_before_reading_on(sizes):
    stream = Pieces(HEADER.pack(*sizes) + bytes(100), [8])
    with pytest.raises(WireError, match="larger"):
        FrameReader().read(stream)
    assert len(stream.asked) == 1


def test_a_frame_that_ends_early_is_a_disconnection():
    frame, _ = encode([1, 2, 3], refuse)
    with pytest.raises(Disconnected):
        FrameReader().read(Pieces(frame[:-1], []))


def test_a_decoder_keeps_nothing_from_one_frame_to_the_next():
    decoder = Decoder(lambda node: node)
    parts = [np.arange(3.0), {"a": 1}, {1, 2}, [0.5] * 20, b"bytes"]
    whole, _ = encode(parts, refuse)
    keys = hostile([{"dict": [[i, 0] for i in range(wire.KEYS_LIMIT)]}] * 4)
    references = hostile([{"host": i} for i in range(wire.REFERENCES_LIMIT)])
    for _ in range(2):
        with pytest.raises(WireError):
            decoder.decode(*hostile([{"array": ["<f8", [1], 0]}, {"host": 0}, {"a": 1, "b": 2}]))
        assert len(decoder.decode(*keys)[0]) == 4
        assert len(decoder.decode(*references)[0]) == wire.REFERENCES_LIMIT
        message, arrays = decoder.decode(whole[:8], whole[8:])
        assert same(message, parts)
        assert len(arrays) == 1
