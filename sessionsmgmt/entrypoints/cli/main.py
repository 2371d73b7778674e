"""The command line: options in, a command called, its result shown.

Every command ends in ``invocation.perform``, so that all of them read sessions.yml, show, report and end the same way.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from sessionsmgmt import __version__
from sessionsmgmt.adapters.github.event import must_be_merged, pull_request, refuse_lent_secrets
from sessionsmgmt.application.notices.job import Delivery
from sessionsmgmt.application.notices.preview import preview
from sessionsmgmt.application.notices.resolve import adopt, resolve
from sessionsmgmt.application.notices.run import run
from sessionsmgmt.application.notices.status import status
from sessionsmgmt.application.notifications import any_sent, held_after, notify, was_held
from sessionsmgmt.application.result import (
    AdoptResult,
    DoctorResult,
    ExportResult,
    PreviewResult,
    Readers,
    ResolveResult,
    RunResult,
    ValidateResult,
)
from sessionsmgmt.application.setup.doctor import doctor, doctor_without
from sessionsmgmt.application.setup.init import answers, as_before, guess_zone, in_the_way, init, questions
from sessionsmgmt.application.setup.mantabots_import import Former, conf_json
from sessionsmgmt.application.setup.plan import plan
from sessionsmgmt.bootstrap import health_checks as checkup
from sessionsmgmt.bootstrap.container import Container, run_id
from sessionsmgmt.bootstrap.github import notifiers
from sessionsmgmt.bootstrap.readers import readers, readers_of_repository
from sessionsmgmt.characters import unseen
from sessionsmgmt.config.model import Config, topic
from sessionsmgmt.config.paths import shown
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.entrypoints.cli import credentials, previews, privacy, streams
from sessionsmgmt.entrypoints.cli.invocation import Invocation, ProcessContext, command, perform, process_context
from sessionsmgmt.entrypoints.cli.new_file import new_file
from sessionsmgmt.entrypoints.cli.prompts import answers_beforehand, ask, replaceable
from sessionsmgmt.entrypoints.exit_status import Exit, error_status
from sessionsmgmt.entrypoints.process_environment import settle
from sessionsmgmt.entrypoints.signals import STOPPED, process
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.presenters import terminal
from sessionsmgmt.presenters.held_issue import HELD, NOTHING_HELD, counted_note, held_note
from sessionsmgmt.presenters.presentation import Presentation


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Tell the owner of the premises, before each session, who will be in the building."""


@cli.command("init")
@command
@answers_beforehand
@click.option(
    "--from", "earlier", type=click.Path(path_type=Path), metavar="FILE", help="Translate this conf.json of MantaBots."
)
@click.option("--overwrite", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="May be replaced.")
@click.option("--yes", is_flag=True, help="Ask nothing: take what is suggested for all that is not given.")
def init_(
    invocation: Invocation, earlier: Path | None, overwrite: tuple[Path, ...], *, yes: bool, **given: str
) -> Exit:
    """Ask a few questions and write sessions.yml, a template and the workflows."""
    if invocation.config.name != "sessions.yml":
        raise click.UsageError("init writes a file named sessions.yml; --config may only name its folder")
    zone, folder = guess_zone(invocation.settings.time_zone, Path("/etc/localtime")), invocation.config.parent
    before = conf_json(earlier) if earlier else Former({})
    known = {**before.given, **{key: answer for key, answer in given.items() if answer}}
    with _somebody_answers():
        answered = answers(known if yes else ask(questions(zone), known), zone)
        answered = as_before(answered, before) if earlier else answered
        may_go = overwrite if yes else {*overwrite, *replaceable(in_the_way(answered, folder), overwrite)}
    result = init(answered, folder, may_go, before.left_out)
    return perform(invocation, lambda _: result)


@cli.command("validate")
@command
def validate_(invocation: Invocation) -> Exit:
    """Check sessions.yml and its templates; touch nothing else."""
    return perform(invocation, lambda config: ValidateResult(_valid(config)))


@cli.command("preview")
@command
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Write index.html and every email here.")
@click.option("--publish", is_flag=True, help="Show it on the pull request: a check and a comment.")
@click.option("--live", is_flag=True, help="On a pull request too, use the club's own calendar and contacts.")
def preview_(invocation: Invocation, out: Path | None, *, publish: bool, live: bool) -> Exit:
    """Compose every notice that 'run' would send now, and send nothing."""
    options, pull = previews.PreviewOptions(out, publish=publish, live=live), pull_request(invocation.settings.actions)

    def act(config: Config) -> PreviewResult:
        with terminal.progress("Reading the calendar and the contacts", sys.stderr):
            return previews.make(invocation, options, pull, config)

    return perform(invocation, act, partial(previews.fail, invocation, options, pull))


@cli.command("run")
@command
@click.option("--dry-run", is_flag=True, help="Decide and compose, but send and record nothing.")
def run_(invocation: Invocation, *, dry_run: bool) -> Exit:
    """Send every notice that is due, once."""
    must_be_merged(invocation.settings.actions, "run")

    def send(club: Container) -> RunResult:
        wired = club.wire()
        with terminal.progress("Reading, deciding and sending", sys.stderr):
            result = run(wired.job, wired.mailer, run_id(invocation.settings), invocation.clock, invocation.stop)
            held = partial(
                _notified, result.deliveries, result.warnings, result.snapshot, result.now, club.config, invocation
            )
            return replace(
                result, warnings=(*result.warnings, *invocation.stop.unless_asked(held, tuple[ReportWarning, ...]()))
            )

    def act(config: Config) -> RunResult | PreviewResult:
        if dry_run:
            with terminal.progress("Reading, deciding and sending", sys.stderr):
                return preview(invocation.container(config).wire().job, invocation.now)
        return credentials.renewed_first(invocation, config, send)

    return perform(invocation, act)


@cli.command("rotate")
@command
@click.option("--dry-run", is_flag=True, help="Look whether it could be done; ask the provider nothing.")
@click.option("--recover", type=click.Path(path_type=Path), metavar="FILE", help="Store what could not be stored.")
def rotate_(invocation: Invocation, recover: Path | None, *, dry_run: bool) -> Exit:
    """Renew the stored credential, and write it into the secret it came from."""
    must_be_merged(invocation.settings.actions, "rotate")
    if recover and dry_run:
        raise click.UsageError("--recover stores what is in the file: it has no --dry-run")
    if recover:
        return perform(invocation, partial(credentials.recover, invocation, recover))
    return perform(invocation, partial(credentials.rotate_dry_run if dry_run else credentials.rotate, invocation))


@cli.command("status")
@command
def status_(invocation: Invocation) -> Exit:
    """List the sessions ahead and what has been said about each."""
    refuse_lent_secrets(invocation.settings.actions, "status")
    return perform(invocation, lambda config: status(invocation.container(config).wire().job, invocation.now))


@cli.command("doctor")
@command
def doctor_(invocation: Invocation) -> Exit:
    """Say what is configured, reachable and permitted, and how to mend what is not."""
    refuse_lent_secrets(invocation.settings.actions, "doctor")

    def act(config: Config) -> DoctorResult:
        club = invocation.container(config)
        at_github = checkup.checks(club, invocation.now)
        try:
            wired = club.wire()
        except SessionsError as error:
            return doctor_without(error, at_github)
        with terminal.progress("Looking at everything", sys.stderr):
            return doctor(wired.job, (*wired.checks, *at_github), invocation.now)

    return perform(invocation, act)


@cli.group("auth")
def auth_() -> None:
    """Agree to what the club's account is used for, or take it back."""


@auth_.command("login")
@command
@click.option(
    "--client", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The client's JSON file."
)
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE", help="Write the credential into a new file.")
@click.option("--print", "printed", is_flag=True, help="Print the credential on standard output.")
@click.option("--browser/--no-browser", default=True, help="Open the page by itself, or only show its address.")
def auth_login(invocation: Invocation, client: Path, save: Path | None, *, printed: bool, browser: bool) -> Exit:
    """Agree, in a browser, to what the club's account is used for. The credential goes straight into the secret."""
    must_be_merged(invocation.settings.actions, "auth login")
    if printed and save:
        raise click.UsageError("the credential goes to one place: --save FILE or --print, not both")
    if printed:
        streams.check_printing()

    def visit(url: str) -> None:
        _complain(f"Agree at this address:\n{url}")
        if browser:
            invocation.visit(url)

    prompter = credentials.Prompter(_complain, visit)
    keep = partial(credentials.saving, save) if save else (lambda _: nullcontext(_printed)) if printed else None
    return perform(invocation, partial(credentials.login, invocation, client, prompter, keep))


def _printed(text: str) -> str:
    streams.print_out(text)
    return ""


@auth_.command("revoke")
@command
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def auth_revoke(invocation: Invocation, *, dry_run: bool) -> Exit:
    """Withdraw the account's consent: its credential is worth nothing afterwards."""
    must_be_merged(invocation.settings.actions, "auth revoke")
    return perform(invocation, partial(credentials.revoke_dry_run if dry_run else credentials.revoke, invocation))


@cli.command("resolve")
@command
@click.option("--notice", default="", help="The id of the notice in sessions.yml, if several are held.")
@click.option("--session", default="", help="The id of the session, if several are held.")
@click.option("--sent", "arrived", is_flag=True, help="The mail did arrive.")
@click.option("--resend", "again", is_flag=True, help="It did not: decide anew on the next run.")
@click.option("--adopt", "moved", is_flag=True, help="Take over the ledger of a club that has moved.")
def resolve_(invocation: Invocation, notice: str, session: str, *, arrived: bool, again: bool, moved: bool) -> Exit:
    """Close a notice that is held, after looking whether its mail arrived."""
    must_be_merged(invocation.settings.actions, "resolve")
    if [arrived, again, moved].count(True) != 1:
        raise click.UsageError("say just one of --sent, if the mail did arrive, --resend, if it did not, and --adopt")
    if moved and (notice or session):
        raise click.UsageError("--adopt takes over the whole ledger: leave --notice and --session out")

    def act(config: Config) -> ResolveResult | AdoptResult:
        club = invocation.container(config)
        if moved:
            return adopt(club.adoptable())
        ledger = club.ledger()
        result = resolve(ledger, notice, session, arrived=arrived, now=invocation.now)
        unwritten = _notified((result.closed,), (), result.snapshot, result.now, config, invocation)
        return replace(result, warnings=(*result.warnings, *unwritten))

    return perform(invocation, act)


@cli.command("plan")
@command
@click.option("--root", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="Where the clubs are.")
@click.option("--batch", type=int, default=1, show_default=True, help="Which 256 of more clubs than that.")
def plan_(invocation: Invocation, root: Path, batch: int) -> Exit:
    """Print the clubs below a folder as the JSON matrix of a workflow."""
    planned = plan(root, batch, invocation.settings.actions.checkout)
    for line in planned.left_out:
        click.echo(line, err=True)
    if batch < planned.batches:
        _complain(f"This is batch {batch} of {planned.batches}; --batch {batch + 1} prints the next one.")
    streams.print_out(json.dumps(planned.matrix(), separators=(",", ":")))
    shown = invocation.report(Presentation("plan", invocation.now), ZoneInfo("UTC"))
    streams.show(partial(terminal.show_warnings, shown.warnings, sys.stderr), sys.stderr)
    return Exit.DONE


@cli.command("export")
@command
@click.option("--person", metavar="ADDRESS", help="Only what is kept about whoever has this address.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it into a new file.")
def export_(invocation: Invocation, person: str | None, out: Path | None) -> Exit:
    """Show everything that is kept, as JSON."""
    refuse_lent_secrets(invocation.settings.actions, "export")
    address = _address(person)

    def act(config: Config) -> ExportResult:
        if out is None and readers(invocation.settings) is Readers.ANYBODY:
            raise InputError(
                "'export' does not print into the log of a repository that is not private.",
                "Run it on a machine of your own, or write it into a file with --out.",
            )
        if out is None:
            exported = privacy.export(invocation, address, config)
            streams.print_out(privacy.text(exported, sys.stdout.encoding).rstrip("\n"))
            return exported
        with new_file("--out", out, config.root) as save:
            exported = privacy.export(invocation, address, config)
            save(privacy.text(exported, "utf-8"))
        return replace(exported, message=f"Everything that is kept is in {out}.")

    return perform(invocation, act)


@cli.command("forget")
@command
@click.option("--person", metavar="ADDRESS", help="Only what is kept about whoever has this address.")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def forget_(invocation: Invocation, person: str | None, *, dry_run: bool, yes: bool) -> Exit:
    """Delete everything that is kept, and say what was deleted and what stays."""
    must_be_merged(invocation.settings.actions, "forget")
    address = _address(person)
    if not (dry_run or yes):
        what = "what is kept about that person" if address else "everything that is kept about the club"
        _confirm(f"This deletes {what}, and nobody can bring it back. Go on?")
    match address, dry_run:
        case "", True:
            act = partial(privacy.forget_dry_run, invocation)
        case "", False:
            act = partial(privacy.forget, invocation)
        case _, True:
            act = partial(privacy.forget_person_dry_run, invocation, address)
        case _:
            act = partial(privacy.forget_person, invocation, address)
    return perform(invocation, act)


def _address(given: str | None) -> str:
    """The person's address, empty where nobody is meant. One that was given and is none must not mean everybody."""
    address = (given or "").strip()
    if found := unseen(address):
        raise click.UsageError(f"--person {found.trace}")
    if given is not None and "@" not in address:
        raise click.UsageError("--person takes an address")
    return address


def _confirm(question: str) -> None:
    """Ask before what can't be undone; whoever is not at a terminal has to say so beforehand."""
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is here to be asked: say --yes if it is to be deleted, --dry-run to look first")
    click.confirm(question, abort=True, err=True)


@contextmanager
def _somebody_answers() -> Iterator[None]:
    """Say what to do where standard input ends instead of answering."""
    try:
        yield
    except click.Abort as abort:
        if not isinstance(abort.__context__, EOFError):
            raise
        text = "nobody is here to be asked: answer with the options, or say --yes to take what is suggested"
        raise click.UsageError(text) from None


def _notified(
    deliveries: Sequence[Delivery],
    warnings: Sequence[ReportWarning],
    snapshot: LedgerSnapshot | None,
    now: datetime,
    config: Config,
    invocation: Invocation,
) -> tuple[ReportWarning, ...]:
    """Post which notices are held, where people read such notes. Returns what could not be posted.

    An old note is looked for where a notice was held before, or where the command sent nothing.
    """
    held, telling = held_after(deliveries, snapshot, now), notifiers(invocation.settings)
    note = held_note(held, config)
    if held and telling and readers_of_repository(invocation.settings) is Readers.ANYBODY:
        note = counted_note(len(held))
    if note or was_held(warnings, snapshot, now) or not any_sent(deliveries):
        return notify(telling, topic(HELD, config.folder), note, NOTHING_HELD)
    return ()


def _valid(config: Config) -> str:
    count = len(config.notices)
    return f"{shown(config.path)} is valid: {count} {'notice' if count == 1 else 'notices'}."


def start() -> int:
    """Run the command that this process was started for, and return its exit status."""
    return process(partial(start_in, settle()))


def start_in(environ: Mapping[str, str], stop: Stop) -> int:
    """The same, once what the process inherits is settled; ``stop`` knows whether somebody wants it to end."""
    return main(sys.argv[1:], process_context(environ, stop))


def main(arguments: Sequence[str] | None = None, here: ProcessContext | None = None) -> int:
    """Run one command and return its exit status; see ``exit_status``."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    here = here or process_context(os.environ)
    try:
        return int(cli.main(given, prog_name="sessionsmgmt", standalone_mode=False, obj=here) or Exit.DONE)
    except click.ClickException as error:
        streams.show(error.show, sys.stderr)
        return _refused(InputError(error.format_message()), here)
    except SessionsError as error:
        streams.show(partial(terminal.show_problems, error, sys.stderr), sys.stderr)
        return _refused(error, here)
    except (click.Abort, KeyboardInterrupt):
        here.stop.defer()
        _complain(STOPPED)
        return Exit.ATTENTION
    except Exception as error:  # noqa: BLE001 - an exception's text may hold a name: it must not reach a log
        _complain(terminal.unforeseen(error, verbose="--verbose" in given))
        return Exit.ATTENTION


def _complain(text: str) -> None:
    streams.show(partial(click.echo, text, err=True), sys.stderr)


def _refused(error: SessionsError, here: ProcessContext) -> Exit:
    for view in here.views:
        view.show_problems(error)
    return error_status(error)
