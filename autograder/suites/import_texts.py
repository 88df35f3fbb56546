"""Says what can't be imported where submissions are graded, and which names of NumPy are gone."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection

import numpy as np

from autograder.messages import Message, say

#: Names that NumPy 2 has no more, and what takes their place; see NumPy's migration guide.
GONE = {
    **dict.fromkeys(("Inf", "Infinity", "infty", "PINF"), "np.inf"),
    **{"NINF": "-np.inf", "NaN": "np.nan", "PZERO": "0.0", "NZERO": "-0.0"},
    **{"float": "float", "int": "int", "complex": "complex", "object": "object", "str": "str"},
    **{"float_": "np.float64", "longfloat": "np.longdouble", "bool8": "np.bool"},
    **dict.fromkeys(("complex_", "cfloat"), "np.complex128"),
    **{"singlecomplex": "np.complex64", "string_": "np.bytes_", "unicode_": "np.str_"},
    **dict.fromkeys(("longcomplex", "clongfloat"), "np.clongdouble"),
    **{"alltrue": "np.all", "sometrue": "np.any", "round_": "np.round", "product": "np.prod"},
    **{"cumproduct": "np.cumprod", "asfarray": "np.asarray(x, dtype=float)", "mat": "np.asmatrix"},
    **{"trapz": "np.trapezoid", "in1d": "np.isin", "msort": "np.sort(x, axis=0)"},
    **{"row_stack": "np.vstack", "issubclass_": "issubclass", "issubsctype": "np.issubdtype"},
    **{"find_common_type": "np.result_type", "cast": "np.asarray(x, dtype=dtype)"},
    **{"safe_eval": "ast.literal_eval", "fastCopyAndTranspose": "x.T.copy()"},
}
#: Methods of arrays, alike.
METHODS_GONE = {
    "ptp": "np.ptp(x)",
    "itemset": "x[i] = value",
    "newbyteorder": "x.view(x.dtype.newbyteorder())",
}
_OF_NUMPY = (
    re.compile(r"`np\.(\w+)` was removed in the NumPy 2\.0 release"),
    re.compile(r"module 'numpy' has no attribute '(\w+)'"),
    re.compile(r"cannot import name '(\w+)' from 'numpy'"),
)
_OF_ARRAYS = re.compile(r"'numpy\.ndarray' object has no attribute '(\w+)'")
_NO_MODULE = re.compile(r"No module named '(\w+|…)(?:\.\w+)*'")
_RELATIVE = re.compile(
    "attempted relative import (?:with no known parent package|beyond top-level)"
)
_CIRCLE = re.compile(r"cannot import name '\w+' from partially initialized module '\w+'")


def why_gone(text: str) -> Message | None:
    """Say that NumPy has a name no more, if an exception's text is about one.

    Examples
    --------
    >>> why_gone("module 'numpy' has no attribute 'nothing'") is None
    True
    """
    names = [match[1] for pattern in _OF_NUMPY if (match := pattern.match(text))]
    method = _OF_ARRAYS.match(text)
    if method and method[1] in METHODS_GONE:
        old, new = f"x.{method[1]}", METHODS_GONE[method[1]]
    elif names and names[0] in GONE:
        old, new = f"np.{names[0]}", GONE[names[0]]
    else:
        return None
    return say(
        "NumPy {version}, which is used for grading, has no {old} any more; use {new}",
        version=np.__version__,
        old=old,
        new=new,
    )


def why_not_imported(
    text: str,
    shown: str,
    files: Collection[str],
    lab_files: Collection[str],
    packages: Collection[str] = (),
) -> Message | None:
    """Say why something can't be imported, if that can be told better than Python does.

    Parameters
    ----------
    text
        What Python said.
    shown
        What of it may be shown.
    files
        The names of the student's files that are there.
    lab_files
        The names of all files that a submission is read for.
    packages
        What the lab allows besides NumPy.

    Returns
    -------
    Message or None
        None if there is nothing better to say.
    """
    if _RELATIVE.match(text):
        return say(
            "an import with a dot in front of the name works in packages only, and the files are "
            "graded as single files; leave the dot out, or do without the import"
        )
    if _CIRCLE.match(text):
        return say(
            "your files import each other in a circle, so that one of them is needed before it is "
            "there; take one of the imports out"
        )
    match = _NO_MODULE.match(shown)
    if not match:
        return None
    name, file = match[1], f"{match[1]}.py"
    if file in lab_files and file not in files:
        return say("{text}, since {file} was not handed in, or not read", text=shown, file=file)
    if name in sys.stdlib_module_names:
        return say(
            "{text}; this part of the standard library is not there where your code is graded",
            text=shown,
        )
    if packages:
        return say(
            "{text}; where your code is graded there are only NumPy, {packages}, the standard "
            "library and, of your own files, {files}; do without what you import, or move what you "
            "use of a file of yours into one of these",
            text=shown,
            packages=", ".join(packages),
            files=", ".join(lab_files),
        )
    if not lab_files:
        return say("{text}; only NumPy and the standard library may be imported", text=shown)
    return say(
        "{text}; where your code is graded there are only NumPy, the standard library and, of "
        "your own files, {files}: another file, even if it lies beside them, is not there, so move "
        "what you use of it into one of these",
        text=shown,
        files=", ".join(lab_files),
    )


def import_too_long(file: str, place: Message | None, reason: str) -> Message:
    """Say that a file does not finish being imported.

    Parameters
    ----------
    file
        The file.
    place
        Where in the student's files it was by then, if that is known.
    reason
        Which limit of time was reached.
    """
    if place:
        return say(
            "{file} did not finish being imported ({reason}): code outside of functions and "
            "classes runs then, and was still at {place}; take it out, or put it below "
            'if __name__ == "__main__"',
            file=file,
            reason=reason,
            place=place,
        )
    return say(
        "{file} did not finish being imported ({reason}): code outside of functions and classes "
        'runs then; take it out, or put it below if __name__ == "__main__"',
        file=file,
        reason=reason,
    )
