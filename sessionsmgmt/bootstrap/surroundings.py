"""Where a command was started, as use cases ask for it: what the settings and GitHub say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sessionsmgmt
from sessionsmgmt.adapters.github import event
from sessionsmgmt.bootstrap import readers as reading
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.settings import Settings

if TYPE_CHECKING:
    from sessionsmgmt.ports.pull_requests import PreviewPublisher, PreviewReport, PullRequest


@dataclass(frozen=True, slots=True)
class JobSurroundings:
    """See ``application.context.Surroundings``: what the settings and GitHub say of where a command was started."""

    settings: Settings

    def checkout(self) -> Path | None:
        """The folder in which a job of GitHub Actions has its checkout; None outside of Actions."""
        return self.settings.actions.checkout

    def time_zone(self) -> str:
        """The variable ``TZ`` as the process inherited it."""
        return self.settings.time_zone

    def origin(self) -> str:
        """The repository at GitHub that this program was installed from, as ``OWNER/NAME``; empty where unknown."""
        from sessionsmgmt.bootstrap.origin import origin

        return origin(Path(sessionsmgmt.__file__).parent)

    def refuse_proposed(self, command: str) -> None:
        """Raise InputError where the job was started by a change that is only proposed."""
        event.must_be_merged(self.settings.actions, command)

    def refuse_lent_secrets(self, command: str) -> None:
        """Raise InputError where the job has the secrets and may read a stranger's files."""
        event.refuse_lent_secrets(self.settings.actions, command)

    def pull_request(self) -> PullRequest | None:
        """The pull request that the job is about; None where it is about none."""
        return event.pull_request(self.settings.actions)

    def in_merge_queue(self) -> bool:
        """Whether a merge queue tries what is to be merged."""
        return event.is_queued(self.settings.actions)

    def readers(self) -> Readers:
        """Who can read what this process prints."""
        return reading.readers(self.settings)

    def readers_of_repository(self) -> Readers:
        """Who can read the repository and its issues."""
        return reading.readers_of_repository(self.settings)

    def publishers(self, pull: PullRequest, path: Path) -> tuple[PreviewPublisher, ...]:
        """Where those who review the pull request look."""
        from sessionsmgmt.bootstrap.pull_request_preview import publishers

        return publishers(self.settings, pull, path)

    def failed_preview(self, error: SessionsError, path: Path) -> PreviewReport:
        """What is published where there is no preview because of the error."""
        from sessionsmgmt.bootstrap.pull_request_preview import cut_notice
        from sessionsmgmt.presenters.preview_texts import failed_report

        return failed_report(error, path, cut_notice(self.settings), self.settings.actions.folder)
