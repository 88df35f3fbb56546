"""Takes the checks that students receive out of a hidden suite.

A check whose marker says ``where="both"`` or ``where="public"`` becomes one of theirs, together
with what it uses of its own file, and nothing else of it. It compares with the same words; in the
students' folder they show the numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence

from autograder.lab import LabError
from autograder.suite_file import HIDDEN, check_marker, keyword, where_of

#: What students' checks may use in the place of `autograder.checks`, in ``files/checks``.
PROVIDED = frozenset(
    "assert_array assert_array_form assert_equal assert_gradient assert_is_number assert_number "
    "assert_numbers assert_raises assert_unchanged fail say".split()
)
#: What such a check may be handed.
FIXTURES = frozenset({"student", "rng"})
Definition = ast.stmt


def public_module(source: str, file: str, methods: Sequence[str], prefix: str) -> str:
    """Make the module of the checks of a suite that students receive.

    Parameters
    ----------
    source, file
        The suite, and its name for messages.
    methods
        What students write of the part, each with its class.
    prefix
        What is left out of these names, since it is the part's.

    Returns
    -------
    str
        Empty if no check is theirs.

    Raises
    ------
    LabError
        If a check uses what they do not have.
    """
    tree = ast.parse(source)
    checks = [node for node in tree.body if _is_public(node)]
    if not checks:
        return ""
    definitions = {name: node for node in tree.body for name in _defined(node)}
    wanted = _closure(checks, definitions)
    for check in checks:
        assert isinstance(check, ast.FunctionDef)
        names = {argument.arg for argument in check.args.args}
        if beyond := sorted(names - FIXTURES):
            raise LabError(
                f"{file}, {check.name}: students receive this check, and it asks for "
                f"{beyond[0]!r}; it can be given student and rng only"
            )
    lines = ['"""Public checks, which are graded, too."""', ""]
    imports = [_imported(node, wanted, file) for node in tree.body]
    lines += [line for line in imports if line]
    lines += ["from checks.about import about", ""]
    for node in tree.body:
        if node in checks:
            assert isinstance(node, ast.FunctionDef)
            lines += ["", *_check(node, source, methods, prefix, definitions), ""]
        elif not isinstance(node, ast.Import | ast.ImportFrom) and wanted & set(_defined(node)):
            lines += ["", ast.get_source_segment(source, _whole(node)) or "", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def public_checks(source: str) -> list[ast.FunctionDef]:
    """List the functions of a suite that students receive."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # which is told where the suite is collected
        return []
    return [n for n in tree.body if isinstance(n, ast.FunctionDef) and _is_public(n)]


def _is_public(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and where_of(node) != HIDDEN


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
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(used))
    if node.module == "__future__":
        return ast.unparse(node)
    if node.module != "autograder.checks":
        top = (node.module or "").partition(".")[0]
        if node.level or top in ("tests", "hidden", "autograder"):
            raise LabError(
                f"{file}: a check that students receive uses {used[0].name} of "
                f"{node.module or '.'}, which they do not have; write it in this file"
            )
        return ast.unparse(ast.ImportFrom(node.module, used, 0))
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
