"""GitHub: the event of a job, the client, issues, checks, comments, secrets, and what GitHub's refusals mean."""
