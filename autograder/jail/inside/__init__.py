"""What runs on the far side of the pipe, next to a student's code.

Only the standard library and NumPy are imported here, and nothing secret is ever sent here: a
submission can read every byte of this process's memory.
"""
