"""Everything that a preview is about: which data it is made from, and where it is shown.

On a pull request, in a merge queue, and wherever others than the club can read what it shows, it is made from invented
people, so that it needs no secret, and anybody may see it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sessionsmgmt.cli.invocation import Invocation
from sessionsmgmt.commands.preview import Data, preview, sampled
from sessionsmgmt.commands.publish import publish, unpublished
from sessionsmgmt.commands.result import Readers, Result
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model import Caution
from sessionsmgmt.errors import Exit, InputError, SessionsError
from sessionsmgmt.github.event import Origin, PullRequest, is_queued
from sessionsmgmt.ports import Conclusion, Exhibit
from sessionsmgmt.views import preview_markdown
from sessionsmgmt.views.markdown import code, plain
from sessionsmgmt.views.summary import fitted
from sessionsmgmt.wiring import club, pulls
from sessionsmgmt.wiring.readers import readers

_ORIGINS = {Origin.FORK: "a fork", Origin.DEPENDABOT: "Dependabot"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a preview: a folder with the emails, that it is published, the club's own data."""

    out: Path | None = None
    publish: bool = False
    live: bool = False


def make(call: Invocation, wish: Wish, pull: PullRequest | None, config: Config) -> Result:
    """The preview, shown wherever it was wished for."""
    readable_by = readers(call.environ)
    data = _data(call, wish, pull, readable_by, config)
    if data is Data.LIVE:
        result = preview(club.wire(config, call.environ, call.mask).job, call.now)
    else:
        result = sampled(pulls.sample_job(config), call.chosen, call.now)
    result = replace(result, readers=readable_by)
    secret = data is Data.LIVE and readable_by is Readers.ANYBODY
    source = preview_markdown.source(result, config, data)
    written = _withheld(wish) if secret else _written(result, config, wish)
    if pull is None:
        is_asked_for = secret or data is not Data.LIVE
        sentences = [source if is_asked_for else "", _why_not_live(call, wish, data), written, _whereabouts(call, wish)]
        return _said(result, sentences)
    result = replace(result, pages=tuple(preview_markdown.pages(result, config, secret=secret)))
    exhibit = Exhibit(
        preview_markdown.title(result),
        preview_markdown.heading(config),
        Conclusion.SUCCESS if result.exit is Exit.DONE else Conclusion.NEUTRAL,
        partial(fitted, (plain(source), *result.pages), cut=pulls.rest(call.environ)),
    )
    cautions = _published(call, wish, pull, exhibit)
    sentences = [source, _why_not_live_on(wish, pull), written, _whereabouts_of(wish, pull)]
    return _said(replace(result, cautions=(*result.cautions, *cautions)), sentences)


def fail(call: Invocation, wish: Wish, pull: PullRequest | None, error: SessionsError) -> SessionsError:
    """Show, where the preview would be, why there is none. Returns the error, which says what could not be shown."""
    if pull is None:
        return error
    exhibit = Exhibit(
        preview_markdown.problems_title(error),
        f"Email preview: {code(str(call.config))}",
        Conclusion.FAILURE if isinstance(error, InputError) else Conclusion.NEUTRAL,
        partial(fitted, tuple(preview_markdown.problem_pages(error)), cut=pulls.rest(call.environ)),
        preview_markdown.remarks(error, pulls.workspace(call.environ)),
    )
    cautions = _published(call, wish, pull, exhibit)
    hint = " ".join(filter(None, [error.hint, *(caution.text for caution in cautions)]))
    if isinstance(error, InputError):
        return InputError(error.text, hint, error.problems)
    return type(error)(error.text, hint)


def _data(call: Invocation, wish: Wish, pull: PullRequest | None, readable_by: Readers, config: Config) -> Data:
    """What there is to be seen: the club's own data only where it is at hand, and others see no more than its count."""
    invented = Data.SAMPLE if config.sample else Data.INVENTED
    if pull:
        return Data.LIVE if wish.live and pull.origin is Origin.HERE else invented
    if is_queued(call.environ) or (readable_by is Readers.ANYBODY and not wish.live):
        return invented
    return Data.LIVE


def _why_not_live_on(wish: Wish, pull: PullRequest) -> str:
    if wish.live and pull.origin is not Origin.HERE:
        return f"--live has no effect: a pull request from {_ORIGINS[pull.origin]} has none of the secrets."
    return ""


def _why_not_live(call: Invocation, wish: Wish, data: Data) -> str:
    """Why the preview is not of the club's own data where there is no pull request."""
    if data is Data.LIVE:
        return ""
    if not is_queued(call.environ):
        return "This repository is not private, so the preview is not made from the club's own data."
    return "--live has no effect in a merge queue." if wish.live else ""


def _withheld(wish: Wish) -> str:
    return f"{wish.out} is not written: it would name people, and this repository is not private." * bool(wish.out)


def _written(result: Result, config: Config, wish: Wish) -> str:
    if wish.out is None:
        return ""
    from sessionsmgmt.views.gallery import write_gallery

    return f"The preview is {write_gallery(result, config, wish.out)}."


def _whereabouts(call: Invocation, wish: Wish) -> str:
    """Why it is not published, if it should be, where there is no pull request."""
    if not wish.publish:
        return ""
    if is_queued(call.environ):
        return "Nothing is published: a merge queue has no pull request to show it on."
    return "Nothing is published: this is no pull request."


def _whereabouts_of(wish: Wish, pull: PullRequest) -> str:
    """Why it is not published, if it should be."""
    if not wish.publish:
        return ""
    if pull.closed:
        return "Nothing is published: the pull request is closed."
    if pull.origin is not Origin.HERE:
        return f"This pull request is from {_ORIGINS[pull.origin]}, so its preview is in the summary of this run alone."
    return ""


def _published(call: Invocation, wish: Wish, pull: PullRequest, exhibit: Exhibit) -> tuple[Caution, ...]:
    """Put it up where the job may; a fork's job may not, so that is not even tried. Returns what did not work."""
    if not wish.publish or pull.closed or pull.origin is not Origin.HERE:
        return ()
    try:
        displays = pulls.displays(call.environ, pull, call.config)
    except SessionsError as error:
        return (unpublished(error),)
    return publish(displays, exhibit)


def _said(result: Result, sentences: Iterable[str]) -> Result:
    return replace(result, message="\n".join(filter(None, sentences)))
