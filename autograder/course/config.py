"""What nbgrader is told when it works in a course folder; its ``nbgrader_config.py`` calls this."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import GetGrades

from autograder.course.autograde import (
    AssignPenalties,
    DropGuides,
    GradeFiles,
    Rebuild,
    before_autograde,
    languages_of,
)
from autograder.course.collect import Collect
from autograder.course.conversion import OnePass, go_in_one_pass
from autograder.course.database import prepare
from autograder.course.folder import EXCHANGE, read_settings
from autograder.course.formgrader_pages import escape_pages
from autograder.course.late_plugin import LateDays
from autograder.course.page_exporter import PageExporter
from autograder.course.patterns import take_literally
from autograder.course.render import markdown_filter
from autograder.course.turns import take_turns


def configure(config: Any, root: str) -> None:
    """Replace nbgrader's way of grading by ours.

    nbgrader would run the student's notebook and take points from what its cells print. Here no
    notebook is run: `autograder.course.autograde.GradeFiles` has the engine grade the files in the
    jail and writes the points into the gradebook.

    Parameters
    ----------
    config
        nbgrader's configuration, to which everything is added.
    root
        The course folder.
    """
    course = read_settings(Path(root))
    prepare(course)
    take_literally(course.root)
    go_in_one_pass()
    take_turns()
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.db_url = course.db_url
    config.ExchangeFactory.collect = Collect
    if not EXCHANGE.is_dir():
        config.Exchange.root = str(course.root / "exchange")

    config.Autograde.pre_convert_hook = before_autograde
    config.Autograde.exporter_class = OnePass
    config.Autograde.sanitize_preprocessors = [Rebuild, GradeFiles, AssignPenalties]
    config.Exporter.optimistic_validation = True  # once, when all steps are done
    config.HTMLExporter.filters = {"markdown2html": markdown_filter(languages_of)}
    config.GenerateFeedback.exporter_class = PageExporter
    # The late days are taken off again when manual points have changed the score.
    config.GenerateFeedback.preprocessors = [
        DropGuides,
        AssignPenalties,
        GetGrades,
        CSSHTMLHeaderPreprocessor,
    ]
    # Points that were given since change it, and no date of a file tells of them.
    config.GenerateFeedback.force = True
    config.AssignLatePenalties.plugin_class = LateDays
    # The page would show the whole configuration, a database's password included.
    config.FormgradeExtension.debug = False
    escape_pages()
