"""What the hours room says unasked."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.taps import ContestTap, HoursTap, ShiftTap
from locales import _, a_length, a_moment, a_span, listed, ngettext
from town.settings import TownSettings


def roster(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.ask`, open (people)."""
    text = ngettext(
        "<b>{title}</b> is over ({when}).\n\nOne person held a place. Did they come?",
        "<b>{title}</b> is over ({when}).\n\n{n} people held a place. Did they all come?",
        fields["open"],
        title=fields["title"],
        when=_span(fields, town),
    )
    return Screen(text, _ways(fields))


def reminder(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.ask`, open (people)."""
    text = ngettext(
        "One person still waits for their hours on <b>{title}</b> ({when}). Did they come?",
        "{n} people still wait for their hours on <b>{title}</b> ({when}). Did they all come?",
        fields["open"],
        title=fields["title"],
        when=_span(fields, town),
    )
    return Screen(text, _ways(fields))


def overdue(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.ask`, open (people), project, names (of those who were asked)."""
    text = ngettext(
        "One person waits for their hours on <b>{title}</b> ({project}, {when}), and nobody has confirmed them.",
        "{n} people wait for their hours on <b>{title}</b> ({project}, {when}), and nobody has confirmed them.",
        fields["open"],
        title=fields["title"],
        project=fields["project"],
        when=_span(fields, town),
    )
    asked = _("I asked {names}.", names=listed(fields["names"])) if fields["names"] else Markup()
    return Screen(Markup("\n\n").join(part for part in (text, asked) if part), _ways(fields))


def own(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.ask`, resident, name: somebody who may not confirm their own line."""
    text = _(
        "{name} confirmed the hours of <b>{title}</b> ({when}) and was there too. Nobody confirms their own hours: "
        "could you do it? Did {name} come?",
        name=fields["name"],
        title=fields["title"],
        when=_span(fields, town),
    )
    shift, resident, minutes = fields["shift"], fields["resident"], fields["minutes"]
    return Screen(
        text,
        (
            (Choice(_("Yes: {length}", length=a_length(minutes)), _tap("came", shift, resident, minutes)),),
            (Choice(_("Another length"), _tap("typed", shift, resident)),),
            (Choice(_("Did not come"), _tap("missed", shift, resident)),),
            (home(),),
        ),
    )


def confirmed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, minutes, week."""
    text = _(
        "Your hours on <b>{title}</b> are confirmed: {length}. Thank you!",
        title=fields["title"],
        length=a_length(fields["minutes"]),
    )
    return Screen(text, ((anew(_not_right(fields)),), (anew(home()),)))


def missed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, starts_at, coordinator (the name of who said so)."""
    text = _(
        "You were not seen on <b>{title}</b> ({when}), so no hours were written down. That can happen to anybody. "
        "If you were there, please talk to {coordinator}.",
        title=fields["title"],
        when=a_moment(datetime.fromisoformat(fields["starts_at"]), town.tz),
        coordinator=fields["coordinator"],
    )
    page = Choice(_("The shift's page"), ShiftTap(do="open", shift=fields["shift"]).pack())
    return Screen(text, ((anew(_not_right(fields)),), (anew(page), anew(home()))))


def _not_right(fields: Fields) -> Choice:
    """The way to contest what was decided."""
    return Choice(_("That is not right"), ContestTap(do="open", kind="shift", id=fields["shift"]).pack())


def _ways(fields: Fields) -> tuple[Row, ...]:
    shift = fields["shift"]
    one_by_one = Choice(_("One by one"), _tap("people", shift))
    later = Choice(_("Later"), _tap("later", shift))
    if fields["open"] == 1:
        starts, ends = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
        length = a_length(int((ends - starts).total_seconds()) // 60)
        return ((Choice(_("Yes: {length}", length=length), _tap("all", shift)),), (one_by_one,), (later,))
    return ((Choice(_("All came"), _tap("all", shift)),), (one_by_one,), (later,))


def _span(fields: Fields, town: TownSettings) -> str:
    starts, ends = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
    return a_span(starts, ends, town.tz)


def _tap(do: str, shift: int, resident: int = 0, minutes: int = 0) -> str:
    return HoursTap(do=do, shift=shift, resident=resident, minutes=minutes).pack()


NOTICES = (
    Notice(key="hours.roster", render=roster),
    Notice(key="hours.reminder", render=reminder),
    Notice(key="hours.overdue", render=overdue),
    Notice(key="hours.own", render=own),
    Notice(key="hours.confirmed", render=confirmed),
    Notice(key="hours.missed", render=missed),
)
