"""``preview --publish``: the preview is shown where those who review a change look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.pull_requests import PreviewPublisher, PreviewReport

CODE = "preview-unpublished"


def publish(publishers: Iterable[PreviewPublisher], preview_report: PreviewReport) -> tuple[ReportWarning, ...]:
    """Show the report at each place. A place that can't be written to is a warning; the others still show it."""
    return tuple(_publish(publishers, preview_report))


def unpublished(error: SessionsError) -> ReportWarning:
    """The warning that the preview could not be shown. It is no failure: the summary of the run shows it, too."""
    return ReportWarning(CODE, f"{error} Meanwhile the preview is in the summary of this run.")


def _publish(publishers: Iterable[PreviewPublisher], preview_report: PreviewReport) -> Iterator[ReportWarning]:
    for publisher in publishers:
        try:
            publisher.show(preview_report)
        except SessionsError as error:
            yield unpublished(error)
