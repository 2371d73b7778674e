"""What is stored about the club: show it, delete it."""
