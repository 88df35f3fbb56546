"""Grades as other programs want them, made from the records alone: one module for each format.

Every function here is pure: a `autograder.records.Grade` goes in, text comes out. What a student
may read is what the record's messages and hints say, and nothing else; why a grader failed is for
the instructor, and stays in the record.
"""
