"""The formats: each module here is one.

A module's name is the format's. For a format of one student's result it has

- ``FILE_NAME``, as the format's consumer wants the file to be called, and
- ``write(grade, lab, options)``, which gives the text;

for one of a whole class instead

- ``write_class(grades, lab, options)``, which gives one text for all.

``options`` holds the languages that students read, ``options.languages``, and what the module's
``add_arguments(parser)``, if it has one, adds to the command ``output``.
"""
