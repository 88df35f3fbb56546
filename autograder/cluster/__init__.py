"""Grades on the machines of a Dask cluster.

The coordinator sends each worker the lab once, and then submissions, a bounded number at a time.
What comes back is bytes, of which it unpickles nothing and checks everything, as it does with the
answer of an examiner of its own.
"""
