"""The JSON report of a command, for machines. It names no person and no address."""

from __future__ import annotations

import json
from collections import Counter
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.presenters.presentation import Presentation

COUNTED = (State.SENT, State.HELD, State.FAILED, State.SKIPPED)


def counts(shown: Presentation) -> dict[str, int]:
    """The number of notices in each state that is counted."""
    counted = Counter(delivery.verdict.state for delivery in shown.deliveries)
    return {state.value: counted[state] for state in COUNTED}


def report(shown: Presentation, zone: ZoneInfo) -> dict[str, object]:
    """The document that ``schema/report.schema.json`` describes. Instants are RFC 3339 in the club's zone."""
    document: dict[str, object] = {
        "version": 1,
        "command": shown.command,
        "now": shown.now.astimezone(zone).isoformat(timespec="seconds"),
        "exit": shown.status,
        "counts": counts(shown),
        "notices": [
            {
                "notice": delivery.verdict.key.notice,
                "session": delivery.verdict.key.session,
                "start": delivery.verdict.start.astimezone(zone).isoformat(timespec="seconds"),
                "kind": delivery.verdict.kind,
                "state": delivery.verdict.state,
                "reason": delivery.verdict.reason,
                "message_id": delivery.message_id or None,
            }
            for delivery in shown.deliveries
        ],
        "looked_at": [
            {
                "notice": looked.notice,
                "events": looked.events,
                "matching": looked.matching,
                "next": looked.next and looked.next.start.astimezone(zone).isoformat(timespec="seconds"),
                "told_from": looked.next and looked.next.told_from.astimezone(zone).isoformat(timespec="seconds"),
            }
            for looked in shown.looked_at
        ],
        "warnings": [
            {"code": warning.code, "text": _text(warning, shown), "where": warning.where or None}
            for warning in shown.warnings
        ],
        "rotated": shown.rotated,
    }
    if shown.recovery:
        document["recovery"] = {**shown.recovery.document(), "by_hand": shown.recovery.by_hand}
    return document


def _text(warning: ReportWarning, shown: Presentation) -> str:
    return warning.sentence if shown.readers is Readers.CLUB else warning.text


def content(shown: Presentation, zone: ZoneInfo) -> bytes:
    """The content of the report file."""
    text = json.dumps(report(shown, zone), indent=2, ensure_ascii=False)
    return f"{text}\n".encode("utf-8", "backslashreplace")  # half a character becomes JSON's own escape of it
