"""sessions.yml → Config: every problem at once, each with file, line and column.

``load.load`` is the way in; ``model`` is what comes out. A file is read in two passes: ``document`` and ``schema``
say what can be said without knowing what a key means, and ``sections`` and ``load`` the rest.
"""
