"""Starts the processes in which submissions run, and what these may read.

``sandbox`` is how such a process is protected, ``probe`` finds out which protection works on this
machine, ``processes`` starts and ends them, and ``runtime`` is the copy of Python and NumPy that
they may read. What runs on the far side of the wall is in ``inside``.
"""
