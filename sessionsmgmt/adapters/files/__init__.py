"""Calendars in .ics files, address books in .vcf files, and a folder that gets one .eml file per message."""
