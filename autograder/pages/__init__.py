"""Pages for people: one for each student and one for the class, each a single HTML file.

What every command needs to know of them is here; the rest is imported when pages are made.
"""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
#: The name of every page, in the folder of its student or of the class.
PAGE = "index.html"
