"""The exit status of a command, as a table of what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

from sessionsmgmt.application.result import (
    DoctorResult,
    ExportResult,
    ForgetResult,
    LoginResult,
    PreviewResult,
    ResolveResult,
    Result,
    RevokeResult,
    RotateResult,
    RunResult,
    StatusResult,
)
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, SessionsError, StoppedError, UnreachableError
from sessionsmgmt.ports.health import Finding, Health

if TYPE_CHECKING:
    from sessionsmgmt.application.job import Delivery


class Exit(IntEnum):
    """The exit status of every command. The meanings are part of the public interface."""

    DONE = 0
    ATTENTION = 1  # a notice failed or is held for a person
    INPUT = 2  # sessions.yml, a template, a file or the command line is wrong
    CONSENT = 3  # the account's consent is needed again, or a scope is missing
    REFUSED = 4  # GitHub refuses, or the ledger can't be trusted
    UNREACHABLE = 5  # a service stayed unreachable; the next run goes on


BY_CAUSE: Mapping[type[SessionsError], Exit] = {
    InputError: Exit.INPUT,
    ConsentError: Exit.CONSENT,
    RefusedError: Exit.REFUSED,
    UnreachableError: Exit.UNREACHABLE,
    StoppedError: Exit.ATTENTION,
}
"""The status of each cause. A class that is not in the table has the status of its base."""


def worst(statuses: Iterable[Exit]) -> Exit:
    """The status of several: the lowest of 2, 3, 4, 5; 1 only where none of those is there; else 0."""
    statuses_of_clubs = set(statuses)
    grave = statuses_of_clubs - {Exit.DONE, Exit.ATTENTION}
    return min(grave) if grave else max(statuses_of_clubs, default=Exit.DONE)


def error_status(error: SessionsError | type[SessionsError] | None) -> Exit:
    """The status of an error or of a class of errors; DONE where there is none."""
    if error is None:
        return Exit.DONE
    kind = error if isinstance(error, type) else type(error)
    return next(status for cause, status in BY_CAUSE.items() if issubclass(kind, cause))


def result_status(result: Result) -> Exit:
    """The status of what a command did."""
    match result:
        case PreviewResult(invented=True):
            return Exit.DONE  # a requirement that invented people do not meet is nobody's task
        case RunResult(rotation=rotation):
            causes = (result.error, result.lookup_error, rotation.trouble if rotation else None)
            return worst([*map(error_status, causes), *map(delivery_status, result.deliveries)])
        case PreviewResult(error=error):
            return worst([error_status(error), *map(delivery_status, result.deliveries)])
        case StatusResult():
            return worst(map(delivery_status, result.deliveries))
        case ResolveResult():
            return worst(map(delivery_status, result.closed))
        case DoctorResult() | ForgetResult():
            return worst(map(finding_status, result.findings))
        case RotateResult(rotation=rotation):
            return error_status(rotation.trouble if rotation else None)
        case LoginResult() | RevokeResult():
            return error_status(result.error)
        case ExportResult():
            return worst(map(error_status, result.errors))
        case _:
            return Exit.DONE


def delivery_status(delivery: Delivery) -> Exit:
    """The status of one notice: of its cause or, where a person must look at it, ATTENTION."""
    return worst([error_status(delivery.cause), Exit.ATTENTION if delivery.needs_person else Exit.DONE])


def finding_status(finding: Finding) -> Exit:
    """The status of one row: of its cause or, where it is bad, ATTENTION."""
    return worst([error_status(finding.cause), Exit.ATTENTION if finding.health is Health.BAD else Exit.DONE])
