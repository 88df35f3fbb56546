"""What runs on the far side of the pipe, next to a student's code.

``nursery`` forks the processes, ``lockdown`` takes from them what no computation needs (with the
lists of ``syscalls``), ``worker`` answers the grader's requests, ``loader`` imports the student's
files. ``wire`` makes bytes of plain data, with ``json_depth`` for how deeply they are nested, and
``frames`` reads them from a pipe.

Only the standard library and NumPy are imported here, and nothing secret is ever sent here: a
submission can read every byte of this process's memory.
"""
