"""Mail by a server of one's own. This version knows only its name in sessions.yml."""
