"""What the room of recalls says unasked: at any hour, for it cannot wait."""

from __future__ import annotations

from handlers.kit.capability import Fields, Notice
from handlers.kit.goods_taps import GoodsTap, RecallTap
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen
from handlers.recalls.words import cleared, concerned, off
from locales import _
from storage.queries.recalls import URGENT
from town.settings import TownSettings


def urgent(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `words.concerned`."""
    read = Choice(_("I have read it"), RecallTap(do="read", id=fields["batch"]).pack())
    return Screen(concerned(fields), ((read,), (anew(home()),)))


def all_clear(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `words.cleared`."""
    return Screen(cleared(fields), ((anew(home()),),))


def called_off(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `words.off`."""
    goods = Choice(_("What there is now"), GoodsTap(do="open").pack())
    return Screen(off(fields), ((anew(goods),), (anew(home()),)))


NOTICES = (
    Notice(key=URGENT, render=urgent, quiet=False),
    Notice(key="recall.clear", render=all_clear, quiet=False),
    Notice(key="recall.off", render=called_off),
)
