"""What a lab's reference is without its work: code that does nothing, or next to nothing.

Each variant is what students receive, with the same answer in place of every
``NotImplementedError``. A lab says how many points these may earn, `Lab.free_points`.
"""

from __future__ import annotations

import ast

from autograder.lab import Lab, LabError
from autograder.lab_file import read_files
from autograder.release.folder import skeleton
from autograder.release.notebook import BEGIN
from autograder.text import clean

#: What the functions of each variant end with.
_ENDINGS = {
    "code as it is handed out": "raise NotImplementedError",
    "code that does nothing": "return None",
    "code that returns zeros": "return _zeros(({arguments}))",
    "code that returns its input": "return next(iter(({arguments})), None)",
}
#: Put at the end of every file.
_ZEROS = '''
def _zeros(arguments):
    """Return zeros in the form of the first array or list; one zero if there is none."""
    for argument in arguments:
        if hasattr(argument, "shape"):
            return 0.0 * __import__("numpy").ones(argument.shape)
        if isinstance(argument, (list, tuple)):
            return type(argument)([0.0] * len(argument))
    return 0.0
'''


def effortless(lab: Lab) -> dict[str, dict[str, bytes]]:
    """Make the variants of a lab, each a whole submission, by what they are called.

    Where no solution is marked in the reference, all that a function does is taken for one.

    Raises
    ------
    LabError
        If a file of the reference is not Python.
    """
    reference = read_files(lab.reference, lab)
    variants: dict[str, dict[str, bytes]] = {name: {} for name in _ENDINGS}
    for file, text in reference.items():
        try:
            for name, ending in _ENDINGS.items():
                variants[name][file] = _without_work(text.decode(), file, ending, lab).encode()
        except (SyntaxError, ValueError) as error:
            where = lab.reference.name
            raise LabError(f"{where}/{file} is not Python: {clean(str(error))}; fix it") from error
    return variants


def _without_work(source: str, file: str, ending: str, lab: Lab) -> str:
    marked = file in lab.release.skeletons and BEGIN in source
    tree = ast.parse(skeleton(source, file) if marked else source)
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _empty(node, ending, marked)
    tree.body += ast.parse(_ZEROS).body
    return ast.unparse(tree)


def _empty(function: ast.FunctionDef | ast.AsyncFunctionDef, ending: str, marked: bool) -> None:
    """Have a function end as its variant does where it has work to do."""
    work = next(filter(_is_unwritten, function.body), None) if marked else function.body[0]
    if work is None:
        return
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    arguments = "".join(f"{name}, " for name in names if name not in ("self", "cls"))
    text = "pass" if function.name == "__init__" else ending.format_map({"arguments": arguments})
    function.body[function.body.index(work) :] = ast.parse(text).body


def _is_unwritten(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise) or statement.exc is None:
        return False
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
