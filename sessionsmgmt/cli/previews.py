"""Everything that a preview is about: which data it is made from, and where it is shown.

On a pull request it is made from invented people, so that it needs no secret, and anybody may see it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sessionsmgmt.cli.invocation import Invocation
from sessionsmgmt.commands.preview import Data, preview, sampled
from sessionsmgmt.commands.publish import publish, unpublished
from sessionsmgmt.commands.result import Result
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model import Caution
from sessionsmgmt.errors import Exit, InputError, SessionsError
from sessionsmgmt.github.event import Origin, PullRequest
from sessionsmgmt.ports import Conclusion, Exhibit
from sessionsmgmt.views import preview_markdown
from sessionsmgmt.views.markdown import code, plain
from sessionsmgmt.views.summary import fitted
from sessionsmgmt.wiring import club, pulls

_ORIGINS = {Origin.FORK: "a fork", Origin.DEPENDABOT: "Dependabot"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a preview: a folder with the emails, that it is published, the club's own data."""

    out: Path | None = None
    publish: bool = False
    live: bool = False


def make(call: Invocation, wish: Wish, pull: PullRequest | None, config: Config) -> Result:
    """The preview, shown wherever it was wished for."""
    data = _data(wish, pull, config)
    if data is Data.LIVE:
        result = preview(club.wire(config, call.environ, call.mask).job, call.now)
    else:
        result = sampled(pulls.sample_job(config), call.chosen, call.now)
    if pull is None:
        unpublished = "Nothing is published: this is no pull request." if wish.publish else ""
        return _said(result, [_written(result, config, wish), unpublished])
    secret = data is Data.LIVE and pull.public
    kept = f"{wish.out} is not written: it would name people, and anybody can read this repository." * bool(wish.out)
    source = preview_markdown.source(result, config, data)
    result = replace(result, pages=tuple(preview_markdown.pages(result, config, secret=secret)))
    exhibit = Exhibit(
        preview_markdown.title(result),
        preview_markdown.heading(config),
        Conclusion.SUCCESS if result.exit is Exit.DONE else Conclusion.NEUTRAL,
        partial(fitted, (plain(source), *result.pages), cut=pulls.rest(call.environ)),
    )
    cautions = _published(call, wish, pull, exhibit)
    written = kept if secret else _written(result, config, wish)
    sentences = [source, _why_not_live(wish, pull), written, _whereabouts(wish, pull)]
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


def _data(wish: Wish, pull: PullRequest | None, config: Config) -> Data:
    """What there is to be seen: on a pull request the club's own data only if it is wished for, and at hand."""
    if pull is None or (wish.live and pull.origin is Origin.HERE):
        return Data.LIVE
    return Data.SAMPLE if config.sample else Data.INVENTED


def _why_not_live(wish: Wish, pull: PullRequest) -> str:
    if wish.live and pull.origin is not Origin.HERE:
        return f"--live has no effect: a pull request from {_ORIGINS[pull.origin]} has none of the secrets."
    return ""


def _written(result: Result, config: Config, wish: Wish) -> str:
    if wish.out is None:
        return ""
    from sessionsmgmt.views.gallery import write_gallery

    return f"The preview is {write_gallery(result, config, wish.out)}."


def _whereabouts(wish: Wish, pull: PullRequest) -> str:
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
