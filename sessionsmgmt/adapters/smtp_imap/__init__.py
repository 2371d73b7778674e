"""Mail by any mail server. This version knows only its name in sessions.yml."""
