"""How hidden suites meet a submission.

``points`` says what a check is and adds up the points; ``session`` runs the suites with pytest;
``jailed`` runs them on a submission and ``local``, in this process, on code of the lab's own.

``student`` is a submission whose code runs in the jail: ``connection`` is the pipe to it,
``proxies`` are its objects, ``errors`` what it raises and how it ends, ``clock`` its time limits,
and ``exception_text`` tells a student about an exception without telling a hidden number.
"""
