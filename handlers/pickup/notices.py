"""What the pick-up room says unasked. Times are said as dates: a notice may be read long after it was sent."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from handlers.goods.codes import shown
from handlers.goods.words import tap, to_pay
from handlers.kit.capability import Fields, Notice
from handlers.kit.goods_taps import ClaimTap
from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from locales import _, a_moment, a_span
from storage.queries.pickup_reminders import HELPER_REMINDER, REMINDER
from town.settings import TownSettings


def reminder(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch with a window, claim, amount, price (for one unit, 0 when it is free)."""
    text = paragraphs(
        _("Kept for you and not collected yet: <b>{amount} of {item}</b>.", amount=_amount(fields), item=_item(fields)),
        _until(fields, town),
        _price(fields, town),
        _("If you can't come, somebody else may collect it, or you give it back for others."),
    )
    helper = Choice(_("Who may collect"), ClaimTap(do="helper", id=fields["claim"]).pack())
    give = Choice(_("Give it back"), tap("back", fields["batch"]))
    return Screen(text, ((anew(_code(fields)),), (anew(helper), anew(give)), (anew(home()),)))


def helper_reminder(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch with a window, claim, amount, price. The reader was asked to collect it for somebody."""
    text = paragraphs(
        _(
            "You were asked to collect <b>{amount} of {item}</b> for somebody, and it is still there.",
            amount=_amount(fields),
            item=_item(fields),
        ),
        _until(fields, town),
        _price(fields, town),
    )
    return Screen(text, _ways(fields))


def handed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch, claim, amount, left (still kept), code (for what is left), mine (the reader took it),
    to (who took it), at."""
    what = {"amount": _amount(fields), "item": _item(fields), "when": _moment(fields["at"], town)}
    if fields["mine"]:
        said = _("You have collected {amount} of {item} ({when}).", **what)
    else:
        said = _("<b>{to}</b> has collected {amount} of your {item} ({when}).", to=fields["to"], **what)
    rest = Markup("")
    rows: tuple[Row, ...] = ((anew(Choice(_("Not right?"), ClaimTap(do="wrong", id=fields["claim"]).pack())),),)
    if fields["left"]:
        rest = _(
            "{left} are still kept for you. The code for that is a new one: <code>{code}</code>",
            left=an_amount(fields["left"], fields["unit"]),
            code=shown(fields["code"]),
        )
        rows = ((anew(_code(fields)),), *rows)
    return Screen(paragraphs(said, rest), (*rows, (anew(home()),)))


def undone(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch with a window, claim, amount, left, code."""
    text = paragraphs(
        _(
            "At the desk {amount} of your {item} were written down as collected by mistake. That is put right: "
            "{left} are kept for you.",
            amount=_amount(fields),
            item=_item(fields),
            left=an_amount(fields["left"], fields["unit"]),
        ),
        _("The code is a new one: <code>{code}</code>", code=shown(fields["code"])),
        _until(fields, town),
    )
    return Screen(text, _ways(fields))


def helper(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch with a window, claim, amount, name. The reader is asked by `name`."""
    text = paragraphs(
        _(
            "{name} asks you to collect <b>{amount} of {item}</b> for them.",
            name=fields["name"],
            amount=_amount(fields),
            item=_item(fields),
        ),
        _when(fields, town),
        _("Show the code at the desk. If you can't, please tell {name}.", name=fields["name"]),
    )
    return Screen(text, _ways(fields))


def no_helper(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch, name. The reader was asked by `name`."""
    text = _(
        "You need not collect the {item} for {name} any more. Thank you for being there!",
        item=_item(fields),
        name=fields["name"],
    )
    return Screen(text, ((anew(home()),),))


def not_right(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of a batch, claim, name, amount, to, at. The reader answers for the project."""
    text = paragraphs(
        _(
            "{name} says that something is not right: {amount} of their {item} were handed over to {to} ({when}).",
            name=fields["name"],
            amount=_amount(fields),
            item=_item(fields),
            to=fields["to"] or _("somebody"),
            when=_moment(fields["at"], town),
        ),
        _("Please talk to {name}.", name=fields["name"]),
    )
    desk = Choice(_("Pick-up desk"), ClaimTap(do="desk", id=0).pack())
    return Screen(text, ((anew(desk),), (anew(home()),)))


# -- parts -------------------------------------------------------------------------------------------------------------


def _item(fields: Fields) -> str:
    return item_name(fields["item"], fields["names"])


def _amount(fields: Fields) -> Markup:
    return an_amount(fields["amount"], fields["unit"])


def _moment(at: str, town: TownSettings) -> str:
    return a_moment(datetime.fromisoformat(at), town.tz)


def _where(fields: Fields) -> str:
    return f"{fields['project']}, {fields['place']}" if fields["place"] else str(fields["project"])


def _when(fields: Fields, town: TownSettings) -> Markup:
    """From when to when and where, as far as there is a time."""
    if "ends_at" not in fields:
        return Markup("{}").format(_where(fields))
    starts_at, ends_at = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
    return Markup("{}\n{}").format(a_span(starts_at, ends_at, town.tz), _where(fields))


def _until(fields: Fields, town: TownSettings) -> Markup:
    """Until when, and where."""
    if "ends_at" not in fields:
        return Markup("{}").format(_where(fields))
    return _("Until {until}: {where}", until=_moment(fields["ends_at"], town), where=_where(fields))


def _price(fields: Fields, town: TownSettings) -> Markup:
    """What to bring for it, if anything."""
    if not fields["price"]:
        return Markup("")
    return _("To pay at the desk: {price}", price=to_pay(fields["amount"], fields["price"], town.currency))


def _code(fields: Fields) -> Choice:
    return Choice(_("Show the code"), ClaimTap(do="code", id=fields["claim"]).pack())


def _ways(fields: Fields) -> tuple[Row, ...]:
    return ((anew(_code(fields)),), (anew(home()),))


NOTICES = (
    Notice(key=REMINDER, render=reminder),
    Notice(key=HELPER_REMINDER, render=helper_reminder),
    Notice(key="pickup.handed", render=handed),
    Notice(key="pickup.undone", render=undone),
    Notice(key="pickup.helper", render=helper),
    Notice(key="pickup.nohelper", render=no_helper),
    Notice(key="pickup.notright", render=not_right),
)
