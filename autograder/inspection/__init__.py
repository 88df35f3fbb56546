"""Shows an instructor why a check failed: runs it again in the jail, and writes down what it saw.

`autograder.inspection.run` has it run as in grading, with the draws of the grade; nothing of it
goes into a record or to a student. `autograder.inspection.terminal` and
`autograder.inspection.page` show what was found.
"""
