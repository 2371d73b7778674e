"""A club at Google: Calendar, Contacts and Gmail, with the narrowest access that does the job."""
