"""What the swap room says unasked. Times are said as dates: a notice may be read long after it was sent."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.rule_words import in_the_way
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import DeskTap, ShiftTap, SwapTap
from handlers.swaps.views import answers
from locales import _, a_moment, a_span
from town.settings import TownSettings


def asked(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`. The reader is asked by `name`."""
    swap = _has_two(fields)
    if swap:
        head = _("{name} asks you to swap shifts. You would take:", name=fields["name"])
    else:
        head = _("{name} cannot come and asks whether you would take over this shift:", name=fields["name"])
    until = _(
        "Nothing changes unless you accept. You have until {until}.",
        until=a_moment(datetime.fromisoformat(fields["until"]), town.tz),
    )
    return Screen(
        paragraphs(
            head,
            _shift(fields, "give", town),
            _("And you would give:") if swap else "",
            _shift(fields, "take", town) if swap else "",
            until,
        ),
        answers(fields["swap"], fields["give_shift"], fields["take_shift"] if swap else None),
    )


def done(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`. The reader asked, and `name` accepted."""
    parts = [
        _(
            "{name} has accepted: your place on “{title}” is theirs now.",
            name=fields["name"],
            title=fields["give_title"],
        ),
    ]
    if _has_two(fields):
        parts += [_("From now on you hold a place on:"), _shift(fields, "take", town)]
    else:
        parts.append(_("You need do nothing more."))
    shift = fields["take_shift"] if _has_two(fields) else fields["give_shift"]
    return Screen(paragraphs(*parts), (_ways(shift),))


def told(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`, giver (a name). The reader answers for one of the shifts."""
    lines = [_change(fields, "give", fields["giver"], fields["name"], town)]
    if _has_two(fields):
        lines.append(_change(fields, "take", fields["name"], fields["giver"], town))
    roster = Choice(_("See the shift"), DeskTap(do="shift", id=fields["give_shift"]).pack())
    return Screen(paragraphs(_("Two people have changed places:"), *lines), ((anew(roster), anew(home())),))


def declined(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`. The reader asked, and `name` said no."""
    text = _(
        "{name} cannot take “{title}” ({when}). It stays yours. You can ask somebody else.",
        name=fields["name"],
        title=fields["give_title"],
        when=_span(fields, "give", town),
    )
    again = Choice(_("Ask somebody else"), SwapTap(do="open", shift=fields["give_shift"]).pack())
    return Screen(text, ((anew(again),), _ways(fields["give_shift"])))


def over(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`, why, mine (the reader asked), rule, title and person with some whys."""
    why = fields["why"]
    reason = in_the_way(fields["rule"], fields["title"], fields["person"]) if fields.get("rule") else ""
    if not fields["mine"]:
        return Screen(
            paragraphs(_over_for_asked(fields, town), reason, _("Nothing changes for you.")), ((anew(home()),),)
        )
    if why == "expired":
        said = _("{name} has not answered in time.", name=fields["name"])
    elif why == "refused":
        said = _("{name} said yes, but it could not be done.", name=fields["name"])
    else:
        said = _("Your request to {name} is no longer open.", name=fields["name"])
    kept = "" if fields.get("rule") in ("cancelled", "not_held") else _(
        "You keep your place on “{title}” ({when}).", title=fields["give_title"], when=_span(fields, "give", town)
    )  # fmt: skip
    return Screen(paragraphs(said, reason, kept), (_ways(fields["give_shift"]),))


def _over_for_asked(fields: Fields, town: TownSettings) -> Markup:
    when = _span(fields, "give", town)
    if fields["why"] == "settled":
        return _(
            "Somebody else takes over “{title}” ({when}) from {name}, so you need not answer any more.",
            title=fields["give_title"],
            when=when,
            name=fields["name"],
        )
    if fields["why"] == "withdrawn":
        return _(
            "{name} has taken back the request about “{title}” ({when}).",
            name=fields["name"],
            title=fields["give_title"],
            when=when,
        )
    return _(
        "The request of {name} about “{title}” ({when}) is no longer open.",
        name=fields["name"],
        title=fields["give_title"],
        when=when,
    )


def _change(fields: Fields, part: str, gives: str, takes: str, town: TownSettings) -> Markup:
    return _(
        "<b>{title}</b> ({when}): {new} comes in place of {old}.",
        title=fields[f"{part}_title"],
        when=_span(fields, part, town),
        new=takes,
        old=gives,
    )


def _has_two(fields: Fields) -> bool:
    return "take_shift" in fields


def _shift(fields: Fields, part: str, town: TownSettings) -> Markup:
    where = fields[f"{part}_place"] or fields[f"{part}_project"]
    return Markup("<b>{}</b> · {}\n{}\n{}").format(
        fields[f"{part}_title"], fields[f"{part}_project"], _span(fields, part, town), where
    )


def _span(fields: Fields, part: str, town: TownSettings) -> str:
    starts, ends = (datetime.fromisoformat(fields[f"{part}_{name}"]) for name in ("starts_at", "ends_at"))
    return a_span(starts, ends, town.tz)


def _ways(shift: int) -> Row:
    page = Choice(_("The shift's page"), ShiftTap(do="open", shift=shift).pack())
    return (anew(page), anew(home()))


NOTICES = (
    Notice(key="swap.asked", render=asked),
    Notice(key="swap.done", render=done),
    Notice(key="swap.told", render=told),
    Notice(key="swap.declined", render=declined),
    Notice(key="swap.over", render=over),
)
