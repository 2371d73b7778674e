"""The words and the pages of a preview, for one club and one run."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from sessionsmgmt.application.result import PreviewResult
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.pull_requests import Conclusion, PreviewReport
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.presenters import preview_markdown
from sessionsmgmt.presenters.markdown import code, plain
from sessionsmgmt.presenters.summary import fitted


@dataclass(frozen=True, slots=True)
class PreviewPages:
    """See ``application.context.PreviewTexts``. ``cut`` is the Markdown that stands where a preview is cut."""

    config: Config
    cut: str

    def source(self, preview: PreviewResult, readers: Readers) -> str:
        """What the preview is made from, and for which moment, as a sentence."""
        return preview_markdown.source(preview, self.config, readers)

    def pages(self, preview: PreviewResult, *, secret: bool) -> tuple[str, ...]:
        """The preview in Markdown. Of what is ``secret``, only counts and kinds."""
        return tuple(preview_markdown.pages(preview, self.config, secret=secret))

    def report(self, preview: PreviewResult, source: str) -> PreviewReport:
        """What is published of a preview that has its pages."""
        needs_person = any(delivery.needs_person for delivery in preview.deliveries) and not preview.invented
        return PreviewReport(
            preview_markdown.title(preview),
            preview_markdown.heading(self.config),
            Conclusion.NEUTRAL if needs_person else Conclusion.SUCCESS,
            partial(fitted, (plain(source), *preview.pages), cut=self.cut),
        )

    def write(self, preview: PreviewResult, folder: Path) -> Path:
        """Write the preview page and the emails into the folder, and return the path of the page."""
        from sessionsmgmt.presenters.preview_page import write_gallery

        return write_gallery(preview, self.config, folder)


def failed_report(error: SessionsError, path: Path, cut: str, workspace: Path) -> PreviewReport:
    """What is published where there is no preview of the sessions.yml at ``path`` because of the error.

    ``workspace`` is the root of the repository.
    """
    return PreviewReport(
        preview_markdown.problems_title(error),
        f"Email preview: {code(str(path))}",
        Conclusion.FAILURE if isinstance(error, InputError) else Conclusion.NEUTRAL,
        partial(fitted, tuple(preview_markdown.problem_pages(error)), cut=cut),
        preview_markdown.problem_annotations(error, workspace),
    )
