# What the coaches change in the calendar between the two runs of the demo: sed -f edits.sed calendar.ics

# Wednesday's session on the campus is called off.
/^RECURRENCE-ID;TZID=America\/New_York:20261103T170000/,/^END:VEVENT/ s/^STATUS:CONFIRMED/STATUS:CANCELLED/

# Thursday's workshop in the church hall begins an hour earlier.
s/^DTSTART;TZID=America\/New_York:20261105T183000/DTSTART;TZID=America\/New_York:20261105T173000/

# Jasper comes along to the tournament.
/^UID:tournoi-automne/,/^END:VEVENT/ s/^SUMMARY/ATTENDEE;PARTSTAT=ACCEPTED:mailto:jasper.solder@example.org\r\n&/
