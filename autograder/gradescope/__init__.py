"""Grading on Gradescope: the zip that is uploaded there, and what runs from it."""
