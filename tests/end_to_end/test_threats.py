"""docs/threats.md: the attacks that no single part can show to be warded off, tried on the real command."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.emulators.google import GoogleEmulator, World, event
from tests.end_to_end.harness import AT_GOOGLE, ROOT, ClubFolder, body, vevent
from tests.end_to_end.process_watch import Watch

START = datetime(2026, 11, 7, 14, tzinfo=UTC)
OUTSIDER = {"email": "outsider@example.net", "displayName": "Outsider"}
COACH = {"email": "Coach2@example.org"}


@pytest.mark.parametrize(
    ("organizers", "told"),
    [
        ("", {"own", "coach", "spam"}),
        (", organizers: [coach2@example.org]", {"own", "coach"}),
        (", organizers: []", {"own"}),
    ],
    ids=["anybody", "those named", "the calendar alone"],
)
def test_an_invitation_from_outside_tells_nobody_anything(organizers: str, told: set[str], tmp_path: Path) -> None:
    world, invited = World(), ["ada@example.org"]
    world.calendar().put(
        event("own", START, attendees=invited),
        event("coach", START, attendees=invited, organizer=COACH),
        event("spam", START, attendees=[*invited, "victim@example.net"], organizer=OUTSIDER),
    )
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    club = ClubFolder(tmp_path)
    club.write("sessions.yml", AT_GOOGLE.replace(".google.com}", f".google.com{organizers}}}"))
    with GoogleEmulator(world) as google:
        env = {"GOOGLE_CREDENTIALS": google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": google.root}
        ran = club.call("run", env=env)

    sent = {one["session"] for one in ran.report["notices"] if one["state"] == "sent"}
    warned = {one["where"] for one in ran.report["warnings"] if one["code"] == "organizer-unknown"}
    assert (ran.exit, sent) == (0, told)
    assert warned == {"own", "coach", "spam"} - told
    assert "outsider" not in ran.out + ran.err + str(ran.report)


@pytest.mark.parametrize(
    "text",
    [
        "$(touch pwned)",
        "`touch pwned`",
        "; touch pwned #",
        "| touch pwned",
        "{{ 7 * 7 }}",
        "{% for x in range(9) %}x{% endfor %}",
        "${{ secrets.GOOGLE_CREDENTIALS }}",
        "%0A::set-output name=sent::9",
        "--overwrite",
    ],
)
def test_commands_in_texts_are_text_and_start_nothing(text: str, club: ClubFolder, tmp_path: Path) -> None:
    watch = Watch(tmp_path / "watch")
    club.calendar(
        vevent(title=f"Team Session {text}".replace(";", "\\;"), more=(f"LOCATION:{text}".replace(";", "\\;"),))
    )
    ran = club.call("run", env=watch.environ)
    [email] = club.emails()

    assert (ran.exit, ran.states) == (0, [("new", "sent")])
    assert watch.started == set()
    assert not list(tmp_path.rglob("pwned"))
    assert text in body(email).replace("\n", " ")


def test_a_fine_grained_token_for_secrets_reads_none() -> None:
    """By GitHub's own description: of a secret it tells the name and the times, whoever asks."""
    described = json.loads((ROOT / "tests" / "emulators" / "github" / "openapi.json").read_text(encoding="utf-8"))
    told = {
        name: set(schema["properties"])
        for name, schema in described["components"]["schemas"].items()
        if name.endswith("actions-secret")
    }

    assert told["actions-secret"] == {"name", "created_at", "updated_at"}
    assert not [name for name, fields in told.items() if any("value" in field for field in fields)]


def uses(workflow: Path) -> list[str]:
    return re.findall(r"^\s*(?:- )?uses: (\S+)", workflow.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_action_in_our_workflows_is_pinned_to_a_commit() -> None:
    used = [use for path in (ROOT / ".github" / "workflows").glob("*.yml") for use in uses(path)]

    assert used
    elsewhere = [one for one in used if "/.github/workflows/" not in one and not one.startswith("./")]
    assert [one for one in elsewhere if not re.search(r"@[0-9a-f]{40}$", one)] == []


@pytest.mark.parametrize("path", ["Dockerfile", "scripts/setup"])
def test_whatever_is_installed_is_installed_by_its_hash(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", " ")
    from_a_file = re.compile(r"(-r|--requirement) \S*(requirements/|build/)\w")
    installing = [line for line in text.splitlines() if from_a_file.search(line)]

    assert installing
    assert [line for line in installing if "--require-hashes" not in line] == []
