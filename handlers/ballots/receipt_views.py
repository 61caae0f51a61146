"""Looking up a receipt in words."""

from __future__ import annotations

from handlers.ballots.views import named
from handlers.kit.nav import anew, home, leave
from handlers.kit.poll_taps import PollTap, VoteTap
from handlers.kit.poll_words import choice_words, question_in
from handlers.kit.screens import Choice, Row, Screen
from locales import _
from storage.queries.polls import PollRow
from town.polls import in_groups


def ask_receipt() -> Screen:
    return Screen(
        _(
            "Please write the receipt of your ballot, like <code>2B3X-4C3M-PE8K</code>. I will look whether it was "
            "counted, and tell you alone what it says."
        ),
        ((leave(),),),
    )


def found(poll: PollRow, receipt: str, choice: str) -> Screen:
    """What a counted ballot says."""
    words = choice_words(poll.kind, named(poll), choice)
    said = _(
        "✓ The ballot with the receipt <code>{receipt}</code> was counted in “{question}”. It says: <b>{choice}</b>.",
        receipt=in_groups(receipt),
        question=question_in(poll),
        choice=words,
    )
    return Screen(said, ((anew(to_result(poll)),), (home(),)))


def not_found(receipt: str) -> Screen:
    said = _(
        "No ballot with the receipt <code>{receipt}</code> was counted in a poll that is closed. While a poll is open, "
        "nothing can be looked up. If the letters are right and the poll is closed, tell the tellers, and show them "
        "the receipt.",
        receipt=in_groups(receipt),
    )
    return Screen(said, (*_once_more(), (home(),)))


def looked_up() -> Screen:
    """What the chat keeps where a receipt was looked up."""
    said = _("A receipt was looked up here. The answer was shown to you alone, and the town does not keep it.")
    return Screen(said, (*_once_more(), (home(),)))


def no_receipt() -> Screen:
    return Screen(
        _("That is no receipt: it has 12 letters and digits, like <code>2B3X-4C3M-PE8K</code>."), ((leave(),),)
    )


def _once_more() -> tuple[Row, ...]:
    return ((Choice(_("Look up a receipt"), VoteTap(do="check").pack()),),)


def to_result(poll: PollRow) -> Choice:
    return Choice(_("The result"), PollTap(do="result", id=poll.id).pack())
