"""Tells the owner of the premises, before each session of a youth team, who will be in the building."""

__version__ = "1.0.0.dev0"
