"""Makes ``python -m autograder`` work."""

import sys

if __name__ == "__main__":  # the processes of a pool import this file, and need no command line
    from autograder.cli import main

    sys.exit(main())
