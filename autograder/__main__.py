"""Makes ``python -m autograder`` work."""

if __name__ == "__main__":  # the processes of a pool import this file, and need no command line
    from autograder.cli import program

    program()
