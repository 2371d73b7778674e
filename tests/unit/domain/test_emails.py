"""Which notices share an email."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.notice import Key, Kind, Notice
from sessionsmgmt.domain.model.rule import Digest
from sessionsmgmt.domain.sessions.emails import emails_of
from tests.builders import announcement, notice, rule

RULES = (replace(rule(), id="alone"), replace(rule(), id="joined", combine=True))
NOTICES = st.builds(
    lambda name, number, kind: notice(kind=kind, key=Key(name, str(number))),
    st.sampled_from(["alone", "joined"]),
    st.integers(0, 9),
    st.sampled_from(Kind),
)


@given(st.lists(NOTICES, unique_by=lambda one: one.key))
def test_every_notice_is_in_one_email_and_what_is_called_off_is_with_nothing_else(due: list[Notice]) -> None:
    emails = emails_of(due, RULES)

    assert sorted(one.key for email in emails for one in email) == sorted(one.key for one in due)
    for email in emails:
        assert len({(one.key.notice, one.kind is Kind.CANCELLED) for one in email}) == 1
        assert len(email) == 1 or email[0].key.notice == "joined"
    joined = [email[0].kind is Kind.CANCELLED for email in emails if email[0].key.notice == "joined"]
    assert len(joined) == len(set(joined))


@given(st.lists(NOTICES, unique_by=lambda one: one.key), st.permutations(range(10)))
def test_the_order_of_the_notices_does_not_matter(due: list[Notice], order: list[int]) -> None:
    shuffled = sorted(due, key=lambda one: (order[int(one.key.session)], one.key))

    assert emails_of(shuffled, RULES) == emails_of(due, RULES)


def test_a_digest_joins_what_is_new_and_nothing_else() -> None:
    about = replace(rule("campus"), digest=Digest(0, time(7)))
    due = [
        notice(kind=kind, key=Key("campus", name), before=None if kind is Kind.NEW else announcement())
        for name, kind in (
            ("a", Kind.NEW),
            ("b", Kind.CHANGED),
            ("c", Kind.NEW),
            ("d", Kind.ADDED),
            ("e", Kind.CANCELLED),
        )
    ]
    together = [{one.key.session for one in email} for email in emails_of(due, [about])]

    assert sorted(map(sorted, together)) == [["a", "c"], ["b"], ["d"], ["e"]]
    both = [{one.key.session for one in email} for email in emails_of(due, [replace(about, combine=True)])]
    assert sorted(map(sorted, both)) == [["a", "b", "c", "d"], ["e"]]
