"""Makes an email from a notice: wording, HTML and the attached .ics. Knows no provider, environment or clock."""
