"""Starts the processes in which submissions run, and what these may read.

What runs on the far side of the wall is in `inside`.
"""
