"""What was handed in, read within bounds.

``gather`` lists who handed in and which attempt counts: ``stock`` finds the attempts in what a
platform gave (``layouts``, which look at a ``tree`` of names), ``roster`` and ``matching`` say
whose they are, ``groups`` who handed in together, and ``noted`` keeps the times. An
``entries.Entry`` is what is to be graded. ``submission`` reads the lab's files from one, which lie
in a folder (``folders``) or in an archive (``archives``, ``tars``); ``contents`` and ``names`` tell
which file is meant. ``bounds`` is what holds for every file, and ``errors`` is why something can't
be read.
"""
