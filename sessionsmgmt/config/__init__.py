"""Reads sessions.yml into a Config, or reports all problems at once, each with its file, line and column.

``load.load`` is the entry point, and ``model`` has the result. A file is read in two passes: ``document`` and
``schema`` find the problems of form, and then ``sections`` and ``load`` find the problems of content.
"""
