"""``preview --mail``: the emails of a preview, in the inbox of the person who wants to see them.

They go to one address and to nobody else, are marked as a preview, and are never recorded. So whoever starts the
command decides where a club's names go, and it is refused where that may be a stranger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from sessionsmgmt.application.context import Context
from sessionsmgmt.application.notices.pipeline import WAVE
from sessionsmgmt.application.notices.sending import DEFAULT_RETRY_POLICY, send_wave
from sessionsmgmt.application.notices.shared_emails import sessions_by_email
from sessionsmgmt.application.result import PreviewResult
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import InputError, SessionsError, UnreachableError, gravest
from sessionsmgmt.ports.mail import Delivered, Outcome, Undelivered, Unknown
from sessionsmgmt.ports.readers import Readers


def refuse_mail(context: Context, address: str) -> None:
    """Raise InputError where no preview may be mailed to the address."""
    request = context.request
    request.surroundings.refuse_proposed("preview --mail")
    if request.surroundings.readers() is Readers.ANYBODY:
        raise InputError(
            "'preview --mail' does not start here: this repository is not private.",
            "Run it on your own computer, or in a private repository.",
        )
    if not request.console.at_terminal and fold(address.strip()) not in _named(context.config):
        raise InputError(
            "Outside of a terminal, 'preview --mail' takes only an address that sessions.yml names.",
            "Write the address at alerts.to, mail.reply_to or mail.from, or run the command at a terminal.",
        )


def mail_preview(context: Context, result: PreviewResult, address: str) -> PreviewResult:
    """Send every email of the preview to the address, and add to the result what became of them."""
    if not result.emails:
        text = "No email was sent, since none is due. --now chooses another moment, such as the day before a session."
        return replace(result, message=text)
    from sessionsmgmt.email.preview_copy import preview_copy  # the modules of the emails take long to load

    request, services = context.request, context.services
    run = services.run_id()
    firsts = [first for first, *_ in sessions_by_email(result.emails).values()]
    copies = {first: preview_copy(result.emails[first], address.strip(), run) for first in firsts}
    mailer, outcomes = services.mailer(), dict[Key, Outcome]()
    request.stop.defer()
    try:
        mailer.prepare()
        keys = iter(copies)
        while wave := {key: copies[key] for key in islice(keys, WAVE)}:
            outcomes |= send_wave(wave, mailer, request.stop, DEFAULT_RETRY_POLICY)
            if any(isinstance(outcome, Undelivered) and outcome.everywhere for outcome in outcomes.values()):
                break
    except SessionsError as error:
        return replace(result, message=_message(outcomes, error), error=error)
    trouble = _trouble(outcomes)
    warnings = (*result.warnings, *mailer.warnings())
    return replace(result, message=_message(outcomes, trouble), error=trouble, warnings=warnings)


def _named(config: Config) -> frozenset[str]:
    """The folded addresses of the club's own people in sessions.yml."""
    return frozenset(
        fold(address) for address in (config.mail.sender, *config.mail.reply_to, *config.alerts) if address
    )


def _trouble(outcomes: Mapping[Key, Outcome]) -> SessionsError | None:
    """The gravest reason why an email was not sent, or why nobody knows whether it was; None if all were sent."""
    errors = [outcome.cause for outcome in outcomes.values() if isinstance(outcome, Undelivered)]
    unknown = [outcome.reason for outcome in outcomes.values() if isinstance(outcome, Unknown)]
    if unknown:
        text = f"It is not known whether an email of the preview left: {unknown[0]}."
        errors.append(UnreachableError(text, "Look into that inbox before you try again."))
    return gravest(errors) if errors else None


def _message(outcomes: Mapping[Key, Outcome], trouble: SessionsError | None) -> str:
    sent = sum(isinstance(outcome, Delivered) for outcome in outcomes.values())
    sentence = f"{sent} {'email was' if sent == 1 else 'emails were'} sent to that address, marked as a preview."
    lines = [f"{sentence} Nothing was recorded."] if sent or not trouble else []
    if trouble:
        unknown = any(isinstance(outcome, Unknown) for outcome in outcomes.values())
        lines.append(f"error: {trouble}" if unknown or sent else f"error: The preview was not sent: {trouble}")
    return "\n".join(lines)
