from __future__ import annotations

import shlex
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.presenters.text import resolving, visible
from tests.unit.presenters.results import config


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Élève 1, 山田 😀", "Élève 1, 山田 😀"),
        ("\x1b[31mred", "�[31mred"),
        ("one\r\ntwo", "one��two"),
        ("\u2028\u2029\x85", "���"),
        ("\u202egnp.exe", "�gnp.exe"),
        ("\ud800", "�"),
        ("##[add-mask]x", "## [add-mask]x"),
        ("::add-mask::x", ": :add-mask::x"),
        (" \u00a0::stop-commands::x", " \u00a0: :stop-commands::x"),
        ("a ::add-mask::x", "a ::add-mask::x"),
    ],
)
def test_what_could_act_is_shown_instead(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_whatever_the_text_is_one_harmless_line_comes_out(text: str) -> None:
    shown = visible(text)

    assert len(f"{shown}\n".splitlines()) == 1
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert "##[" not in shown
    assert not shown.lstrip().startswith("::")


def test_the_command_that_closes_a_notice_can_be_pasted_whatever_the_ids_are() -> None:
    key = Key("campus", "it's; rm -rf $HOME")

    assert shlex.split(resolving(key, config(Path.cwd()))) == [
        *("sessionsmgmt", "resolve", "--notice", "campus", "--session", "it's; rm -rf $HOME")
    ]


def test_the_command_names_the_settings_only_where_they_are_not_found_by_themselves() -> None:
    assert "--config" not in resolving(Key("campus", "one"), config(Path.cwd()))
    assert resolving(Key("campus", "one"), config(Path("clubs/a b"))).endswith("--config 'clubs/a b/sessions.yml'")
