"""``preview``: which data it is made from, and where it is written and published.

On a pull request, in a merge queue, and wherever others than the club can read what it shows, a preview is made from
invented people. So it needs no secret, and anybody may see it.
"""

from __future__ import annotations

from dataclasses import replace

from sessionsmgmt.application.arguments import PreviewArguments
from sessionsmgmt.application.context import Context, Request
from sessionsmgmt.application.notices.mail_preview import refuse_mail
from sessionsmgmt.application.notices.preview_job import preview_job, preview_sample
from sessionsmgmt.application.notices.publish import publish, unpublished
from sessionsmgmt.application.result import Data, PreviewResult
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, SessionsError, with_hints
from sessionsmgmt.ports.pull_requests import Origin, PreviewReport, PullRequest
from sessionsmgmt.ports.readers import Readers

_ORIGINS = {Origin.FORK: "a fork", Origin.DEPENDABOT: "Dependabot"}


def preview(context: Context, arguments: PreviewArguments) -> PreviewResult:
    """Compose every notice that ``run`` would send now; write, publish and mail the preview where that is asked for."""
    if arguments.mail:
        refuse_mail(context, arguments.mail)
    with context.request.console.progress("Reading the calendar and the contacts"):
        surroundings = context.request.surroundings
        pull, readers = surroundings.pull_request(), surroundings.readers()
        data = _data(context, arguments, pull, readers)
        result = _composed(context, data)
        texts = context.services.preview_texts()
        secret = data is Data.LIVE and readers is Readers.ANYBODY
        source = texts.source(result, readers)
        written = _withheld(arguments) if secret else _written(context, result, arguments)
        if pull is None:
            named = source if secret or data is not Data.LIVE else ""
            unpublished_because = _why_not_published(context, arguments)
            result = _mailed(context, result, arguments)
            return _with_message(
                *(result, named, _why_not_live(context, arguments, data), written, unpublished_because, result.message)
            )
        result = replace(result, pages=texts.pages(result, secret=secret))
        warnings = _publish(context.request, arguments, pull, texts.report(result, source))
        result = replace(result, warnings=(*result.warnings, *warnings))
        return _with_message(
            result, source, _why_not_live_on(arguments, pull), written, _why_not_published_on(arguments, pull)
        )


def preview_failed(request: Request, arguments: PreviewArguments, error: SessionsError) -> SessionsError:
    """Publish on a pull request why there is no preview. Returns the error, with what could not be published."""
    try:
        pull = request.surroundings.pull_request()
    except InputError:
        return error
    if pull is None:
        return error
    warnings = _publish(request, arguments, pull, request.surroundings.failed_preview(error, request.path))
    return with_hints(error, (warning.text for warning in warnings))


def _data(context: Context, arguments: PreviewArguments, pull: PullRequest | None, readers: Readers) -> Data:
    """The club's own data only where it is at hand and nobody else sees more than counts of it."""
    invented = Data.SAMPLE if context.config.sample else Data.INVENTED
    if pull:
        return Data.LIVE if arguments.live and pull.origin is Origin.HERE else invented
    if context.request.surroundings.in_merge_queue() or (readers is Readers.ANYBODY and not arguments.live):
        return invented
    return Data.LIVE


def _composed(context: Context, data: Data) -> PreviewResult:
    request = context.request
    if data is Data.LIVE:
        return preview_job(context.services.job(), request.now)
    return preview_sample(context.services.sample_job(), data, request.chosen, request.now)


def _withheld(arguments: PreviewArguments) -> str:
    if arguments.out is None:
        return ""
    return f"{arguments.out} is not written: it would name people, and this repository is not private."


def _written(context: Context, result: PreviewResult, arguments: PreviewArguments) -> str:
    if arguments.out is None:
        return ""
    return f"The preview is {context.services.preview_texts().write(result, arguments.out)}."


def _mailed(context: Context, result: PreviewResult, arguments: PreviewArguments) -> PreviewResult:
    if not arguments.mail:
        return result
    from sessionsmgmt.application.notices.mail_preview import mail_preview

    return mail_preview(context, result, arguments.mail)


def _why_not_live(context: Context, arguments: PreviewArguments, data: Data) -> str:
    """Why the preview is not of the club's own data, where there is no pull request."""
    if data is Data.LIVE:
        return ""
    if not context.request.surroundings.in_merge_queue():
        return "This repository is not private, so the preview is not made from the club's own data."
    return "--live has no effect in a merge queue." if arguments.live else ""


def _why_not_live_on(arguments: PreviewArguments, pull: PullRequest) -> str:
    """Why the preview of a pull request is not of the club's own data."""
    if arguments.live and pull.origin is not Origin.HERE:
        return f"--live has no effect: a pull request from {_ORIGINS[pull.origin]} has none of the secrets."
    return ""


def _why_not_published(context: Context, arguments: PreviewArguments) -> str:
    """Why the preview is not published, where there is no pull request."""
    if not arguments.publish:
        return ""
    if context.request.surroundings.in_merge_queue():
        return "Nothing is published: a merge queue has no pull request to show it on."
    return "Nothing is published: this is no pull request."


def _why_not_published_on(arguments: PreviewArguments, pull: PullRequest) -> str:
    """Why the preview of a pull request is not published."""
    if not arguments.publish:
        return ""
    if pull.closed:
        return "Nothing is published: the pull request is closed."
    if pull.origin is not Origin.HERE:
        return f"This pull request is from {_ORIGINS[pull.origin]}, so its preview is in the summary of this run alone."
    return ""


def _publish(
    request: Request, arguments: PreviewArguments, pull: PullRequest, report: PreviewReport
) -> tuple[ReportWarning, ...]:
    """Publish the report where the job may, and return what could not be published. The job of a fork may not."""
    if not arguments.publish or pull.closed or pull.origin is not Origin.HERE:
        return ()
    try:
        publishers = request.surroundings.publishers(pull, request.path)
    except SessionsError as error:
        return (unpublished(error),)
    return publish(publishers, report)


def _with_message(result: PreviewResult, *sentences: str) -> PreviewResult:
    return replace(result, message="\n".join(filter(None, sentences)))
