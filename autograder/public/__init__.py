"""The checker that students receive: ``check.py``, what it says, and the lab's public checks.

What is in ``files`` is copied as it is, into a folder without the engine: it imports nothing of it.
"""
