"""What is mailed to whom, as sessions.yml has it: the notices of each rule, and the alerts to the coaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionsmgmt.config.model import Config, NoticeSettings

if TYPE_CHECKING:
    from sessionsmgmt.application.job import AlertMailing, Mailing


def alert_mailing(config: Config) -> AlertMailing:
    """How the coaches are mailed."""
    from sessionsmgmt.application.job import AlertMailing
    from sessionsmgmt.email.model import AlertWording, Envelope

    signature = config.mail.signature.text if config.mail.signature else ""
    envelope = Envelope(config.alerts, sender=config.mail.sender, reply_to=config.mail.reply_to)
    return AlertMailing(AlertWording(config.team, config.zone, signature), envelope)


def mailing(config: Config, notice: NoticeSettings) -> Mailing:
    """A notice's rule, wording and recipients."""
    from sessionsmgmt.application.job import Mailing
    from sessionsmgmt.email.model import Envelope, Wording

    wording = Wording(
        team=config.team,
        locale=notice.locale or config.locale,
        zone=config.zone,
        disclose={role.name: role.disclose for role in config.roles},
        template=notice.template.text if notice.template else None,
        attach_calendar=notice.attach_calendar,
        contact=config.contact,
        signature=config.mail.signature.text if config.mail.signature else "",
    )
    return Mailing(notice.rule, wording, Envelope(notice.to, notice.cc, config.mail.sender, config.mail.reply_to))
