"""The note for a person when the account's owner must agree again, or soon will have to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sessionsmgmt.config.model import Config
from sessionsmgmt.errors import ConsentError
from sessionsmgmt.ports.notifications import Note

GIVEN_AGAIN = "The credential was renewed: the consent holds."

SOON = timedelta(days=14)
"""How long before the end of the consent the note is posted, where the end is known."""


def ended_note(error: ConsentError) -> Note:
    """What to do when the provider does not take the consent any more."""
    text = "\n".join([f"Nothing can be read or sent until then. {error.text}", "", _HOW, "", _WHY, "", _END])
    return Note("The account's owner has to agree again", text)


def ending_note(ends: datetime | None, now: datetime, config: Config) -> Note | None:
    """What to do before a consent ends; None where no end is known or it is far away."""
    if ends is None or ends - now > SOON:
        return None
    day = f"{ends.astimezone(config.zone):%Y-%m-%d}"
    text = "\n".join([f"The provider says that the consent lapses on {day}.", "", _HOW, "", _WHY, "", _END])
    return Note(f"The consent ends on {day}: the account's owner has to agree again", text)


_HOW = """\
Whoever owns the account runs this on a machine with a browser, in a folder with sessions.yml:

```console
sessionsmgmt auth login --client client.json
```

With `SECRETS_TOKEN` in the environment it stores the new credential by itself; `--save FILE` is for storing it by hand.
`docs/google.md`, step 5, has it in full."""

_WHY = """\
When a consent ends:

- after 7 days, as long as the app's consent screen says *Testing*: set it to *In production* before agreeing again
- after six months in which it was not used
- when the account's password is changed, or the consent is withdrawn
- on the day the provider names, if it was given for a time only"""

_END = "Every run brings this up to date, and the next time the credential is renewed, it is closed."
