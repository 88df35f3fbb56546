"""Makes ``python -m autograder.gradescope`` work."""

import sys

from autograder.gradescope.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
