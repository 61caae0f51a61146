"""The words of homes, meters and the utility's files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import DeskTap, MeTap, PowerTap
from handlers.power.actions import AtHome, Document, Overview
from locales import _, a_date_stamp, a_day, ngettext
from storage.queries.homes import Home
from storage.queries.meters import Filed

FILES = 5


def _to(do: str, id: int = 0, page: int = 0, key: str = "") -> str:
    return PowerTap(do=do, id=id, page=page, key=key).pack()


def _me() -> Choice:
    return back(MeTap(do="more").pack())


def _lines(*parts: str) -> Markup:
    return Markup("\n\n").join(part for part in parts if part)


# -- a resident's home -------------------------------------------------------------------------------------------------


def no_home() -> Screen:
    text = _(
        "<b>Your home</b>\n\nThe electricity of your home can be free. For that the town needs to know its meter, and "
        "who lives there.\n\nIs somebody of your home here already? Ask them for its code."
    )
    choices = [Choice(_("Register our home"), _to("register")), Choice(_("I have a code"), _to("join"))]
    return Screen(text, (*in_rows(choices), (_me(), home())))


def my_home(mine: AtHome, rule: str) -> Screen:
    people = Markup("\n").join(Markup("• {}").format(one.name) for one in mine.people)
    text = _lines(
        _("<b>Your home</b>, {street}", street=mine.home.street),
        _("Meter: <code>{meter}</code>", meter=mine.home.meter or "–"),
        people,
        _("Others of your home join it with this code: <code>{code}</code>", code=mine.home.code),
        _rule(rule),
    )
    choices = [
        Choice(_("Change the meter"), _to("meter", mine.home.id)),
        Choice(_("I have moved out"), _to("leave", mine.home.id)),
    ]
    return Screen(text, (*in_rows(choices), (_me(), home())))


def _rule(rule: str) -> Markup:
    if rule == "any":
        return _("Its electricity is free in the weeks in which one of its adults has the benefits.")
    return _("Its electricity is free in the weeks in which all of its adults have the benefits.")


def ask_meter() -> Markup:
    return _("What number is on your electricity meter? You find it on the meter itself, or on the bill.")


def ask_code() -> Markup:
    return _("What is the code? Whoever registered your home sees it under /home.")


def registered(mine: AtHome, rule: str) -> Screen:
    return my_home(mine, rule).before(_("Done, the town knows your home now."))


def joined(mine: AtHome, rule: str) -> Screen:
    return my_home(mine, rule).before(_("Welcome home! You belong to it now."))


def meter_kept(mine: AtHome, rule: str) -> Screen:
    return my_home(mine, rule).before(_("Done, the meter is changed."))


def sure_to_leave(mine: AtHome) -> Screen:
    text = _(
        "Shall I note that you live at {street} no more? You can register or join another home right after.",
        street=mine.home.street,
    )
    choices = [Choice(_("Yes, I moved out"), _to("left", mine.home.id)), Choice(_("No, I stay"), _to("home"))]
    return Screen(text, in_rows(choices))


def left() -> str:
    return _("Noted: you belong to no home at the moment.")


# -- the desk ----------------------------------------------------------------------------------------------------------


def overview(found: Overview, zone: ZoneInfo) -> Screen:
    lines = [
        _("<b>Electricity</b>"),
        ngettext("{n} home with a meter is registered.", "{n} homes with a meter are registered.", found.homes),
    ]
    if found.without_home:
        lines.append(
            ngettext("{n} resident belongs to no home yet.", "{n} residents belong to no home yet.", found.without_home)
        )
    choices = []
    if found.filed_now:
        lines.append(_("The utility was told of this week, {week}.", week=_week(found.week)))
    else:
        lines.append(_("The utility was not told of this week yet, {week}.", week=_week(found.week)))
        choices.append(Choice(_("Make this week's file"), _to("file", key=found.week.isoformat())))
    if found.changes:
        lines.append(
            ngettext(
                "{n} meter is otherwise now than the utility was told.",
                "{n} meters are otherwise now than the utility was told.",
                found.changes,
            )
        )
        choices.append(Choice(_("Make the adjustments"), _to("adjust")))
    if found.files:
        choices.append(Choice(_("Files made so far"), _to("files")))
    choices.append(Choice(_("Homes"), _to("homes")))
    return Screen(_lines(*lines), (*in_rows(choices), (back(DeskTap(do="more").pack()), home())))


def _week(monday: date) -> str:
    return f"{a_day(monday)} – {a_day(monday + timedelta(days=6))}"


def files(made: Sequence[Filed], page: int, zone: ZoneInfo) -> Screen:
    shown, page = page_of(made, page, FILES)
    lines = [_("<b>Files for the utility</b>")]
    entries = []
    for number, one in enumerate(shown, page * FILES + 1):
        what = _("adjustments {n}", n=one.number) if one.number else _("the week's file")
        lines.append(
            _(
                "{n}. {week}: {what}, {count}, made on {day}",
                n=number,
                week=_week(one.week),
                what=what,
                count=ngettext("{n} meter", "{n} meters", one.lines),
                day=a_date_stamp(one.made_at, zone),
            )
        )
        entries.append((f"{number}. {one.week.isoformat()}", _to("get", one.id)))
    rows = menu(
        entries,
        pages=pager(len(made), page, lambda to: _to("files", page=to), FILES),
        then=[back(_to("open")), home()],
    )
    return Screen(_lines(*lines), rows)


def caption(document: Document) -> Markup:
    """What is said with a file."""
    count = ngettext("{n} meter", "{n} meters", document.filed.lines)
    if document.filed.number:
        return _(
            "Adjustments for the utility, {week}: {count}. Send them on; earlier files stay as they were.",
            week=_week(document.filed.week),
            count=count,
        )
    return _(
        "For the utility, {week}: {count}. Send it on; what changes later comes as adjustments.",
        week=_week(document.filed.week),
        count=count,
    )


def homes(every: Sequence[Home], page: int) -> Screen:
    shown, page = page_of(every, page)
    lines = [_("<b>Homes</b>")] if every else [_("No home is registered yet. Residents do so under /home.")]
    lines += [
        _(
            "• {street}: {meter}, {people}",
            street=one.street,
            meter=one.meter or "–",
            people=ngettext("{n} person", "{n} people", one.people),
        )
        for one in shown
    ]
    rows = menu(
        [(one.meter or one.street or "–", _to("one", one.id)) for one in shown],
        pages=pager(len(every), page, lambda to: _to("homes", page=to)),
        then=[back(_to("open")), home()],
    )
    return Screen(Markup("\n").join(lines), rows)


PEOPLE = 6


def one_home(found: AtHome, page: int = 0) -> Screen:
    shown, page = page_of(found.people, page, PEOPLE - 1)
    text = _lines(
        _("<b>{street}</b>", street=found.home.street or "–"),
        _("Meter: <code>{meter}</code>", meter=found.home.meter or "–"),
        _("Who lives there? Tap on somebody who does not."),
    )
    rows = menu(
        [(one.name, _to("out", found.home.id, one.resident_id)) for one in shown],
        pages=pager(len(found.people), page, lambda to: _to("one", found.home.id, to), PEOPLE - 1),
        then=[Choice(_("Change the meter"), _to("meter", found.home.id)), back(_to("homes")), home()],
    )
    return Screen(text, rows)


def sure_to_take_out(found: AtHome, resident_id: int, name: str) -> Screen:
    text = _("Shall {name} belong to the home at {street} no more?", name=name, street=found.home.street)
    choices = [
        Choice(_("Yes, take them out"), _to("takeout", found.home.id, resident_id)),
        Choice(_("No, leave it"), _to("one", found.home.id)),
    ]
    return Screen(text, in_rows(choices))


def taken_out() -> str:
    return _("Done, they belong to it no more.")
