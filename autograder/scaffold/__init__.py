"""A new lab from nothing: the template, and what fills it in."""
