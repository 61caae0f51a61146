"""The words of whom a broadcast reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, pager
from handlers.kit.news_taps import CastTap, ReachTap
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.reach import words
from handlers.reach.actions import GROUPS, PAGE, Report
from locales import _, a_day, a_time, ngettext, number
from storage.queries.reach import Fate, Reached
from town.week import local


def to(do: str, id: int = 0, page: int = 0, key: str = "") -> str:
    return ReachTap(do=do, id=id, page=page, key=key).pack()


def lines(parts: Iterable[Markup | str]) -> Markup:
    return Markup("\n").join(parts)


def card(seen: Report, zone: ZoneInfo) -> Screen:
    """How many met which fate, and why some were not reached."""
    one = seen.one
    text = [_("<b>Whom it reached</b>"), words.about(one)]
    if one.started_at is None:
        text.append(_("It has not gone out yet."))
    else:
        text.append(_("Begun on {when}; people in all: {n}.", when=when(one.started_at, zone), n=number(one.people)))
    text += [Markup(""), *_fates(seen)]
    if one.left_out:
        text.append(_("Left out, since they had turned this topic off: {n}", n=number(one.left_out)))
    text += _why(seen)
    if seen.fates:
        text += [Markup(""), _("Telegram tells nobody who has read something: there, only an answer shows it.")]
    return Screen(lines(text), _ways(seen))


def when(moment: datetime, zone: ZoneInfo) -> str:
    return f"{a_day(local(moment, zone).date())}, {a_time(moment, zone)}"


def _fates(seen: Report) -> list[Markup]:
    """One line for each fate that somebody met."""
    said = {
        Fate.READ: _("Read or answered: {n}", n=number(seen.fates.get(Fate.READ, 0))),
        Fate.DELIVERED: _("Arrived, not read yet: {n}", n=number(seen.fates.get(Fate.DELIVERED, 0))),
        Fate.SENT: _("Sent: {n}", n=number(seen.fates.get(Fate.SENT, 0))),
        Fate.WAITING: _("On the way: {n}", n=number(seen.fates.get(Fate.WAITING, 0))),
        Fate.HELD: _("Held: {n}", n=number(seen.fates.get(Fate.HELD, 0))),
        Fate.FAILED: _("Not reached: {n}", n=number(seen.fates.get(Fate.FAILED, 0))),
        Fate.UNSURE: _("Nobody knows whether it arrived: {n}", n=number(seen.fates.get(Fate.UNSURE, 0))),
        Fate.MUTED: _("Turned this off meanwhile: {n}", n=number(seen.fates.get(Fate.MUTED, 0))),
        Fate.LATE: _("It would have come too late: {n}", n=number(seen.fates.get(Fate.LATE, 0))),
        Fate.SPARED: _("No longer needed: {n}", n=number(seen.fates.get(Fate.SPARED, 0))),
    }
    return [line for fate, line in said.items() if seen.fates.get(fate)]


def _why(seen: Report) -> list[Markup]:
    if not seen.why:
        return []
    return [
        Markup(""),
        _("Why some were not reached:"),
        *(
            Markup("• {}: {}").format(words.why(reason), number(count))
            for reason, count in sorted(seen.why.items(), key=lambda item: -item[1])
        ),
    ]


def _ways(seen: Report) -> tuple[tuple[Choice, ...], ...]:
    one = seen.one
    groups = [Choice(words.group_title(group), to("list", one.id, key=group)) for group in GROUPS if seen.of(group)]
    ways = [Choice(_("Look again"), to("card", one.id))] if not seen.fates else []
    if seen.fates:
        ways.append(Choice(_("As a file"), to("file", one.id)))
    if seen.can_repeat:
        ways.append(Choice(_("Send again"), to("again", one.id)))
    return (*in_rows(groups, 2), *in_rows(ways, 2), (_page(one.id), home()))


def _page(broadcast_id: int) -> Choice:
    return back(CastTap(do="page", id=broadcast_id).pack())


def people(seen: Report, group: str, shown: Sequence[Reached], page: int, zone: ZoneInfo) -> Screen:
    """Those who met the same fate, by name."""
    text = [Markup("<b>{}</b>: {}").format(words.group_title(group), words.about(seen.one))]
    text += [_person(one, zone) for one in shown] or [_("Nobody any more.")]
    turn = pager(seen.of(group), page, lambda other: to("list", seen.one.id, other, group), PAGE)
    return Screen(lines(text), (*turn, (back(to("card", seen.one.id)), home())))


def _person(one: Reached, zone: ZoneInfo) -> Markup:
    channel: str = words.CHANNELS.get(one.channel or "", one.channel or "")
    if one.is_short:
        channel = _("{channel}, in short", channel=channel)
    match one.fate:
        case Fate.READ:
            said = _("{when}, {channel}", when=_moment(one.read_at, zone), channel=channel)
        case Fate.DELIVERED | Fate.SENT:
            said = _("{when}, {channel}", when=_moment(one.delivered_at or one.sent_at, zone), channel=channel)
        case Fate.WAITING:
            said = _("on the way")
        case Fate.HELD:
            said = _("held")
        case Fate.FAILED:
            said = words.why(one.why)
        case Fate.UNSURE:
            said = _("nobody knows whether it arrived")
        case Fate.MUTED:
            said = _("turned this off")
        case Fate.LATE:
            said = _("too late")
        case _:
            said = _("no longer needed")
    return Markup("• {}: {}").format(one.name, said)


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    return "" if moment is None else when(moment, zone)


def file_caption(seen: Report) -> Markup:
    return _("Everybody this went to, and what became of it: {about}", about=words.about(seen.one))


def after_file(seen: Report) -> Screen:
    text = _("Please keep this list to yourself, and delete it when it has served.")
    return Screen(text, ((back(to("card", seen.one.id)), home()),))


def sent_again(count: int) -> str:
    return ngettext("It goes out once more, to {n} person.", "It goes out once more, to {n} people.", count)
