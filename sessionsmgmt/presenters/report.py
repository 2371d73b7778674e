"""The JSON report: what was done, for machines. It names no person and no address."""

from __future__ import annotations

import json
from collections import Counter
from zoneinfo import ZoneInfo

from sessionsmgmt.application.result import Readers, Result
from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.warning import ReportWarning

COUNTED = (State.SENT, State.HELD, State.FAILED, State.SKIPPED)


def counts(result: Result) -> dict[str, int]:
    """How many notices there are of each state that is counted."""
    found = Counter(delivery.verdict.state for delivery in result.deliveries)
    return {state.value: found[state] for state in COUNTED}


def report(result: Result, zone: ZoneInfo) -> dict[str, object]:
    """The document ``schema/report.schema.json`` describes; instants are RFC 3339 in the club's zone."""
    document: dict[str, object] = {
        "version": 1,
        "command": result.command,
        "now": result.now.astimezone(zone).isoformat(timespec="seconds"),
        "exit": int(result.exit),
        "counts": counts(result),
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
            for delivery in result.deliveries
        ],
        "warnings": [
            {"code": one.code, "text": _told(one, result), "where": one.where or None} for one in result.warnings
        ],
        "rotated": result.rotated,
    }
    if result.recovery:
        document["recovery"] = {**result.recovery.document(), "by_hand": result.recovery.by_hand}
    return document


def _told(warning: ReportWarning, result: Result) -> str:
    return warning.sentence if result.readers is Readers.CLUB else warning.text


def content(result: Result, zone: ZoneInfo) -> bytes:
    """The content of the file."""
    text = json.dumps(report(result, zone), indent=2, ensure_ascii=False)
    return f"{text}\n".encode("utf-8", "backslashreplace")  # half a character becomes JSON's own escape of it
