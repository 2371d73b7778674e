"""``preview --publish``: the preview where those who review a change see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sessionsmgmt.domain.model import Caution
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports import Display, Exhibit

CODE = "preview-unpublished"


def publish(displays: Iterable[Display], exhibit: Exhibit) -> tuple[Caution, ...]:
    """Show it on each of the displays. One that can't be written to is a caution; the others still show it."""
    return tuple(_publish(displays, exhibit))


def unpublished(error: SessionsError) -> Caution:
    """What to know where the preview could not be shown. It is no failure: the summary of the run shows it, too."""
    return Caution(CODE, f"{error} Meanwhile the preview is in the summary of this run.")


def _publish(displays: Iterable[Display], exhibit: Exhibit) -> Iterator[Caution]:
    for display in displays:
        try:
            display.show(exhibit)
        except SessionsError as error:
            yield unpublished(error)
