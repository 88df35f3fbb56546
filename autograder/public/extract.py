"""Takes the checks that students receive out of a hidden suite.

A check whose marker says ``where="both"`` or ``where="public"`` becomes one of theirs, together
with what it uses of its own file and of others in the suite's folder, and nothing else of them. It
compares with the same words; in the students' folder they show the numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.lab import LabError
from autograder.suite_file import HIDDEN, check_marker, keyword, where_of

#: What students' checks may use in the place of `autograder.checks`, in ``files/checks``.
PROVIDED = frozenset(
    "Array Known List Number Text assert_array assert_array_form assert_equal assert_gradient "
    "assert_is_number assert_items assert_number assert_numbers assert_raises assert_unchanged "
    "export fail say".split()
)
#: What such a check may be handed.
FIXTURES = frozenset({"student", "rng"})
Definition = ast.stmt


def public_module(
    source: str, file: str, methods: Sequence[str], prefix: str, helpers: Mapping[str, str]
) -> str:
    """Make the module of the checks of a suite that students receive.

    Parameters
    ----------
    source, file
        The suite, and its name for messages.
    methods
        What students write of the part, each with its class.
    prefix
        What is left out of these names, since it is the part's.
    helpers
        The other modules in the suite's folder, by the name by which it imports them.

    Returns
    -------
    str
        Empty if no check is theirs.

    Raises
    ------
    LabError
        If a check uses what they do not have.
    """
    written = list(_written(source, file, helpers, set()))
    checks = [one.node for one in written if one.file == file and _is_public(one.node, file)]
    if not checks:
        return ""
    definitions, clashes = _definitions(written)
    wanted = _closure(checks, definitions)
    for name in sorted(wanted & clashes.keys()):
        raise LabError(
            f"{clashes[name]} both define {name}, and students receive a check that uses both "
            "files; rename one of them"
        )
    for check in checks:
        assert isinstance(check, ast.FunctionDef)
        names = {argument.arg for argument in check.args.args}
        if beyond := sorted(names - FIXTURES):
            raise LabError(
                f"{file}, {check.name}: students receive this check, and it asks for "
                f"{beyond[0]!r}; it can be given student and rng only"
            )
    lines = ['"""Public checks, which are graded, too."""', ""]
    imports = dict.fromkeys(_imported(one.node, wanted, one.file) for one in written)
    lines += sorted(filter(None, imports), key=lambda line: not line.startswith("from __future__"))
    lines += ["from checks.about import about", ""]
    for one in written:
        node = one.node
        if node in checks:
            assert isinstance(node, ast.FunctionDef)
            lines += ["", *_check(node, source, methods, prefix, definitions), ""]
        elif not isinstance(node, ast.Import | ast.ImportFrom) and wanted & set(_defined(node)):
            lines += ["", ast.get_source_segment(one.source, _whole(node)) or "", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


@dataclass(frozen=True)
class _Statement:
    """A statement of a module, and where it stands."""

    node: ast.stmt
    source: str
    file: str


def _written(
    source: str, file: str, helpers: Mapping[str, str], seen: set[str]
) -> Iterator[_Statement]:
    """Yield the statements of a module, and of those of the suite's folder that it imports from."""
    for node in ast.parse(source).body:
        name = _helper(node, helpers)
        if not name:
            yield _Statement(node, source, file)
        elif name not in seen:
            seen.add(name)
            yield from _written(helpers[name], f"{name.rpartition('.')[2]}.py", helpers, seen)


def _helper(node: ast.stmt, helpers: Mapping[str, str]) -> str:
    """Return from which of the suite's own modules a statement imports; empty if from none."""
    if not isinstance(node, ast.ImportFrom) or any(alias.asname for alias in node.names):
        return ""
    ends = {name: name.rpartition(".")[2] if node.level else name for name in helpers}
    return next((name for name, end in ends.items() if end == node.module), "")


def _definitions(written: Iterable[_Statement]) -> tuple[dict[str, ast.stmt], dict[str, str]]:
    """Return what the statements define, by name; and the files that call other things so."""
    found: dict[str, _Statement] = {}
    clashes = {}
    for one in written:
        for name in _defined(one.node):
            before = found.get(name, one)
            if before.file != one.file and _content(before.node, name) != _content(one.node, name):
                clashes[name] = f"{before.file} and {one.file}"
            found[name] = one
    return {name: one.node for name, one in found.items()}, clashes


def public_checks(source: str, file: str) -> list[ast.FunctionDef]:
    """List the functions of a suite that students receive; `file` is its name for messages."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # which is told where the suite is collected
        return []
    return [n for n in tree.body if isinstance(n, ast.FunctionDef) and _is_public(n, file)]


def _is_public(node: ast.stmt, file: str) -> bool:
    return isinstance(node, ast.FunctionDef) and where_of(node, file) != HIDDEN


def _defined(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement at the top of a module defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.Assign(targets=targets):
            for target in targets:
                yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _content(node: ast.stmt, name: str) -> str:
    """Return what is the same where two statements give a name the same meaning."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        found = [a for a in node.names if (a.asname or a.name.partition(".")[0]) == name]
        return f"{getattr(node, 'module', '')} {found[0].name}"
    return ast.dump(node)


def _closure(checks: Iterable[ast.stmt], definitions: dict[str, ast.stmt]) -> set[str]:
    """Return the names of the module that checks use, and what these use."""
    found: set[str] = set()
    todo = list(checks)
    while todo:
        statement = todo.pop()
        nodes = list(ast.walk(_undecorated(statement)))
        inner = _inner(nodes) if isinstance(statement, ast.FunctionDef) else set()
        for node in nodes:
            if isinstance(node, ast.Name) and node.id in definitions.keys() - found - inner:
                found.add(node.id)
                todo.append(definitions[node.id])
    return found


def _inner(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names of the classes that a function defines for itself."""
    return {node.name for node in nodes if isinstance(node, ast.ClassDef)}


def _undecorated(node: ast.stmt) -> ast.AST:
    if isinstance(node, ast.FunctionDef) and check_marker(node):
        return ast.Module([ast.Expr(ast.Constant(0)), *node.body], [])
    return node


def _imported(node: ast.stmt, wanted: set[str], file: str) -> str:
    """Write an import as the students' module has it; nothing if it needs none."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return ""
    used = [a for a in node.names if (a.asname or a.name.partition(".")[0]) in wanted]
    if not used:
        return ""
    module, level = (node.module, node.level) if isinstance(node, ast.ImportFrom) else ("", 0)
    if module == "__future__":
        return ast.unparse(node)
    if module != "autograder.checks":
        top = (module or used[0].name).partition(".")[0]
        if level or top in ("tests", "hidden", "autograder"):
            raise LabError(
                f"{file}: a check that students receive uses {used[0].name} of "
                f"{module or 'the lab'}, which they do not have; import it by `from "
                "module import name`, of a module beside this file, or write it in this file"
            )
        return ast.unparse(ast.ImportFrom(module, used, 0) if module else ast.Import(used))
    if beyond := sorted(a.name for a in used if a.name not in PROVIDED):
        raise LabError(
            f"{file}: a check that students receive uses {beyond[0]}, which their folder does not "
            f"have; it has {', '.join(sorted(PROVIDED))}"
        )
    return ast.unparse(ast.ImportFrom("checks.asserts", used, 0))


def _check(
    node: ast.FunctionDef,
    source: str,
    methods: Sequence[str],
    prefix: str,
    definitions: dict[str, ast.stmt],
) -> Iterator[str]:
    used = [node, *(definitions[n] for n in _closure([node], definitions))]
    names = {n.attr for one in used for n in ast.walk(one) if isinstance(n, ast.Attribute)}
    about = [method for method in methods if _uses(method, names)] or list(methods)
    marker = check_marker(node)
    points, requires = keyword(marker, "points", 1), keyword(marker, "requires", ())
    required = (requires,) if isinstance(requires, str) else tuple(requires)
    given = [repr(m.removeprefix(prefix)) for m in about]
    given += [f"points={points}"] + ([f"requires={required!r}"] if required else [])
    yield f"@about({', '.join(given)})".replace("'", '"')
    yield ast.get_source_segment(source, node) or ""


def _uses(method: str, names: Collection[str]) -> bool:
    """Return whether a check that has these names uses a method; a special one has none there."""
    owner, _, name = method.rpartition(".")
    return (owner if name.startswith("__") else name) in names


def _whole(node: ast.stmt) -> ast.stmt:
    """Return a statement that begins at its decorators."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list:
        node.lineno = min(d.lineno for d in node.decorator_list)
        node.col_offset = 0
    return node
