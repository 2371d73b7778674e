"""Notice → email: wording, HTML and the attached .ics. Knows no provider, no environment and no clock."""
