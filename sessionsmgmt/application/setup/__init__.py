"""Setting a club up, and checking the set-up."""
