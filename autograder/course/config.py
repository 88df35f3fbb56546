"""What nbgrader is told when it works in a course folder; its ``nbgrader_config.py`` calls this."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, GetGrades

from autograder.course.autograde import DropGuides, GradeFiles, Rebuild, before_autograde
from autograder.course.collect import Collect
from autograder.course.folder import EXCHANGE, open_course
from autograder.course.formgrader_pages import escape_pages
from autograder.course.late_plugin import LateDays
from autograder.course.render import markdown_filter
from autograder.languages.translations import lab_languages


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
    course = open_course(Path(root))
    lab = course.lab
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.course_id = lab.course.id
    config.CourseDirectory.db_url = course.db_url
    config.ExchangeFactory.collect = Collect
    if not EXCHANGE.is_dir():
        config.Exchange.root = str(course.root / "exchange")

    config.Autograde.pre_convert_hook = before_autograde
    # What nbgrader would put beside the student's files is of no use where nothing is run.
    source = course.root / "source" / lab.name
    released = [str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()]
    config.Autograde.exclude_overwriting = {lab.name: released}
    config.Autograde.sanitize_preprocessors = [Rebuild]
    config.Autograde.autograde_preprocessors = [
        GradeFiles,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    config.HTMLExporter.filters = {"markdown2html": markdown_filter(lab_languages(lab))}
    # The late days are taken off again when manual points have changed the score.
    config.GenerateFeedback.preprocessors = [
        DropGuides,
        AssignLatePenalties,
        GetGrades,
        CSSHTMLHeaderPreprocessor,
    ]
    # Points that were given since change it, and no date of a file tells of them.
    config.GenerateFeedback.force = True
    config.AssignLatePenalties.plugin_class = LateDays
    config.LateDays.grace_minutes = lab.course.grace_minutes
    config.LateDays.grace_days = lab.course.grace_days
    config.LateDays.percent_a_day = lab.course.percent_a_day
    # The page would show the whole configuration, a database's password included.
    config.FormgradeExtension.debug = False
    escape_pages()
