"""What was handed in, read within bounds.

``entries`` lists who handed in, under names that are safe. ``submission`` reads the lab's files
from one entry, which lie in a folder (``folders``) or in an archive (``archives``). ``bounds`` is
what holds for every file of both, and ``errors`` is why something can't be read.
"""
