"""What can happen to an examiner."""


class ExaminerError(Exception):
    """An examiner gave no answer that can be used; its text, a message, says why."""
