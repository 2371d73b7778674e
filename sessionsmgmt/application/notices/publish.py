"""``preview --publish``: the preview where those who review a change see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.pull_requests import PreviewPublisher, PreviewReport

CODE = "preview-unpublished"


def publish(publishers: Iterable[PreviewPublisher], preview_report: PreviewReport) -> tuple[ReportWarning, ...]:
    """Show it on each of the displays. One that can't be written to is a caution; the others still show it."""
    return tuple(_publish(publishers, preview_report))


def unpublished(error: SessionsError) -> ReportWarning:
    """What to know where the preview could not be shown. It is no failure: the summary of the run shows it, too."""
    return ReportWarning(CODE, f"{error} Meanwhile the preview is in the summary of this run.")


def _publish(publishers: Iterable[PreviewPublisher], preview_report: PreviewReport) -> Iterator[ReportWarning]:
    for publisher in publishers:
        try:
            publisher.show(preview_report)
        except SessionsError as error:
            yield unpublished(error)
