"""What stands in a student's file: its functions, and what a change of it can affect."""

import ast
import hashlib
from dataclasses import dataclass

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Function:
    """A function of a module, or a method of one of its classes.

    Attributes
    ----------
    name : str
        Such as ``"Layer.forward"``.
    first, last : int
        Its lines, decorators included.
    unwritten : int
        The line of its ``raise NotImplementedError``; 0 if there is none.
    content : str
        A digest; the same as long as it does the same, wherever in the file it stands.
    """

    name: str
    first: int
    last: int
    unwritten: int
    content: str


@dataclass(frozen=True)
class Source:
    """A file: its functions, and a digest of all that stands around them."""

    functions: tuple
    rest: str

    def at(self, line):
        """Return the names of the functions that a line is in."""
        return [f.name for f in self.functions if f.first <= line <= f.last]

    def unwritten(self):
        """Return the line of each function that is not written yet, by its name."""
        return {f.name: f.unwritten for f in self.functions if f.unwritten}


def read_source(code):
    """Return the `Source` of a file's bytes; None if it is not valid Python."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions = []
    _take_out(tree, "", functions)
    return Source(tuple(functions), _digest(tree))


def loops_at(code, line):
    """Return the lines of the loops that a line of code is in, `while` alone if there is one."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    inside = [
        node
        for node in nodes
        if isinstance(node, ast.While | ast.For) and node.lineno <= line <= node.end_lineno
    ]
    endless = [node for node in inside if isinstance(node, ast.While)]
    return sorted(node.lineno for node in endless or inside)


def _take_out(node, prefix, functions):
    """Move what functions do out of a tree, so that what is left is the rest."""
    for child in getattr(node, "body", ()):
        if isinstance(child, ast.ClassDef):
            _take_out(child, f"{prefix}{child.name}.", functions)
        elif isinstance(child, FUNCTIONS):
            decorators, child.decorator_list = child.decorator_list, []
            first = min([child.lineno, *(d.lineno for d in decorators)])
            name, content = prefix + child.name, _digest(child)
            functions.append(Function(name, first, child.end_lineno, _unwritten(child), content))
            child.decorator_list, child.body, child.returns = decorators, [], None
            child.args = ast.arguments([], [], None, [], [], None, [])


def _digest(node):
    return hashlib.sha256(ast.dump(node).encode("utf-8", "surrogatepass")).hexdigest()


def _unwritten(function):
    for statement in function.body:
        if isinstance(statement, ast.Raise) and statement.exc is not None:
            raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
            if isinstance(raised, ast.Name) and raised.id == "NotImplementedError":
                return statement.lineno
    return 0


def changed_functions(before, after):
    """Return which functions do something else than before, and which only stand elsewhere.

    Returns
    -------
    tuple of two sets, or None
        None if anything else has changed, so that everything may be different.
    """
    if before is None or after is None or before.rest != after.rest:
        return None
    pairs = list(zip(before.functions, after.functions, strict=True))  # the rest names them all
    changed = {new.name for old, new in pairs if old.content != new.content}
    moved = {new.name for old, new in pairs if (old.first, old.last) != (new.first, new.last)}
    return changed, moved - changed


def affected(checks, changes):
    """Return those of the checks whose result or message changes can affect.

    Parameters
    ----------
    checks : list of Check
        With what each of them ran the last time.
    changes : dict
        File -> what `changed_functions` says of it.
    """
    names = {check.name for check in checks if _touched(check, changes)}
    while True:
        # One that builds on others is run, or not, as they end; so they are run with it.
        linked = [{check.name, *check.requires} for check in checks if check.requires]
        more = set().union(*(link for link in linked if link & names)) - names
        if not more:
            return [check for check in checks if check.name in names]
        names |= more


def _touched(check, changes):
    if not check.ran or not check.files:  # of one that came to no end it is not known
        return True
    for file in changes.keys() & set(check.files):
        if changes[file] is None:
            return True
        changed, moved = changes[file]
        # The message of one that did not pass may name a line.
        if changed & set(check.ran) or (check.outcome != "passed" and moved & set(check.ran)):
            return True
    return False
