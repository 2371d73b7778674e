"""Calendar, contacts and mail of a Microsoft account. This version knows only their names in sessions.yml."""
