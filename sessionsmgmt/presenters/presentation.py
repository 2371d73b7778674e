"""What presenters show of a command: the sections of its result, whichever command it was.

``present`` chooses the sections by the type of the result. The terminal, the JSON report, the step summary and the
annotations each show all sections that are there, so a new command needs a case here and nothing elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sessionsmgmt.application.result import (
    AdoptResult,
    DoctorResult,
    ExportResult,
    ForgetResult,
    InitResult,
    LoginResult,
    PlanResult,
    PreviewResult,
    Recovery,
    ResolveResult,
    Result,
    RevokeResult,
    RotateResult,
    RunResult,
    StatusResult,
    ValidateResult,
)
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.ports.readers import Readers

if TYPE_CHECKING:
    from sessionsmgmt.application.job import Delivery
    from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
    from sessionsmgmt.domain.model.looked_at import LookedAt
    from sessionsmgmt.domain.model.warning import ReportWarning
    from sessionsmgmt.ports.health import Finding


@dataclass(frozen=True, slots=True)
class Presentation:
    """What is shown of a command that took ``now``, an aware instant, as now and ends with ``status``.

    ``snapshot`` is there where each session is shown with what was announced about it. ``rotated`` says that a newly
    issued credential was stored; ``recovery`` is a credential that could not be stored. ``pages`` is a preview in
    Markdown, in pieces that stand on lines of their own. ``invented`` says that the sessions and people are invented,
    so that nothing of them is secret; ``readers``, who can read what is shown. ``looked_at`` is what was read for each
    rule.
    """

    command: str
    now: datetime
    status: int = 0
    deliveries: tuple[Delivery, ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[ReportWarning, ...] = ()
    message: str = ""
    snapshot: LedgerSnapshot | None = None
    rotated: bool = False
    recovery: Recovery | None = None
    pages: tuple[str, ...] = ()
    invented: bool = False
    readers: Readers = Readers.CLUB
    looked_at: tuple[LookedAt, ...] = ()


def present(result: Result, command: str, now: datetime, status: int) -> Presentation:
    """The sections of a result. ``now`` is the command's; a result that has an instant of its own shows that."""
    match result:
        case RunResult(rotation=rotation):
            return Presentation(
                command,
                result.now,
                status,
                deliveries=result.deliveries,
                warnings=result.warnings,
                looked_at=result.looked_at,
                message=f"error: {result.error}" if result.error else "",
                rotated=rotation is not None and rotation.issued,
                recovery=rotation.recovery if rotation else None,
            )
        case PreviewResult():
            return Presentation(
                command,
                result.now,
                status,
                deliveries=result.deliveries,
                warnings=result.warnings,
                looked_at=result.looked_at,
                message=result.message,
                pages=result.pages,
                invented=result.invented,
            )
        case StatusResult(shown_at, deliveries, warnings, snapshot, looked_at):
            return Presentation(
                command, shown_at, status, deliveries, warnings=warnings, snapshot=snapshot, looked_at=looked_at
            )
        case ResolveResult(shown_at, closed, _, warnings):
            return Presentation(command, shown_at, status, closed, warnings=warnings)
        case AdoptResult(branch, notices, warnings):
            count = f"{notices} {'notice' if notices == 1 else 'notices'}"
            text = f"The ledger on the branch {branch} is this club's now. It remembers {count}."
            return Presentation(command, now, status, warnings=warnings, message=text)
        case DoctorResult(findings) | ForgetResult(findings):
            return Presentation(command, now, status, findings=findings)
        case RotateResult(message, rotation, stored, warnings):
            return Presentation(
                command,
                now,
                status,
                warnings=warnings,
                message=message,
                rotated=stored or (rotation is not None and rotation.issued),
                recovery=rotation.recovery if rotation else None,
            )
        case LoginResult(message, stored, _, recovery):
            return Presentation(command, now, status, message=message, rotated=stored, recovery=recovery)
        case ValidateResult(message) | InitResult(message) | RevokeResult(message):
            return Presentation(command, now, status, message=message)
        case ExportResult():
            return Presentation(command, now, status, message=result.message)
        case PlanResult():
            return Presentation(command, now, status)  # its matrix is printed as it is
