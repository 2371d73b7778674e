from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.application.job import Delivery
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.model.notice import Key, Kind, Session, State
from sessionsmgmt.domain.model.people import Disclose, Role
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError
from sessionsmgmt.presenters.output_folder import OURS
from sessionsmgmt.presenters.preview_page import write_gallery
from tests.builders import announcement, local, notice, person, roster, window
from tests.unit.presenters.results import Page, combined, config, due, quiet, result, three_sessions

HOSTILE = "<script>alert(1)</script>\"'&amp;</iframe><!--\u202e\x00\r\n{{ 7 * 7 }}"


def gallery(
    folder: Path, *deliveries: Delivery, settings: Config | None = None, warnings: tuple[ReportWarning, ...] = ()
) -> Page:
    club = settings or config()
    path = write_gallery(result(*deliveries, settings=club, warnings=warnings), club, folder)
    assert path == folder / "index.html"
    return Page(path.read_text(encoding="utf-8"))


def emails(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "emails").iterdir())


def test_every_notice_has_a_card_and_its_email_in_four_files(tmp_path: Path) -> None:
    page = gallery(
        tmp_path, due(notice()), due(notice(kind=Kind.CANCELLED, key=Key("hall", "two"), before=announcement()))
    )

    assert len(page.all("article")) == 2
    assert [Path(name).suffix for name in emails(tmp_path)] == [".eml", ".html", ".ics", ".txt"] * 2
    for link in page.all("a"):
        href = link.attributes["href"] or ""
        assert href.startswith("#") or (tmp_path / href).is_file()


def test_an_email_about_several_sessions_has_one_card_with_all_of_them(tmp_path: Path) -> None:
    warning = ReportWarning("odd", "this is odd", "B")
    shown = replace(combined(*three_sessions()), warnings=(warning,))
    page = Page(write_gallery(shown, config(), tmp_path).read_text("utf-8"))

    assert len(page.all("article")) == len(page.all("iframe")) == 1
    assert len(emails(tmp_path)) == 4
    assert "-several-" in emails(tmp_path)[0]
    assert "3 sessions" in page.text
    for name, following in (("A", "Session B"), ("B", "Session C"), ("C", "The envelope")):
        part = page.text.partition(f"Session {name}\n")[2].partition(following)[0]
        assert f"because reason {name}." in part
        assert "Ann Adult" in part
        assert ("this is odd" in part) == (name == "B")
        assert ("Announced before" in part) == (name == "C")
    assert page.text.count("this is odd") == 1


def test_the_files_are_the_email(tmp_path: Path) -> None:
    page = gallery(tmp_path, due(notice()))
    [eml] = (tmp_path / "emails").glob("*.eml")
    email = message_from_bytes(eml.read_bytes(), policy=policy.default)

    assert email["To"] == "office@example.org"
    assert b"\n" not in eml.read_bytes().replace(b"\r\n", b"")
    assert "Ann Adult" in eml.with_suffix(".txt").read_text("utf-8")
    assert "BEGIN:VEVENT" in eml.with_suffix(".ics").read_text("utf-8")
    [frame] = page.all("iframe")
    assert frame.attributes["srcdoc"] == eml.with_suffix(".html").read_text("utf-8")


def test_files_sort_as_the_sessions_do_and_name_notice_and_kind(tmp_path: Path) -> None:
    late = window(local(2026, 11, 8, 9), local(2026, 11, 8, 12))
    gallery(tmp_path, due(notice(presence=late, key=Key("campus", "a"))), due(notice(key=Key("hall", "z"))))

    assert [re.sub(r"-[0-9a-f]{10}\.", ".", name) for name in emails(tmp_path) if name.endswith(".eml")] == [
        "2026-11-07-1700-hall-new.eml",
        "2026-11-08-0900-campus-new.eml",
    ]


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), min_size=1, max_size=4, unique=True))
def test_whatever_the_ids_are_file_names_are_safe_and_no_two_are_alike(
    tmp_path_factory: pytest.TempPathFactory, ids: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("gallery")
    club = config(notices=[rule for rule, _ in ids])
    gallery(folder, *(due(notice(key=Key(rule, session))) for rule, session in ids), settings=club)

    names = [f"emails/{name}" for name in emails(folder)]
    assert len(names) == 4 * len(ids)
    assert all(OURS.fullmatch(name) and len(name) < 100 for name in names)


def test_a_card_says_who_is_told_when_about_what_and_why(tmp_path: Path) -> None:
    page = gallery(tmp_path, due(notice(), "not announced yet"))

    for text in (
        "office@example.org",
        "coach@example.org",
        "Team Session",
        "Room 101",
        "It would be sent because not announced yet.",
        "As of Friday, November 6, 2026",
    ):
        assert text in page.text
    assert re.search(r"Saturday, November 7, 2026\W+5:00\sPM\W+8:00\sPM", page.text)


def test_a_change_says_what_was_announced_before_and_who_is_new(tmp_path: Path) -> None:
    before = announcement(presence=window(local(2026, 11, 7, 18), local(2026, 11, 7, 20)))
    changed = notice(kind=Kind.CHANGED, before=before, newcomers=[person("Sam Student")])
    page = gallery(tmp_path, due(changed))

    assert re.search(r"Announced before: Saturday, November 7, 2026\W+6:00\sPM\W+8:00\sPM", page.text)
    assert re.search(r"Sam Student\s+new", page.text)
    assert not re.search(r"Sue Student\s+new", page.text)


def test_dates_are_written_as_the_clubs_locale_has_them(tmp_path: Path) -> None:
    page = gallery(tmp_path, due(notice()), settings=config(locale="fr_FR"))

    assert "samedi 7 novembre 2026" in page.text
    assert {element.attributes.get("lang") for element in page.elements} == {"en", "fr-FR", None}


@pytest.mark.parametrize(
    ("disclose", "shown", "hidden"),
    [
        (Disclose.NAMES, ["Sam Student"], []),
        (Disclose.INITIALS, ["S. S."], ["Sam", "Sue", "Sam Student"]),
        (Disclose.COUNT, ["2 students"], ["Sam", "Sue", "S. S.", "Student 1"]),
    ],
)
def test_no_more_is_shown_of_people_than_the_email_says(
    tmp_path: Path, disclose: Disclose, shown: list[str], hidden: list[str]
) -> None:
    roles = (Role("adults", ("Adult",)), Role("students", ("Student",), disclose))
    page = gallery(tmp_path, due(notice()), settings=config(roles=roles))

    assert all(text in page.text for text in shown)
    for path in tmp_path.rglob("*.*"):
        assert not any(text in path.read_text("utf-8") for text in hidden)


def test_a_cancellation_names_nobody(tmp_path: Path) -> None:
    page = gallery(tmp_path, due(notice(kind=Kind.CANCELLED, before=announcement())))

    assert "Nobody is named in it." in page.text
    assert "Ann" not in page.source


def test_warnings_stand_where_they_belong_and_only_there(tmp_path: Path) -> None:
    own, other = (
        ReportWarning("a", "one attendee is unknown", "lab"),
        ReportWarning("b", "a card is odd", "contacts.vcf:3"),
    )
    page = gallery(tmp_path, due(notice()), warnings=(own, other))

    in_card, elsewhere = page.source.split("</article>")
    assert own.text in in_card
    assert own.text not in elsewhere
    assert other.text not in in_card
    assert other.text in elsewhere
    assert "contacts.vcf:3" in elsewhere


def test_what_is_not_sent_is_listed_with_the_reason_and_what_to_do(tmp_path: Path) -> None:
    page = gallery(
        tmp_path,
        quiet(State.SKIPPED, "announced already", "calm"),
        quiet(State.HELD, "nobody knows whether it left", "stuck", Kind.NEW),
        quiet(State.FAILED, "1 of at least 2 adults attend", "few", Kind.NEW),
    )

    for text in ("announced already", "nobody knows whether it left", "1 of at least 2 adults attend", "November 9"):
        assert text in page.text
    headings = [page.text.rindex(heading) for heading in ("Waiting for you", "Kept back", "No email needed")]
    assert headings == sorted(headings)
    assert "sessionsmgmt resolve --notice campus --session stuck --config club/sessions.yml --sent" in page.text
    assert page.text.count("--resend") == 1
    assert "Nothing: no email is due at this moment." in page.text


def test_the_page_runs_nothing_and_asks_nobody(tmp_path: Path) -> None:
    page = gallery(tmp_path, due(notice()), quiet(State.HELD), warnings=(ReportWarning("a", "b"),))
    policies = [one.attributes["content"] for one in page.all("meta") if "http-equiv" in one.attributes]

    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"]
    assert not {"script", "link", "img", "object", "embed", "form", "base"} & {element.tag for element in page.elements}
    assert not {"src", "style", "onclick", "onload"} & {
        name for element in page.elements for name in element.attributes
    }
    assert [one.attributes["sandbox"] for one in page.all("iframe")] == [None]


def test_frames_and_anchors_are_told_apart(tmp_path: Path) -> None:
    page = gallery(tmp_path, *(due(notice(key=Key(rule, "same"))) for rule in ("campus", "hall")))
    titles = [frame.attributes["title"] for frame in page.all("iframe")]
    anchors = [element.attributes["id"] for element in page.elements if "id" in element.attributes]

    assert len(set(titles)) == len(titles) == 2
    assert len(set(anchors)) == len(anchors)


def hostile_club(folder: Path, text: str) -> Page:
    """A gallery with the text everywhere that somebody else can put one."""
    session = Session(text, f"Team {text}", local(2026, 11, 7, 17), local(2026, 11, 7, 20), f"Room {text}")
    people = roster(adults=[person(f"Ann {text}", "ann@example.org")], students=[])
    return gallery(
        folder,
        due(notice(key=Key("campus", text), session=session, people=people), f"why {text}"),
        quiet(State.HELD, f"why {text}", text),
        settings=config(team=f"Team {text}"),
        warnings=(ReportWarning("a", f"about {text}", text), ReportWarning("b", f"about {text}", f"x{text}")),
    )


def test_text_from_outside_stays_text(tmp_path: Path) -> None:
    harmless, hostile = hostile_club(tmp_path / "a", "x"), hostile_club(tmp_path / "b", HOSTILE)

    assert [element.tag for element in hostile.elements] == [element.tag for element in harmless.elements]
    assert "<script>alert(1)</script>" in hostile.text
    assert "{{ 7 * 7 }}" in hostile.text
    assert "\u202e" not in hostile.source


@given(st.text(max_size=80))
def test_no_text_whatsoever_changes_what_the_page_is_made_of(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    page = hostile_club(tmp_path_factory.mktemp("gallery"), text)

    assert [one.tag for one in page.all("article") + page.all("iframe")] == ["article", "iframe"]
    assert not page.all("script")
    assert {name for element in page.elements for name in element.attributes} <= {
        *("lang", "charset", "http-equiv", "content", "name", "class", "aria-hidden", "aria-labelledby", "id", "href"),
        *("scope", "colspan", "open", "title", "sandbox", "height", "srcdoc"),
    }


def test_half_a_character_does_not_stop_the_page(tmp_path: Path) -> None:
    page = hostile_club(tmp_path, "\ud800")

    assert len(page.all("article")) == 1


def test_a_new_preview_takes_the_place_of_the_old_one_and_of_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    gallery(tmp_path, due(notice(key=Key("campus", "old"))), due(notice(key=Key("hall", "kept"))))
    (tmp_path / "emails" / "2026-11-07-mine.eml").write_text("mine", encoding="utf-8")
    old = emails(tmp_path)
    page = gallery(tmp_path, due(notice(key=Key("hall", "kept"))))

    assert len(page.all("article")) == 1
    assert [name for name in old if name not in emails(tmp_path)] == [name for name in old if "campus" in name]
    assert (tmp_path / "emails" / "2026-11-07-mine.eml").read_text("utf-8") == "mine"
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


def test_somebody_elses_page_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match=r"index\.html is there already and was not written by a preview"):
        gallery(tmp_path, due(notice()))
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert (tmp_path / "index.html").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["../precious.txt", "emails/../../precious.txt", "sub/precious.txt", "precious.txt"])
def test_a_list_of_files_that_was_tampered_with_deletes_nothing(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "site"
    gallery(folder, due(notice()))
    precious = folder / name
    precious.parent.mkdir(exist_ok=True)
    precious.write_text("mine", encoding="utf-8")
    with (folder / ".sessionsmgmt-preview").open("a") as manifest:
        manifest.write(f"{name}\n")
    gallery(folder, due(notice()))

    assert precious.read_text("utf-8") == "mine"


def test_a_folder_of_emails_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "emails").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(InputError, match="emails is there already"):
        gallery(tmp_path / "site", due(notice()))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match=r"^The preview can't be written to .*file \(Not a directory\)"):
        gallery(tmp_path / "file", due(notice()))


@pytest.mark.parametrize(
    "name",
    [
        "site",
        "site/index.html",
        "site/emails",
        "site/.sessionsmgmt-preview",
        "site/.gitignore",
        "site/.index.html.unfinished",
        "site/.sessionsmgmt-preview.unfinished",
        "up/site",
    ],
)
@pytest.mark.parametrize("target", ["mine", "folder", "nothing"])
def test_links_that_a_branch_brings_along_lead_to_nothing_that_is_written(
    tmp_path: Path, name: str, target: str
) -> None:
    (tmp_path / "home" / "folder").mkdir(parents=True)
    (tmp_path / "home" / "mine").write_text("mine", encoding="utf-8")
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    link = repository / name
    if name == "up/site":
        (repository / "up").symlink_to(tmp_path / "home" / target)
    else:
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(tmp_path / "home" / target)
    if name == "site/index.html":
        (repository / "site" / ".sessionsmgmt-preview").write_text("index.html\n", encoding="utf-8")
    try:
        gallery(link if name in {"site", "up/site"} else repository / "site", due(notice()))
    except InputError as error:
        assert "link" in str(error) or "already" in str(error)  # noqa: PT017 - it may also be written beside the link

    assert {path.relative_to(tmp_path / "home").as_posix() for path in (tmp_path / "home").rglob("*")} == {
        "mine",
        "folder",
    }
    assert (tmp_path / "home" / "mine").read_text("utf-8") == "mine"


def test_a_preview_is_for_its_owner_alone_and_not_for_git(tmp_path: Path) -> None:
    gallery(tmp_path / "site", due(notice()))

    for path in [tmp_path / "site", *(tmp_path / "site").rglob("*")]:
        assert oct(path.stat().st_mode & 0o777) == ("0o700" if path.is_dir() else "0o600")
    assert (tmp_path / "site" / ".gitignore").read_text("utf-8") == "*\n"


def test_a_folder_that_holds_more_than_a_preview_is_not_hidden_from_git(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    gallery(tmp_path, due(notice()))
    assert not (tmp_path / ".gitignore").exists()
