"""Who can read what a command shows."""

from __future__ import annotations

from enum import Enum


class Readers(Enum):
    """Who can read what a command prints, publishes and leaves on the page of a workflow run."""

    CLUB = "club"
    """People who have access to the club's data: at a terminal, or in a private repository."""
    ANYBODY = "anybody"
    """Anybody else as well. They see how many sessions there are, and nothing else about a session."""
