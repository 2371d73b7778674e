"""A club on files: an .ics, a .vcf and a folder that gets one .eml per message."""
