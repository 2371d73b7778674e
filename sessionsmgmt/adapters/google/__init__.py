"""Google Calendar, Contacts and Gmail of one account, with the narrowest scopes for each stage."""
