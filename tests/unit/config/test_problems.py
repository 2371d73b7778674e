"""Every problem that sessions.yml can have, and its whole message: one mistake gives one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessionsmgmt.errors import InputError
from tests.settings import load
from tests.unit.config.club import BASE, Club, changed, load_with_every_provider

CALENDAR = "{provider: google, name: Team}"
MAIL = "mail: {provider: google}"
ADULTS = "adults: [Adult]"
TO = "to: [office@example.org]"

CHANGES = [
    # the replaced text, the new text, and the message: line, column, key path, sentence
    ("version: 1", "version: 0", "1:10: version: must be 1"),
    ("version: 1", "version: true", "1:10: version: must be 1"),
    ("version: 1", "version: '1'", "1:10: version: must be 1, without quotes"),
    ("version: 1\n", "", "1:1: version: is missing; write 1"),
    (
        "version: 1",
        "version: 2",
        "1:10: version: is newer than this program, which knows version 1; use a newer sessionsmgmt",
    ),
    ("MantaBots", "", "2:1: team: is empty; write text, such as MantaBots"),
    ("MantaBots", '""', "2:7: team: is empty; write text, such as MantaBots"),
    ("MantaBots", '" "', "2:7: team: must not be blank"),
    ("MantaBots", "[a]", "2:7: team: must be text, such as MantaBots"),
    ("MantaBots", "x" * 101, "2:7: team: is too long: it may have 100 characters at most"),
    ("MantaBots", '"a\\tb"', "2:7: team: must be one line of text, without control characters"),
    (
        "MantaBots",
        "2024",
        "2:7: team: must be text, and YAML takes this for a number, a date or a time; put it in quotes",
    ),
    ("MantaBots", "yes", '2:7: team: must be text, and YAML takes yes for a yes or no; put it in quotes: "yes"'),
    ("New_York", "New_Yrok", '3:11: timezone: is not an IANA time zone; did you mean "America/New_York"?'),
    ("team:", "locale: en_XX\nteam:", '2:9: locale: is not a known language and country; did you mean "en"?'),
    ("team:", "locale: qq\nteam:", "2:9: locale: is not a known language and country; write one such as en_US or fr"),
    (
        "team:",
        "locale: English\nteam:",
        "2:9: locale: must be a language, or a language and a country, such as en_US or fr",
    ),
    (
        "team:",
        "locale: it\nteam:",
        (
            "2:9: locale: there is built-in wording in English (en), French (fr), Spanish (es) and German (de) only; "
            "choose one, or write a template"
        ),
    ),
    (CALENDAR, "", "4:1: calendar: is empty; write a group of keys or a list, such as provider: google"),
    (CALENDAR, "google", "4:11: calendar: must be a group of keys or a list, such as provider: google"),
    (
        CALENDAR,
        "{provider: subscription, url: 'http://example.org/a.ics'}",
        "4:41: calendar.url: must be an address that begins with https:// or webcal://",
    ),
    (
        CALENDAR,
        "{provider: subscription, url: 'https://u:p@example.org/a.ics'}",
        "4:41: calendar.url: must not have a user name or a password in it; take the calendar's secret address",
    ),
    *(
        (
            CALENDAR,
            f"{{provider: subscription, url: 'https://{host}/a.ics'}}",
            "4:41: calendar.url: must not be in a private network; put such an address into CALENDAR_URL",
        )
        for host in ("localhost", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "nas.local")
    ),
    (
        CALENDAR,
        "{provider: subscription, path: calendar.ics}",
        "4:36: calendar.path: goes with provider: ics only; remove it or change provider",
    ),
    (
        CALENDAR,
        "{name: Team}",
        "4:1: calendar.provider: is missing; write one of google, microsoft, ics, subscription",
    ),
    (
        CALENDAR,
        "{provider: }",
        "4:12: calendar.provider: is empty; it must be one of google, microsoft, ics, subscription",
    ),
    (CALENDAR, "{provider: [x]}", "4:22: calendar.provider: must be one of google, microsoft, ics, subscription"),
    (
        CALENDAR,
        "{provider: gogle, name: Team}",
        '4:22: calendar.provider: "gogle" is not one of google, microsoft, ics, subscription; did you mean "google"?',
    ),
    (CALENDAR, "{provider: google}", "4:1: calendar.name: is missing; write name or id"),
    (CALENDAR, "{provider: google, nmae: Team}", '4:30: calendar.nmae: unknown key; did you mean "name"?'),
    (
        CALENDAR,
        "{provider: microsoft, name: Team, id: x}",
        "4:49: calendar.id: name and id can't both be here; keep one of them",
    ),
    (
        CALENDAR,
        "{provider: google, id: a b}",
        "4:34: calendar.id: must be an id without spaces, as the calendar's settings show it",
    ),
    (
        CALENDAR,
        "{provider: google, id: x, path: calendar.ics}",
        "4:37: calendar.path: goes with provider: ics only; remove it or change provider",
    ),
    (
        CALENDAR,
        "{provider: ics, path: calendar.ics, name: x}",
        "4:47: calendar.name: goes with provider: google or microsoft only; remove it or change provider",
    ),
    (CALENDAR, "{provider: ics}", "4:1: calendar.path: is missing; write text, such as calendar.ics"),
    (CALENDAR, "{provider: ics, path: none.ics}", "4:33: calendar.path: there is no such file"),
    *(
        (
            CALENDAR,
            f"{{provider: ics, path: '{address}'}}",
            (
                "4:33: calendar.path: there is no such file: an address on the web (of a subscription, for example) is "
                "not a file; save what is there beside sessions.yml, and write the name of that file"
            ),
        )
        for address in ("https://example.org/private/team.ics", "webcal://example.org/team", "HTTP://example.org")
    ),
    (
        TO,
        "to: [office@example.org; desk@example.org]",
        (
            '13:10: notices[0].to[0]: must be one email address: between two addresses write a comma, not ";", as in '
            "[office@example.org, desk@example.org]"
        ),
    ),
    (
        TO,
        "to: ['office@example.org, desk@example.org']",
        (
            "13:10: notices[0].to[0]: must be one email address: write each address as an entry of its own, as in "
            "[office@example.org, desk@example.org]"
        ),
    ),
    (CALENDAR, "{provider: ics, path: folder}", "4:33: calendar.path: is a folder, not a file"),
    (
        "contacts: {provider: google}",
        "contacts: {provider: google, path: x}",
        "5:30: contacts.path: goes with provider: vcard or csv only; remove it or change provider",
    ),
    (
        "contacts: {provider: google}",
        "contacts: {provider: vcard}",
        "5:1: contacts.path: is missing; write text, such as contacts.vcf",
    ),
    (
        "calendar: {provider: google, name: Team}",
        "calendar: {provider: google, name: Team, organizers: coach@example.org}",
        "4:54: calendar.organizers: must be a list, such as [coach@example.org]",
    ),
    (
        "calendar: {provider: google, name: Team}",
        "calendar: {provider: google, name: Team, organizers: [coach]}",
        "4:55: calendar.organizers[0]: must be one email address, with one @, such as office@example.org",
    ),
    (
        MAIL,
        "mail: {provider: google, from: Coach <c@example.org>}",
        "6:32: mail.from: must be the address alone, without a name, spaces or <>, such as office@example.org",
    ),
    (MAIL, "mail: {provider: google, from: ''}", "6:32: mail.from: is empty; write text, such as coaches@example.org"),
    (
        MAIL,
        "mail: {provider: google, reply_to: c@example.org}",
        "6:36: mail.reply_to: must be a list, such as [coach@example.org]",
    ),
    (
        MAIL,
        "mail: {provider: google, reply_to: [c@example.org, C@Example.org]}",
        "6:52: mail.reply_to[1]: is the same address as mail.reply_to[0]; keep one of the two",
    ),
    (MAIL, "mail: {provider: google, confirm: true}", '6:35: mail.confirm: "true" is not one of none, sent-folder'),
    (
        MAIL,
        "mail: {provider: google, port: 25}",
        "6:26: mail.port: goes with provider: smtp only; remove it or change provider",
    ),
    (
        MAIL,
        "mail: {provider: smtp, username: c@example.org}",
        "6:1: mail.host: is missing; write text, such as smtp.example.org",
    ),
    (
        MAIL,
        "mail: {provider: smtp, host: 'smtp:25', username: c@example.org}",
        "6:30: mail.host: must be the name of a mail server, such as smtp.example.org",
    ),
    (
        MAIL,
        "mail: {provider: smtp, host: h, username: c@example.org, port: 99999}",
        "6:64: mail.port: must be from 1 to 65535",
    ),
    (
        MAIL,
        "mail: {provider: smtp, host: h, username: coach}",
        "6:1: mail.from: is missing, and the user name is not an email address; write an address",
    ),
    (
        MAIL,
        "mail: {provider: smtp, host: h, username: c@example.org, confirm: sent-folder}",
        "6:67: mail.confirm: must be none: a mail server (provider: smtp) has no folder of sent mail to check",
    ),
    (MAIL, "mail: {provider: outbox, path: notice.md}", "6:32: mail.path: is a file, not a folder"),
    (ADULTS, "adults: []", "8:11: roles.adults: is empty; write a list or a group of keys, such as [Adult]"),
    (ADULTS, "adults: Adult", "8:11: roles.adults: must be a list or a group of keys, such as [Adult]"),
    (ADULTS, "adults: {labels: []}", "8:20: roles.adults.labels: is empty; write a list, such as [Student]"),
    (ADULTS, "adults: {label: [Adult]}", '8:12: roles.adults.label: unknown key; did you mean "labels"?'),
    (
        ADULTS,
        "adults: {disclose: count}",
        "8:3: roles.adults.labels: is missing; write a list, such as [Student]",
    ),
    (
        ADULTS,
        "adults: {labels: [Adult], disclose: count-only}",
        '8:39: roles.adults.disclose: "count-only" is not one of names, initials, count; did you mean "count"?',
    ),
    (ADULTS, "adults: [Adult, adult]", "8:19: roles.adults[1]: is the same label as roles.adults[0]; case is ignored"),
    (
        ADULTS,
        'adults: ["Entra\\u00EEneur", "Entrai\\u0302neur"]',
        "8:31: roles.adults[1]: is the same label as roles.adults[0]; case is ignored",
    ),
    (
        ADULTS,
        "adults: [Adult]\n  session: [X]",
        "9:3: roles.session: templates use this name for something else; choose another name for the role",
    ),
    (
        ADULTS,
        "adults: [Adult]\n  for: [X]",
        "9:3: roles.for: this word has another meaning in templates; choose another name for the role",
    ),
    (
        ADULTS,
        "adults: [Adult]\n  my-kids: [X]",
        '9:3: roles.my-kids: a role is named by letters, digits and "_", beginning with a letter, such as adults',
    ),
    (TO, "to: []", "13:9: notices[0].to: is empty; write a list, such as [office@example.org]"),
    (TO, "to: office@example.org", "13:9: notices[0].to: must be a list, such as [office@example.org]"),
    (TO, "too: [office@example.org]", '13:5: notices[0].too: unknown key; did you mean "to"?'),
    (
        TO,
        "to: [office]",
        "13:10: notices[0].to[0]: must be one email address, with one @, such as office@example.org",
    ),
    (
        TO,
        "to: [office@example.org]\n    cc: [Office@example.org]",
        "14:10: notices[0].cc[0]: is the same address as notices[0].to[0]; keep one of the two",
    ),
    ("    match: Team Session\n", "", "11:5: notices[0].match: is missing; write text, such as Team Session"),
    ("Team Session", "' '", "12:12: notices[0].match: must not be blank: a blank would match nearly every event"),
    (
        "id: campus",
        "id: Raum 1",
        (
            '11:9: notices[0].id: must be at most 64 letters (a to z), digits, ".", "_" and "-", '
            "beginning with a letter or a digit, such as campus"
        ),
    ),
    (
        "id: campus",
        "id: 7",
        "11:9: notices[0].id: must be text, and YAML takes this for a number, a date or a time; put it in quotes",
    ),
    (
        "  - id: campus\n    match: Team Session\n    to: [office@example.org]\n",
        "  []\n",
        "11:3: notices: is empty; write a list, such as [id: campus]",
    ),
]

ADDED_TO_NOTICE = [
    ("witin: 1 day", '14:5: notices[0].witin: unknown key; did you mean "within"?'),
    ("colour: red", "14:5: notices[0].colour: unknown key"),
    (
        "within: 0 days",
        "14:13: notices[0].within: must be a whole number of hours, days or weeks, such as 36 hours or 1 day",
    ),
    (
        "within: 1",
        "14:13: notices[0].within: must be a whole number of hours, days or weeks, such as 36 hours or 1 day",
    ),
    ("within: 53 weeks", "14:13: notices[0].within: must be at most 1 year ahead, such as 2 weeks"),
    (
        "presence: all-day",
        '14:15: notices[0].presence: "all-day" is not one of whole-day, event; did you mean "whole-day"?',
    ),
    ("presence: 10:30", '14:15: notices[0].presence: "…" is not one of whole-day, event'),
    (
        "kinds: [new, updated]",
        '14:18: notices[0].kinds[1]: "updated" is not one of new, changed, added, removed, cancelled',
    ),
    (
        "kinds: [new, canceled]",
        (
            '14:18: notices[0].kinds[1]: "canceled" is not one of new, changed, added, removed, cancelled; '
            'did you mean "cancelled"?'
        ),
    ),
    (
        "kinds: [changed]",
        "14:12: notices[0].kinds: has no new, and without a first notice there are no later notices: add new",
    ),
    ("kinds: []", "14:12: notices[0].kinds: is empty; write a list, such as [new, cancelled]"),
    ("kinds: [new, new]", "14:18: notices[0].kinds[1]: is the same as notices[0].kinds[0]; keep one of the two"),
    ("require: {}", "14:14: notices[0].require: is empty; write a group of keys, such as adults: 2"),
    ("require: {adults: 0}", "14:23: notices[0].require.adults: must be from 1 to 1000"),
    ("require: {adults: two}", "14:23: notices[0].require.adults: must be a whole number, such as 2"),
    ("require: {adults: 2.5}", "14:23: notices[0].require.adults: must be a whole number, such as 2"),
    ("attach_calendar: 1", "14:22: notices[0].attach_calendar: must be true or false"),
    ("attach_calendar:", "14:5: notices[0].attach_calendar: is empty; write true or false"),
    ("template: none.md", "14:15: notices[0].template: there is no such file"),
    (
        "locale: it",
        (
            "14:13: notices[0].locale: there is built-in wording in English (en), French (fr), Spanish (es) and "
            "German (de) only; choose one, or write a template"
        ),
    ),
    ("cc:", "14:5: notices[0].cc: is empty; write a list, such as [coach@example.org]"),
    (
        f"cc: [{', '.join(f'a{n}@example.org' for n in range(51))}]",
        "14:9: notices[0].cc: has too many entries: 50 is the most",
    ),
]

ABSENT = [
    (
        CALENDAR,
        "{provider: microsoft, name: T}",
        "4:22: calendar.provider: microsoft is not in this version yet; choose one of google, ics, subscription",
    ),
    (
        "contacts: {provider: google}",
        "contacts: {provider: microsoft}",
        "5:22: contacts.provider: microsoft is not in this version yet; choose one of google, vcard, csv",
    ),
    (
        MAIL,
        "mail: {provider: microsoft}",
        "6:18: mail.provider: microsoft is not in this version yet; choose one of google, outbox, smtp",
    ),
]

ADDED_SECTIONS = [
    ("ledger:", "14:1: ledger: is empty; write a group of keys, such as store: git"),
    ("ledger: {branch: x}", "14:1: ledger.store: is missing, and branch needs it; write one of git, calendar, file"),
    (
        "ledger: {store: git, path: x}",
        "14:22: ledger.path: goes with store: file only; remove it or change store",
    ),
    ("ledger: {store: git, branch: main}", "14:30: ledger.branch: must be a branch that only the ledger uses"),
    (
        "ledger: {store: git, branch: a..b}",
        (
            '14:30: ledger.branch: must be a branch name of letters, digits, ".", "_", "-" and "/", '
            "such as sessionsmgmt-ledger"
        ),
    ),
    (
        "ledger: {store: git, migrate_from: {store: git}}",
        "14:44: ledger.migrate_from.store: is the same ledger; remove migrate_from, or name the former ledger",
    ),
    (
        "ledger: {migrate_from: {store: git}}",
        "14:1: ledger.store: is missing, and migrate_from needs it; write one of git, calendar, file",
    ),
    (
        "ledger: {store: git, migrate_from: {store: calendar, path: x}}",
        "14:54: ledger.migrate_from.path: goes with store: file only; remove it or change store",
    ),
    ("ledger: {store: file, path: folder}", "14:29: ledger.path: is a folder, not a file"),
    (
        "ledger: {store: file, path: sessions.yml}",
        "14:29: ledger.path: is a file that is used for something else; the ledger needs its own file",
    ),
    ("ledger: {keep: 9999 days}", "14:16: ledger.keep: must be from 1 day to 5 years"),
    ("ledger: {keep: 23 hours}", "14:16: ledger.keep: must be from 1 day to 5 years"),
    (
        "credentials: {scope: repository}",
        "14:1: credentials.secret: is missing; write text, such as GOOGLE_CREDENTIALS",
    ),
    (
        "credentials: {secret: 9X}",
        (
            "14:23: credentials.secret: must be letters, digits and _, and not begin with a digit, "
            "such as GOOGLE_CREDENTIALS"
        ),
    ),
    (
        "credentials: {secret: github_x}",
        "14:23: credentials.secret: must not begin with GITHUB_: GitHub keeps such names for itself",
    ),
    (
        "credentials: {secret: sessionsmgmt_key}",
        "14:23: credentials.secret: is the name of another secret, which renewing the credential would overwrite",
    ),
    (
        "credentials: {secret: X, scope: environment}",
        "14:1: credentials.environment: is missing; write text, such as production",
    ),
    (
        "credentials: {secret: X, environment: y}",
        "14:26: credentials.environment: goes with scope: environment only; remove it or change scope",
    ),
    (
        "credentials: {secret: X, scope: organization, organization: a--}",
        (
            "14:61: credentials.organization: must be the organization's name on GitHub: "
            "letters, digits and single hyphens"
        ),
    ),
    (
        "credentials: {secret: X, rotate_after: 100 days}",
        "14:40: credentials.rotate_after: must be from 1 hour to 90 days",
    ),
    ("preview: {}", "14:1: preview.sample: is missing; write a group of keys: calendar, contacts"),
    (
        "preview: {sample: {calendar: sample.ics, contacts: x.vcf}}",
        "14:52: preview.sample.contacts: there is no such file",
    ),
    ("office@example.org: 1", "14:1: …: unknown key"),
    ("tem: x", "14:1: tem: unknown key"),
    ("on: push", "14:1: on: unknown key"),
    ("team: Again", "14:1: team: this key is here a second time, after line 2; keep one of the two"),
    ("<<: {team: x}", "14:1: …: merge keys (<<) are not supported; write the keys out"),
]


@pytest.mark.parametrize(("old", "new", "message"), CHANGES)
def test_a_mistake_gives_one_message(club: Club, old: str, new: str, message: str) -> None:
    assert club.problems(changed(old, new), load_with_every_provider) == [f"sessions.yml:{message}"]


@pytest.mark.parametrize(("old", "new", "message"), ABSENT)
def test_a_provider_that_no_run_could_use_is_a_problem(club: Club, old: str, new: str, message: str) -> None:
    assert club.problems(changed(old, new)) == [f"sessions.yml:{message}"]


@pytest.mark.parametrize(("line", "message"), ADDED_TO_NOTICE)
def test_a_wrong_key_of_a_notice_gives_one_message(club: Club, line: str, message: str) -> None:
    assert club.problems(f"{BASE}    {line}\n") == [f"sessions.yml:{message}"]


@pytest.mark.parametrize(("line", "message"), ADDED_SECTIONS)
def test_a_wrong_section_gives_one_message(club: Club, line: str, message: str) -> None:
    assert club.problems(f"{BASE}{line}\n") == [f"sessions.yml:{message}"]


@pytest.mark.parametrize("text", ["[]", "- version: 1\n", "words\n", "12\n"])
def test_a_file_that_is_no_group_of_keys_has_one_problem(club: Club, text: str) -> None:
    [problem] = club.problems(text)
    assert problem.startswith("sessions.yml:1:1: must be a group of keys: version, team")


def test_all_problems_are_reported_at_once_by_line(club: Club) -> None:
    text = changed("MantaBots", "12").replace("Team Session", "''").replace("office@example.org", "office")
    assert [problem.split(":")[1] for problem in club.problems(f"{text}    within: soon\nmore: 1\n")] == [
        "2",
        "12",
        "13",
        "14",
        "15",
    ]


def test_ids_that_differ_in_case_only_are_the_same(club: Club) -> None:
    assert club.problems(f"{BASE}  - {{id: Campus, match: x, to: [a@example.org]}}\n") == [
        (
            "sessions.yml:14:10: notices[1].id: is the same id as notices[0].id; each notice needs its own "
            "(case is ignored)"
        )
    ]


def test_every_entry_that_is_not_a_notice_is_reported(club: Club) -> None:
    assert club.problems(f"{BASE}  - campus\n  -\n") == [
        "sessions.yml:14:5: notices[1]: must be a group of keys: id, match, to",
        "sessions.yml:15:4: notices[2]: is empty; write a group of keys: id, match, to",
    ]


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ("adults: [A]", {"students_per_adult": "no students"}),
        ("students: [S]", {"adults": "no adults", "students_per_adult": "no adults"}),
        ("kids: [K]", {"adults": "no adults", "students_per_adult": "no adults and no students"}),
        ("adults: [A], students: [S]", {}),
    ],
)
def test_a_check_of_a_missing_role_is_reported(club: Club, roles: str, message: dict[str, str]) -> None:
    text = changed("  adults: [Adult]\n  students: [Student]\n", f"  {{{roles}}}\n")
    found = club.problems(f"{text}    require: {{adults: 2, students_per_adult: 8}}\n")
    assert [problem.partition(": ")[2] for problem in found] == [
        f"notices[0].require.{key}: can't be checked: roles has {what}; add it or remove this check"
        for key, what in message.items()
    ]


def test_missing_roles_give_one_message(club: Club) -> None:
    text = changed("roles:\n  adults: [Adult]\n  students: [Student]\n", "")
    assert club.problems(f"{text}    require: {{adults: 2}}\n    template: notice.md\n") == [
        "sessions.yml:1:1: roles: is missing; write a group of keys, such as adults: [Adult]"
    ]


def test_a_calendar_in_a_file_can_not_store_the_ledger(club: Club) -> None:
    text = changed(CALENDAR, "{provider: ics, path: calendar.ics}")
    message = "must be git or file: a calendar in a file (provider: ics) can't store the ledger"
    assert club.problems(f"{text}ledger: {{store: calendar}}\n") == [f"sessions.yml:14:17: ledger.store: {message}"]
    assert club.problems(f"{text}ledger: {{store: git, migrate_from: {{store: calendar}}}}\n") == [
        f"sessions.yml:14:44: ledger.migrate_from.store: {message}"
    ]


def test_a_missing_file_is_reported_with_the_command_that_creates_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path / "sessions.yml")
    assert [problem.text for problem in caught.value.problems] == [
        "there is no such file; run `sessionsmgmt init` to make one"
    ]
    assert isinstance(caught.value, InputError)


def test_the_error_counts_the_problems_and_names_the_file_as_it_was_given(club: Club) -> None:
    club.file.write_text("version: 3\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(club.root / "folder" / ".." / "sessions.yml")
    assert str(caught.value) == f"{club.root}/folder/../sessions.yml has 1 problem."
    assert caught.value.problems[0].file == f"{club.root}/folder/../sessions.yml"


@pytest.mark.parametrize(
    "canary", ["Ada.Lovelace@example.org", "ya29.a0AfB_byCanaryTokenThatNobodyMaySee", "Ada Lovelace"]
)
@pytest.mark.parametrize(
    "old",
    [
        "MantaBots",
        "America/New_York",
        "google, name: Team",
        "[Adult]",
        "adults",
        "campus",
        "office@example.org",
        "team",
        "to:",
    ],
)
def test_text_that_could_be_private_is_never_repeated(club: Club, old: str, canary: str) -> None:
    text = (
        BASE.replace(old, f"'{canary}': x" if old.endswith(":") else f"'{canary}'", 1) + f"    presence: '{canary}'\n"
    )
    messages = club.problems(text)
    assert messages
    assert canary not in "\n".join(messages)


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\u00ad", "U+00AD SOFT HYPHEN"),
        ("\ufeff", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("\u00a0", "U+00A0 NO-BREAK SPACE"),
        ("\U000e0061", "U+E0061 TAG LATIN SMALL LETTER A"),
    ],
)
@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("Team Session", "Team~Session", "12:16: notices[0].match"),
        ("Team Session", "~", "12:12: notices[0].match"),
        ("office@example.org", "office@example.org~", "13:28: notices[0].to[0]"),
        ("office@example.org", "office~@example.org", "13:16: notices[0].to[0]"),
        ("office@example.org", "office@exa~mple.org", "13:20: notices[0].to[0]"),
        ("    match:", "    match~:", "12:10: notices[0].match"),
        ("    match:", "    ~match:", "12:5: notices[0].match"),
        ("  adults", "  ~adults", "8:3: roles.adults"),
        ("[Adult]", "[Adult~]", "8:17: roles.adults[0]"),
        ("id: campus", "id: cam~pus", "11:12: notices[0].id"),
        ("America/New_York", "America/New~York", "3:22: timezone"),
        ("name: Team", "name: Team~", "4:40: calendar.name"),
        ("{provider: google, name: Team}", "{provider: google~, name: Team}", "4:28: calendar.provider"),
        ("version: 1", "version: 1~", "1:11: version"),
        ("team: MantaBots", "team: Manta~", "2:12: team"),
    ],
)
def test_an_invisible_character_gives_one_message_with_its_name(
    club: Club, old: str, new: str, where: str, character: str, name: str
) -> None:
    [message] = club.problems(changed(old, new.replace("~", character)))
    assert message.startswith(f"sessions.yml:{where}: ")
    assert f"({name})" in message


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("within: 1~day", "14:14: notices[0].within"),
        ("template: notice~.md", "14:21: notices[0].template"),
        ("cc: [a@example.org~]", "14:23: notices[0].cc[0]"),
        ("locale: en_US~", "14:18: notices[0].locale"),
        ("kinds: [new~]", "14:16: notices[0].kinds[0]"),
        ("attach_calendar: true~", "14:26: notices[0].attach_calendar"),
        ("require: {adults: 2~}", "14:24: notices[0].require.adults"),
    ],
)
def test_an_invisible_character_in_a_key_of_a_notice_gives_one_message(club: Club, line: str, where: str) -> None:
    [message] = club.problems(f"{BASE}    {line.replace('~', chr(0xA0))}\n")
    assert message.startswith(f"sessions.yml:{where}: a blank (U+00A0 NO-BREAK SPACE) only looks like a space")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("    match", "\u00a0\u00a0\u00a0\u00a0match", "12:1"),
        ("    match", "   \u00a0match", "12:4"),
        ("  adults", "\u00a0 adults", "8:1"),
        ("  - id", "  -\u00a0id", "11:4"),
        ("match: ", "match:\u00a0", "12:11"),
        ("to: [", "to:\u00a0[", "13:8"),
    ],
)
def test_blanks_in_place_of_spaces_are_reported(club: Club, old: str, new: str, where: str) -> None:
    messages = club.problems(changed(old, new))
    assert any(
        message.startswith(f"sessions.yml:{where}: ") and "U+00A0 NO-BREAK SPACE" in message for message in messages
    )
