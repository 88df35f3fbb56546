"""Files that Canvas and Moodle import, made of one plain table of results.

`autograder.exports.rows` is the table. A graded class (`autograder.exports.graded`) and a course of
nbgrader's (`autograder.course.export`) each make one.
"""
