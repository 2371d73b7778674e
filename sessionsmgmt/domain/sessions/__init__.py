"""Which sessions there are, who attends them, and what is due."""
