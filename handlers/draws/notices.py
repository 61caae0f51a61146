"""What the room of draws says unasked. Times are said as dates: a notice may be read long after it was sent."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from handlers.goods.codes import shown
from handlers.goods.words import to_page, ways_to_collect
from handlers.kit.capability import Fields, Notice
from handlers.kit.goods_taps import DrawTap, GoodsTap
from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen
from handlers.kit.shift_words import paragraphs
from locales import _, a_span, an_ordinal, ngettext
from storage.tables import Sharing
from town.settings import TownSettings


def won(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.won_row`."""
    starts, ends = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
    got, wanted = (an_amount(fields[name], fields["unit"]) for name in ("amount", "wanted"))
    head = _("You won in the draw: <b>{amount} of {item}</b>!", amount=got, item=_item(fields))
    text = paragraphs(
        head,
        _("It is less than the {wanted} that you asked for: it was the last of it.", wanted=wanted)
        if fields["amount"] < fields["wanted"]
        else "",
        _(
            "Collect it: {when}, {place}.",
            when=a_span(starts, ends, town.tz),
            place=fields["place"] or fields["project"],
        ),
        _("Code: <code>{code}</code>", code=shown(fields["code"])),
        _("Your number was {n}. If you cannot come, please give it back: the next in line will be glad.", n=_n(fields)),
    )
    back = Choice(_("I can't come"), GoodsTap(do="back", id=fields["batch"]).pack())
    choices = [*ways_to_collect(fields["claim"]), back, _result(fields)]
    return Screen(text, (*((anew(one),) for one in choices), (anew(home()),)))


def lost(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.lost_row`."""
    if fields["full"]:
        head = _(
            "{item} was drawn. With what you have of it already your allowance is used up, so your number, {n}, was "
            "passed over.",
            item=_item(fields),
            n=_n(fields),
        )
    else:
        many = ngettext("{n} person had entered", "{n} people had entered", fields["entered"])
        head = _(
            "{item} was drawn, and your number, {n}, got nothing this time: {many}, and there was not enough for all.",
            item=_item(fields),
            n=_n(fields),
            many=many,
        )
    line = _(
        "You are <b>{place} in line</b>. When something comes back and it is your turn, it is yours at once, and I "
        "tell you right away.",
        place=an_ordinal(fields["position"]),
    )
    text = paragraphs(head, line, _next_time(fields))
    choices = [_result(fields), to_page(fields["batch"])]
    return Screen(text, (*((anew(one),) for one in choices), (anew(home()),)))


def off(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.off_row`."""
    text = _(
        "The draw of {item} was not made in time, and its pick-up is over. I am sorry: please ask at {project} what "
        "became of it.",
        item=_item(fields),
        project=fields["project"],
    )
    return Screen(text, ((anew(to_page(fields["batch"])),), (anew(home()),)))


def _next_time(fields: Fields) -> Markup:
    if fields["full"]:
        return Markup("")
    if fields["sharing"] == Sharing.LEAST:
        return _("As long as you have had none, those who had some since come after you.")
    if fields["precedence"]:
        return _("If you get none of it now, you come before those who did in the next draw.")
    return Markup("")


def _item(fields: Fields) -> str:
    return item_name(fields["item"], fields["names"])


def _n(fields: Fields) -> int:
    return int(fields["number"])


def _result(fields: Fields) -> Choice:
    return Choice(_("About the draw"), DrawTap(do="one", id=fields["batch"]).pack())


NOTICES = (
    Notice(key="draw.won", render=won),
    Notice(key="draw.lost", render=lost),
    Notice(key="draw.off", render=off),
)
