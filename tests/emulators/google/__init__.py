"""A Google account on loopback HTTP, as the discovery documents describe it and as it is known to misbehave.

    world = World()
    world.calendar().put(event("a1", start, attendees=["ann@example.org"]))
    with GoogleEmulator(world) as google:
        google.fail("gmail.users.messages.send", Break.CLOSE_AFTER_ACCEPTING)
        ...  # a client with google.root and google.credentials
        assert not google.violations

Every request is checked by the descriptions inside google-api-python-client, and so is every answer.
"""

from tests.emulators.google.emulator import GoogleEmulator
from tests.emulators.google.gmail import SEND_CALL
from tests.emulators.google.refusals import (
    EXPIRED_TOKEN,
    INVALID_CLIENT,
    INVALID_GRANT,
    INVALID_RAPT,
    RAPT_REQUIRED,
    RATE_LIMITED,
    UNAVAILABLE,
    Refusal,
    TokenRefusal,
)
from tests.emulators.google.world import (
    TEAM_CALENDAR,
    AddressBook,
    Calendar,
    Consent,
    Mailbox,
    Sent,
    World,
    attendee,
    event,
)
from tests.emulators.http import Break, Exchange, Instead, Response, json_response, longest_chain

__all__ = [
    "EXPIRED_TOKEN",
    "INVALID_CLIENT",
    "INVALID_GRANT",
    "INVALID_RAPT",
    "RAPT_REQUIRED",
    "RATE_LIMITED",
    "SEND_CALL",
    "TEAM_CALENDAR",
    "UNAVAILABLE",
    "AddressBook",
    "Break",
    "Calendar",
    "Consent",
    "Exchange",
    "GoogleEmulator",
    "Instead",
    "Mailbox",
    "Refusal",
    "Response",
    "Sent",
    "TokenRefusal",
    "World",
    "attendee",
    "event",
    "json_response",
    "longest_chain",
]
