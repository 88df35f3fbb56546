"""Pages for people: one for each student and one for the class, each a single HTML file.

What every command needs to know of them is here; the rest is imported when pages are made.
"""

from pathlib import Path

from autograder.records import PAGE

__all__ = ["PAGE", "TEMPLATES"]

TEMPLATES = Path(__file__).parent / "templates"
