"""Who can read what a command shows."""

from __future__ import annotations

from enum import Enum


class Readers(Enum):
    """Who can read what a command prints, publishes and leaves on the page of a workflow run."""

    CLUB = "club"
    """Those whom the club has let in: at a terminal, or in a private repository."""
    ANYBODY = "anybody"
    """Others too. For them sessions are counted, and nothing else is said of any session."""
