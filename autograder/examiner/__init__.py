"""Examines submissions: each in a process of its own, which is given up when it is done.

The grading process does not work on what a submission holds or answers. It is the supervisor
(`supervisor`): it hands the submission to an examiner, gives it the workers that it asks for, reads
the clocks, and takes one bounded answer, which it checks (`answers`). The examiner (`examination`)
opens the archive, runs the suites and looks for reasons; it is locked down as a worker is, and
forked from a warm process (`warm`) that has collected the suites and sees no submission.
"""
