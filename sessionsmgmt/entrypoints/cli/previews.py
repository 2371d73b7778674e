"""Everything that a preview is about: which data it is made from, and where it is shown.

On a pull request, in a merge queue, and wherever others than the club can read what it shows, it is made from invented
people, so that it needs no secret, and anybody may see it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sessionsmgmt.adapters.github.event import Origin, PullRequest, is_queued
from sessionsmgmt.application.notices.preview import Data, preview, sampled
from sessionsmgmt.application.notices.publish import publish, unpublished
from sessionsmgmt.application.result import PreviewResult, Readers
from sessionsmgmt.bootstrap import pull_request_preview as pulls
from sessionsmgmt.bootstrap.readers import readers
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.entrypoints.cli.invocation import Invocation
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.pull_requests import Conclusion, PreviewReport
from sessionsmgmt.presenters import preview_markdown
from sessionsmgmt.presenters.markdown import code, plain
from sessionsmgmt.presenters.summary import fitted

_ORIGINS = {Origin.FORK: "a fork", Origin.DEPENDABOT: "Dependabot"}


@dataclass(frozen=True, slots=True)
class PreviewOptions:
    """What is wanted of a preview: a folder with the emails, that it is published, the club's own data."""

    out: Path | None = None
    publish: bool = False
    live: bool = False


def make(call: Invocation, options: PreviewOptions, pull: PullRequest | None, config: Config) -> PreviewResult:
    """The preview, shown wherever it was wished for."""
    readable_by = readers(call.settings)
    data = _data(call, options, pull, readable_by, config)
    if data is Data.LIVE:
        result = preview(call.container(config).wire().job, call.now)
    else:
        result = sampled(pulls.sample_job(config), call.chosen, call.now)
    secret = data is Data.LIVE and readable_by is Readers.ANYBODY
    source = preview_markdown.source(result, config, data, readable_by)
    written = _withheld(options) if secret else _written(result, config, options)
    if pull is None:
        is_asked_for = secret or data is not Data.LIVE
        sentences = [
            source if is_asked_for else "",
            _why_not_live(call, options, data),
            written,
            _whereabouts(call, options),
        ]
        return _said(result, sentences)
    result = replace(result, pages=tuple(preview_markdown.pages(result, config, secret=secret)))
    preview_report = PreviewReport(
        preview_markdown.title(result),
        preview_markdown.heading(config),
        _conclusion(result),
        partial(fitted, (plain(source), *result.pages), cut=pulls.rest(call.settings)),
    )
    warnings = _published(call, options, pull, preview_report)
    sentences = [source, _why_not_live_on(options, pull), written, _whereabouts_of(options, pull)]
    return _said(replace(result, warnings=(*result.warnings, *warnings)), sentences)


def _conclusion(result: PreviewResult) -> Conclusion:
    needs_person = any(delivery.needs_person for delivery in result.deliveries)
    return Conclusion.NEUTRAL if needs_person and not result.invented else Conclusion.SUCCESS


def fail(call: Invocation, options: PreviewOptions, pull: PullRequest | None, error: SessionsError) -> SessionsError:
    """Show, where the preview would be, why there is none. Returns the error, which says what could not be shown."""
    if pull is None:
        return error
    preview_report = PreviewReport(
        preview_markdown.problems_title(error),
        f"Email preview: {code(str(call.config))}",
        Conclusion.FAILURE if isinstance(error, InputError) else Conclusion.NEUTRAL,
        partial(fitted, tuple(preview_markdown.problem_pages(error)), cut=pulls.rest(call.settings)),
        preview_markdown.problem_annotations(error, pulls.workspace(call.settings)),
    )
    warnings = _published(call, options, pull, preview_report)
    hint = " ".join(filter(None, [error.hint, *(warning.text for warning in warnings)]))
    if isinstance(error, InputError):
        return InputError(error.text, hint, error.problems)
    return type(error)(error.text, hint)


def _data(
    call: Invocation, options: PreviewOptions, pull: PullRequest | None, readable_by: Readers, config: Config
) -> Data:
    """What there is to be seen: the club's own data only where it is at hand, and others see no more than its count."""
    invented = Data.SAMPLE if config.sample else Data.INVENTED
    if pull:
        return Data.LIVE if options.live and pull.origin is Origin.HERE else invented
    if is_queued(call.settings.actions) or (readable_by is Readers.ANYBODY and not options.live):
        return invented
    return Data.LIVE


def _why_not_live_on(options: PreviewOptions, pull: PullRequest) -> str:
    if options.live and pull.origin is not Origin.HERE:
        return f"--live has no effect: a pull request from {_ORIGINS[pull.origin]} has none of the secrets."
    return ""


def _why_not_live(call: Invocation, options: PreviewOptions, data: Data) -> str:
    """Why the preview is not of the club's own data where there is no pull request."""
    if data is Data.LIVE:
        return ""
    if not is_queued(call.settings.actions):
        return "This repository is not private, so the preview is not made from the club's own data."
    return "--live has no effect in a merge queue." if options.live else ""


def _withheld(options: PreviewOptions) -> str:
    return f"{options.out} is not written: it would name people, and this repository is not private." * bool(
        options.out
    )


def _written(result: PreviewResult, config: Config, options: PreviewOptions) -> str:
    if options.out is None:
        return ""
    from sessionsmgmt.presenters.preview_page import write_gallery

    return f"The preview is {write_gallery(result, config, options.out)}."


def _whereabouts(call: Invocation, options: PreviewOptions) -> str:
    """Why it is not published, if it should be, where there is no pull request."""
    if not options.publish:
        return ""
    if is_queued(call.settings.actions):
        return "Nothing is published: a merge queue has no pull request to show it on."
    return "Nothing is published: this is no pull request."


def _whereabouts_of(options: PreviewOptions, pull: PullRequest) -> str:
    """Why it is not published, if it should be."""
    if not options.publish:
        return ""
    if pull.closed:
        return "Nothing is published: the pull request is closed."
    if pull.origin is not Origin.HERE:
        return f"This pull request is from {_ORIGINS[pull.origin]}, so its preview is in the summary of this run alone."
    return ""


def _published(
    call: Invocation, options: PreviewOptions, pull: PullRequest, preview_report: PreviewReport
) -> tuple[ReportWarning, ...]:
    """Put it up where the job may; a fork's job may not, so that is not even tried. Returns what did not work."""
    if not options.publish or pull.closed or pull.origin is not Origin.HERE:
        return ()
    try:
        publishers = pulls.publishers(call.settings, pull, call.config)
    except SessionsError as error:
        return (unpublished(error),)
    return publish(publishers, preview_report)


def _said(result: PreviewResult, sentences: Iterable[str]) -> PreviewResult:
    return replace(result, message="\n".join(filter(None, sentences)))
