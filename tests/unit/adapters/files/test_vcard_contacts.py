"""Real address books contain cases that a simple reader gets wrong."""

from __future__ import annotations

import resource
from itertools import permutations
from pathlib import Path

import pytest

from sessionsmgmt.adapters.files.contacts import MAX_BYTES, VcardFile
from sessionsmgmt.domain.model.people import Contact
from sessionsmgmt.errors import InputError
from tests.unit.adapters.files.files import read_vcf


def card(*lines: str, version: str = "3.0", fn: str = "Ann Moreau", email: str = "ann@example.org") -> str:
    """A card with a name, an address and more lines. The name and the address may be empty."""
    own = [f"FN:{fn}"] * bool(fn) + [f"EMAIL:{email}"] * bool(email)
    return "".join(f"{line}\r\n" for line in ["BEGIN:VCARD", f"VERSION:{version}", *own, *lines, "END:VCARD"])


def contact(*lines: str, version: str = "3.0", fn: str = "Ann Moreau", email: str = "ann@example.org") -> Contact:
    reading = read_vcf(card(*lines, version=version, fn=fn, email=email))
    assert reading.warnings == ()
    (one,) = reading.contacts
    return one


class TestNames:
    @pytest.mark.parametrize(
        ("lines", "name"),
        [
            (["FN:Ann  Moreau "], "Ann Moreau"),
            (["N:Moreau;Ann;;;"], "Ann Moreau"),
            (["N:Moreau;Ann;Zoë;Dr.;Jr."], "Ann Zoë Moreau"),
            (["FN:", "N:Mo\\;reau;Ann"], "Ann Mo;reau"),
            (["N:Moreau"], "Moreau"),
            (["N:;;;;", "NICKNAME:Annie,An"], "Annie,An"),
            (["ORG:Robotics Club;Youth"], "Robotics Club"),
            (["FN;PREF=2:Ann", "FN;PREF=1:Zed", "FN:Bob"], "Zed"),
            (["item1.FN:Grouped"], "Grouped"),
            (["fn;charset=utf-8:lower"], "lower"),
            (["FN:O'Neil\\, Jr\\; the \\\\ third"], "O'Neil, Jr; the \\ third"),
            (["FN:two\\nlines"], "two lines"),
            (["FN;ENCODING=B:QW5u"], "Ann"),
        ],
    )
    def test_a_name_is_found_in_every_form(self, lines: list[str], name: str) -> None:
        assert contact(*lines, fn="").name == name

    def test_a_card_without_a_name_is_read_with_a_warning(self) -> None:
        reading = read_vcf(card() + card(fn="") + card(fn="", email=""))
        assert [contact.name for contact in reading.contacts] == ["Ann Moreau", "", ""]
        assert [(warning.code, warning.where) for warning in reading.warnings] == [
            ("contact-without-name", "contacts.vcf:6")
        ]


class TestAddresses:
    @pytest.mark.parametrize(
        "line",
        [
            "EMAIL:a@example.org",
            "EMAIL;TYPE=INTERNET,pref:a@example.org",
            "EMAIL;PREF;INTERNET:a@example.org",
            "item7.email:a@example.org",
            "EMAIL;VALUE=uri:mailto:a@example.org",
            "EMAIL: a@example.org ",
            "EMAIL:Ann Moreau <a@example.org>",
            'EMAIL:"Moreau\\, Ann" <a@example.org>',
            "EMAIL:<a@example.org>",
            "EMAIL:'a@example.org'",
            'EMAIL:"mailto:a@example.org"',
            "EMAIL:mailto:%27a@example.org%27?subject=x",
            "EMAIL:\u2018a@example.org\u2019",
            "EMAIL:a@example.org (Ann)",
        ],
    )
    def test_an_address_is_found_in_every_form(self, line: str) -> None:
        assert contact(line, email="").addresses == ("a@example.org",)

    @pytest.mark.parametrize(
        "value", ["nobody", "a b@example.org", "a@example.org\\nBcc: b@example.org", "/C=FR/O=x", "<>", "a@b, nobody"]
    )
    def test_a_value_that_is_not_an_address_is_ignored_with_a_warning(self, value: str) -> None:
        reading = read_vcf(card(f"EMAIL:{value}"))
        assert [one.addresses for one in reading.contacts] == [("ann@example.org",)]
        assert [(warning.code, warning.where) for warning in reading.warnings] == [
            ("contact-address-invalid", "contacts.vcf:5")
        ]

    def test_an_empty_address_is_ignored(self) -> None:
        assert contact("EMAIL: ").addresses == ("ann@example.org",)

    def test_a_list_of_addresses_is_read_as_several(self) -> None:
        assert contact("EMAIL:a@example.org; Ann <b@example.org>", email="").addresses == (
            "a@example.org",
            "b@example.org",
        )

    def test_a_repeated_address_counts_once(self) -> None:
        assert contact("EMAIL;TYPE=work:ann@example.org", "EMAIL:b@example.org").addresses == (
            "ann@example.org",
            "b@example.org",
        )


class TestLabels:
    def test_labels_are_listed_escaped_and_on_several_lines(self) -> None:
        one = contact("CATEGORIES:Adult, Mentors\\, senior ,,", "item1.CATEGORIES:Board", "CATEGORIES:Adult")
        assert one.labels == ("Adult", "Mentors, senior", "Board")

    def test_the_label_of_an_address_is_not_a_label_of_the_person(self) -> None:
        assert contact("item1.EMAIL:b@example.org", "item1.X-ABLabel:Adult").labels == ()

    @pytest.mark.parametrize(
        ("group", "uid"),
        [
            (["KIND:group", "MEMBER:urn:uuid:1-A"], "1-A"),
            (["KIND:GROUP", "MEMBER:urn:uuid:1-a"], "urn:uuid:1-A"),
            (["X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1-A"], "1-A"),
            (["KIND:group", "MEMBER:mailto:ANN@example.org"], "2"),
        ],
    )
    def test_a_group_is_a_label_of_its_members_wherever_it_stands(self, group: list[str], uid: str) -> None:
        cards = [card(f"UID:{uid}"), card(*group, fn="Adult", email=""), card("UID:3", fn="Sam", email="s@example.org")]
        for order in permutations(cards):
            reading = read_vcf("".join(order))
            assert {contact.name: contact.labels for contact in reading.contacts} == {
                "Ann Moreau": ("Adult",),
                "Sam": (),
            }


class TestOldCards:
    def test_quoted_printable_goes_on_after_an_equals_sign_at_the_end_of_a_line(self) -> None:
        one = contact(
            "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=41nn=20=",
            "=4Doreau=",
            " of the=",
            "\tworkshop",
            fn="",
            version="2.1",
        )
        assert one.name == "Ann Moreau of the workshop"

    def test_quoted_printable_may_be_named_without_the_word_encoding(self) -> None:
        assert contact("FN;QUOTED-PRINTABLE:Zo=C3=AB", fn="", version="2.1").name == "Zoë"

    def test_an_equals_sign_elsewhere_is_text(self) -> None:
        one = contact("NOTE:1+1=", "CATEGORIES:Adult", "URL:https://example.org/?a=")
        assert one.labels == ("Adult",)

    @pytest.mark.parametrize("charset", ["ISO-8859-1", "windows-1252", "latin-1x"])
    def test_a_name_in_another_character_set_is_read(self, charset: str) -> None:
        data = card(f"FN;CHARSET={charset}:Zoë", fn="", version="2.1").encode("latin-1")
        assert read_vcf(data).contacts[0].name == "Zoë"

    def test_a_name_in_an_unknown_character_set_is_guessed_with_a_warning(self) -> None:
        reading = read_vcf(card(fn="Zoë").encode("cp1252") + card(fn="Zoë").encode())
        assert [contact.name for contact in reading.contacts] == ["Zoë", "Zoë"]
        assert [(warning.code, warning.where) for warning in reading.warnings] == [
            ("contact-encoding", "contacts.vcf:1")
        ]

    @pytest.mark.parametrize(
        ("charset", "codec"),
        [
            ("MACINTOSH", "mac_roman"),
            ("x-mac-roman", "mac_roman"),
            ("hz-gb-2312", "hz"),
            ("ISO-2022-JP", "iso2022_jp"),
            ("TIS-620", "tis_620"),
            ("IBM850", "cp850"),
            ("GB18030", "gb18030"),
            ("windows-1251", "cp1251"),
            ("X-SJIS", "cp932"),
        ],
    )
    def test_every_known_character_set_is_used(self, charset: str, codec: str) -> None:
        names = {
            "mac_roman": "Zoë",
            "cp850": "Zoë",
            "tis_620": "สมชาย",
            "cp1251": "Анна",
            "iso2022_jp": "花子",
            "cp932": "花子",
        }
        name = names.get(codec, "\u5f20")
        data = card("FN;CHARSET=" + charset + ":", fn="", version="2.1").encode()
        data = data.replace(
            b"FN;CHARSET=" + charset.encode() + b":", b"FN;CHARSET=" + charset.encode() + b":" + name.encode(codec)
        )
        reading = read_vcf(data)
        assert [one.name for one in reading.contacts] == [name]
        assert reading.warnings == ()

    @pytest.mark.parametrize("charset", ["x-unheard-of", "US-ASCII"])
    def test_a_name_that_is_not_in_the_named_character_set_is_read_with_a_warning(self, charset: str) -> None:
        reading = read_vcf(card(f"FN;CHARSET={charset}:Zoë", fn=""))
        assert [one.name for one in reading.contacts] == ["Zoë"]
        assert [warning.code for warning in reading.warnings] == ["contact-encoding"]

    @pytest.mark.parametrize("charset", ["unicode_escape", "rot13", "utf-7", "idna", "\0", "undefined", "x" * 500])
    def test_an_unknown_character_set_is_ignored(self, charset: str) -> None:
        assert contact(f"FN;CHARSET={charset}:a\\xb", fn="").name == "axb"

    def test_an_agent_inside_a_card_is_not_a_contact(self) -> None:
        agent = ["AGENT:", "BEGIN:VCARD", "FN:Agent", "EMAIL:agent@example.org", "END:VCARD", "CATEGORIES:Adult"]
        one = contact(*agent, version="2.1")
        assert (one.name, one.addresses, one.labels) == ("Ann Moreau", ("ann@example.org",), ("Adult",))


class TestOneBadCard:
    def test_a_card_without_an_end_does_not_affect_other_cards(self) -> None:
        broken = card(fn="Broken").removesuffix("END:VCARD\r\n")
        reading = read_vcf(broken + card() + broken + card(fn="Sam"))
        assert [contact.name for contact in reading.contacts] == ["Ann Moreau", "Sam"]
        assert [(warning.code, warning.where) for warning in reading.warnings] == [
            ("contact-unreadable", "contacts.vcf:1"),
            ("contact-unreadable", "contacts.vcf:10"),
        ]

    def test_invalid_lines_are_skipped(self) -> None:
        lines = ["NOTE:a", "garbage", ":", ";;;", "=", "FN", "CATEGORIES:Adult"]
        assert contact(*lines).labels == ("Adult",)

    @pytest.mark.parametrize("glue", ["", " ", "\t ", "\0"])
    @pytest.mark.parametrize(
        "last", ["", "CATEGORIES:Adult", "NOTE:a", "PHOTO:" + "A" * 200_000, "PHOTO:" + "A" * 65_520]
    )
    def test_two_cards_without_a_line_end_between_them_stay_two_people(self, glue: str, last: str) -> None:
        one, two = card("CATEGORIES:Board"), card("CATEGORIES:Student", fn="Sam", email="s@example.org")
        ended = one.removesuffix("END:VCARD\r\n") + last + "end:vcard" + glue
        reading = read_vcf(ended + two + card(fn="Kim"))
        assert [(each.name, each.addresses) for each in reading.contacts] == [
            ("Ann Moreau", ("ann@example.org",)),
            ("Sam", ("s@example.org",)),
            ("Kim", ("ann@example.org",)),
        ]
        assert reading.contacts[1].labels == ("Student",)
        assert [(each.code, each.where) for each in reading.warnings] == [("contact-glued", "contacts.vcf:6")]

    def test_many_cards_on_one_line_stay_apart(self) -> None:
        glued = "BEGIN:VCARD\nFN:A\nEMAIL:a@b.example\nEND:VCARDBEGIN:VCARDEND:VCARDBEGIN:VCARDFN:B\nEND:VCARD\n"
        assert [one.name for one in read_vcf(glued).contacts] == ["A", "", "B"]

    @pytest.mark.parametrize("blank", ["", "\r\n"])
    def test_an_empty_line_within_a_folded_value_is_not_its_end(self, blank: str) -> None:
        one = contact("FN:Ida ", blank, " Marsh", "CATEGORIES:Adu", "", " lt", fn="")
        assert (one.name, one.labels) == ("Ida Marsh", ("Adult",))

    @pytest.mark.parametrize("lines", [("FN:Ida ", "Marsh"), ("FN:Ida", "", "Marsh"), ("CATEGORIES:Adult,", "Board")])
    def test_a_value_whose_fold_is_lost_is_warned_about(self, lines: tuple[str, ...]) -> None:
        reading = read_vcf(card(*lines, "NOTE:a", "b"))
        assert [(warning.code, warning.where) for warning in reading.warnings] == [("contact-broken", "contacts.vcf:1")]

    def test_warnings_about_bad_cards_name_nobody(self) -> None:
        broken = card(fn="Broken").removesuffix("END:VCARD\r\n").encode()
        reading = read_vcf(broken + card(fn="").encode() + card(fn="Zoë").encode("cp1252"))
        assert {warning.code for warning in reading.warnings} == {
            "contact-unreadable",
            "contact-without-name",
            "contact-encoding",
        }
        assert not [
            warning
            for warning in reading.warnings
            if "example.org" in warning.text or "Broken" in warning.text or "Zo" in warning.text
        ]


class TestFiles:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "no BEGIN:VCARD"),
            (b"<!DOCTYPE html>", "no BEGIN:VCARD"),
            (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no BEGIN:VCARD"),
            (card().encode("utf-16"), "no BEGIN:VCARD"),
            (card().encode()[:-5], "cut off"),
            ((card() + card()).encode()[:-20], "cut off"),
        ],
    )
    def test_an_incomplete_address_book_is_an_error_with_a_hint(self, data: bytes, reason: str) -> None:
        with pytest.raises(InputError) as caught:
            read_vcf(data)
        assert reason in caught.value.text
        assert caught.value.hint

    def test_a_missing_file_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"contacts\.vcf does not exist"):
            VcardFile(tmp_path / "contacts.vcf", "contacts.vcf").read()

    def test_a_file_that_is_too_large_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "large.vcf"
        with path.open("wb") as file:
            file.truncate(MAX_BYTES + 1)
        with pytest.raises(InputError, match="at most"):
            VcardFile(path, "large.vcf").read()

    @pytest.mark.parametrize("folded", [True, False])
    def test_a_huge_photo_before_the_name_is_passed_over_without_being_kept(self, tmp_path: Path, folded: bool) -> None:
        path = tmp_path / "contacts.vcf"
        line = b"A" * 74 + (b"\r\n " if folded else b"")
        with path.open("wb") as file:
            file.write(b"BEGIN:VCARD\r\nVERSION:3.0\r\nPHOTO;ENCODING=b:")
            for _ in range(100):
                file.write(line * 10_000)
            file.write(b"\r\nFN:Ann\r\nEMAIL:ann@example.org\r\nEND:VCARD\r\n")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        (one,) = VcardFile(path, "contacts.vcf").read().contacts
        assert (one.name, one.addresses) == ("Ann", ("ann@example.org",))
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000

    def test_an_address_book_with_too_many_properties_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "contacts.vcf"
        with path.open("wb") as file:
            file.write(b"BEGIN:VCARD\r\n")
            for _ in range(1_100):
                file.write(b"FN:" + b"x" * 64_000 + b"\r\n")
            file.write(b"END:VCARD\r\n")
        with pytest.raises(InputError, match="too large for an address book"):
            VcardFile(path, "contacts.vcf").read()

    def test_line_ends_folds_and_marks_of_every_kind_are_read(self) -> None:
        text = card("CATEGORIES:Adu", " lt,Bo", "\tard")
        for form in (text, text.replace("\r\n", "\n"), "\ufeff" + text, text.rstrip(), "\r\n" + text + "\r\n\r\n"):
            assert read_vcf(form).contacts[0].labels == ("Adult", "Board")
