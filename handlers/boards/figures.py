"""The week in numbers, as a table: what each line is called and what it says, in the current language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from html import unescape
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.goods_words import an_amount, item_name
from locales import _, a_moment, ngettext, number, percent
from storage.queries.week_numbers import Numbers


class Figure(NamedTuple):
    """A line of the table: its name, and one or more things it says; plain text."""

    name: str
    said: tuple[str, ...]


def figures(numbers: Numbers, zone: ZoneInfo) -> list[Figure]:
    """The lines that say something: those with nothing to tell are left out, but for the hours and the people."""
    newcomers = [number(numbers.newcomers)] if numbers.newcomers else []
    lines: list[tuple[Markup, Sequence[str]]] = [
        (_("Hours given"), [_hours(numbers)]),
        (_("People who took part"), [_people(numbers)]),
        (_("New residents"), newcomers),
        (_("Given out for free"), _listed(numbers.goods, numbers.kinds, _goods)),
        (_("Decided"), _listed(numbers.decided, numbers.decisions, _decision)),
        (_("Needed next week"), _listed(numbers.needed, numbers.shifts, lambda one: _needed(one, zone))),
        (_("Meetings to come"), _listed(numbers.meetings, numbers.gatherings, lambda one: _meeting(one, zone))),
    ]
    return [Figure(unescape(name), tuple(map(unescape, said))) for name, said in lines if said]


def _listed(some: list[dict[str, Any]], of: int, say: Callable[[dict[str, Any]], Markup]) -> list[Markup]:
    """Some of many, each as a line of its own, and how many more there are."""
    lines = [say(one) for one in some]
    if lines and of > len(some):
        lines.append(ngettext("{n} more", "{n} more", of - len(some)))
    return lines


def _hours(numbers: Numbers) -> Markup:
    done = _("{n} h", n=number(numbers.minutes // 60))
    if not numbers.asked:
        return done
    return _(
        "{done} of {asked} ({part})",
        done=done,
        asked=_("{n} h", n=number(numbers.asked // 60)),
        part=percent(numbers.minutes * 100 // numbers.asked),
    )


def _people(numbers: Numbers) -> Markup:
    return _("{n} of {all}", n=number(numbers.people), all=number(numbers.residents))


def _goods(one: dict[str, Any]) -> Markup:
    amount = an_amount(one["amount"], one["unit"])
    return _("{item}: {amount}", item=item_name(one["name"], one["names"]), amount=amount)


def _decision(one: dict[str, Any]) -> Markup:
    return _("{title}: agreed", title=one["title"]) if one["passed"] else _("{title}: not agreed", title=one["title"])


def _needed(one: dict[str, Any], zone: ZoneInfo) -> Markup:
    return ngettext(
        "{title} ({project}), {when}: {n} place free",
        "{title} ({project}), {when}: {n} places free",
        one["open"],
        title=one["title"],
        project=one["project"],
        when=a_moment(datetime.fromisoformat(one["starts_at"]), zone),
    )


def _meeting(one: dict[str, Any], zone: ZoneInfo) -> Markup:
    when = a_moment(datetime.fromisoformat(one["starts_at"]), zone)
    said = _("{title}, {when}", title=one["title"], when=when)
    return Markup("{}, {}").format(said, one["place"]) if one["place"] else said
