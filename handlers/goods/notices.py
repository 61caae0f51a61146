"""What the room says unasked. Times are said as dates: a notice may be read long after it was sent."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from handlers.goods.words import code_line, tap, to_pay
from handlers.kit.capability import Fields, Notice
from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from handlers.stock.words import reason_in_words
from locales import _, a_moment, a_span
from town.settings import TownSettings


def yours(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch with a window, amount, wanted, code, price (of one unit, None when it is free)."""
    parts = [_("Good news, this is yours now: <b>{amount} of {item}</b>", amount=_amount(fields), item=_item(fields))]
    if fields["amount"] < fields["wanted"]:
        parts.append(_("You asked for {wanted}; that was all there was.", wanted=_amount(fields, "wanted")))
    parts.append(Markup("\n").join([*_where_and_until(fields, town), code_line(fields["code"])]))
    if fields["price"] is not None:
        price = to_pay(fields["amount"], fields["price"], town.currency)
        parts.append(_("Please bring {price}: you pay when you collect it.", price=price))
    parts.append(_("If you cannot come, give it back, and it goes to the next in line."))
    give = Choice(_("Give it back"), tap("gaveback", fields["batch"]))
    return Screen(paragraphs(*parts), ((give,), *_ways(fields)))


def lapsed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch, amount, price."""
    text = _(
        "What was kept for you, {amount} of {item}, was not collected in time, so it goes to others now. It does not "
        "count towards what you can have this week, and nothing is held against you.",
        amount=_amount(fields),
        item=_item(fields),
    )
    pay = Markup("") if fields["price"] is None else _("There is nothing to pay.")
    rest = _("Perhaps there is still something left. And next time, somebody of your home can collect it for you.")
    return Screen(paragraphs(text, pay, rest), _ways(fields))


def ended(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch, wanted, lost (draws of the item that the reader has lost in a row)."""
    text = _(
        "It was not enough for everybody this time: of {item} nothing came free before it was over. I am sorry, and "
        "thank you for waiting.",
        item=_item(fields),
    )
    kept = Markup("")
    if fields["lost"] and town.draw_precedence == "kept":
        kept = _("In the next draw of it you come before those who had some.")
    return Screen(paragraphs(text, kept), _ways(fields))


def fewer(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch, less (that is theirs no more), amount (that still is), waits, reason, price."""
    less, kept = _amount(fields, "less"), _amount(fields)
    if fields["amount"]:
        text = _(
            "There is less of {item} than was announced, so I had to take back {less} of yours. Still kept for you: "
            "{left}.",
            item=_item(fields),
            less=less,
            left=kept,
        )
    else:
        text = _(
            "There is less of {item} than was announced, and it is not enough for your {less}. I am sorry.",
            item=_item(fields),
            less=less,
        )
    parts = [text, _reason(fields)]
    if fields["waits"]:
        parts.append(_("You are at the head of the line: what is given back is yours first."))
    parts.append(_("What you did not get does not count towards what you can have this week."))
    return Screen(paragraphs(*parts), _ways(fields))


def changed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch, starts_at, ends_at, what ("place" or "time"), was (the old one), amount, wanted."""
    when = a_span(*_times(fields), town.tz)
    place = fields["place"] or fields["project"]
    if fields["what"] == "place":
        head = _("<b>{item}</b> is handed over somewhere else than announced:", item=_item(fields))
        about = [_("Where: {new} (not {old})", new=place, old=fields["was"] or fields["project"]), _when(when)]
    else:
        starts, ends = (datetime.fromisoformat(one) for one in fields["was"])
        head = _("<b>{item}</b> is handed over at another time than announced:", item=_item(fields))
        old = _("It was to be: {old}", old=a_span(starts, ends, town.tz))
        about = [_when(when), old, _("Where: {place}", place=place)]
    if fields["amount"]:
        rest = _(
            "Yours: {amount}. If that does not suit you, give it back in time: others wait.", amount=_amount(fields)
        )
    else:
        rest = _("You keep your turn. If that does not suit you, leave it on its page.")
    return Screen(paragraphs(head, Markup("\n").join(about), rest), _ways(fields))


def off(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch, amount (that was theirs, 0 for who waited), reason."""
    text = _(
        "<b>{item}</b> from {project} is called off, so there is nothing to collect. I am sorry.",
        item=_item(fields),
        project=fields["project"],
    )
    counts = Markup("")
    if fields["amount"]:
        counts = _("What you did not get does not count towards what you can have this week.")
    return Screen(paragraphs(text, _reason(fields), counts), _ways(fields))


def _when(when: str) -> Markup:
    return _("When: {when}", when=when)


def _item(fields: Fields) -> str:
    return item_name(fields["item"], fields["names"])


def _amount(fields: Fields, name: str = "amount") -> Markup:
    return an_amount(fields[name], fields["unit"])


def _reason(fields: Fields) -> Markup:
    return _("The reason: {reason}", reason=reason_in_words(fields["reason"])) if fields["reason"] else Markup("")


def _times(fields: Fields) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(fields["starts_at"]), datetime.fromisoformat(fields["ends_at"])


def _where_and_until(fields: Fields, town: TownSettings) -> list[Markup]:
    starts, ends = _times(fields)
    return [
        _("Collect it: from {start} to {end}", start=a_moment(starts, town.tz), end=a_moment(ends, town.tz))
        if starts.date() != ends.date()
        else _("Collect it: {when}", when=a_span(starts, ends, town.tz)),
        _("Where: {place}", place=fields["place"] or fields["project"]),
    ]


def _ways(fields: Fields) -> tuple[Row, ...]:
    page = anew(Choice(_("About these goods"), tap("one", fields["batch"])))
    return ((page,), (anew(Choice(_("All goods"), tap("open"))), anew(home())))


NOTICES = (
    Notice(key="goods.yours", render=yours),
    Notice(key="goods.lapsed", render=lapsed),
    Notice(key="goods.ended", render=ended),
    Notice(key="goods.fewer", render=fewer),
    Notice(key="goods.changed", render=changed),
    Notice(key="goods.off", render=off),
)
