"""The callback data of every room, so that a screen of one room can lead to another without importing it."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.kit.nav import ANEW

Id = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A number that a database can look up: anything else was forged, and no button of ours."""


class ShiftTap(CallbackData, prefix="shift"):
    """A shift's page and what one can do on it: open, join (or wait), leave (may ask), release, coming, cant, share.

    Of its waiting list: unwait, accept and decline (an offered place).
    """

    do: str
    shift: Id


class ListTap(CallbackData, prefix="list"):
    """Lists of shifts: by "day" (key YYYY-MM-DD), "project" (key its id), "suits", "mine"; "" is the choice of them."""

    by: str
    key: str = ""
    page: Id = 0


class HoursTap(CallbackData, prefix="hours"):
    """Rosters of shifts that have ended: list, open, all, here, people, person, came, missed, typed, later."""

    do: str
    shift: Id
    resident: Id = 0
    minutes: Id = 0
    page: Id = 0


_NOT_BY_NUMBER = ("hours:all:", "hours:here:", "hours:came:", "hours:missed:", "report:yes:")
"""Taps that write into the hours ledger, which forgets nothing."""

_LOOK_FIRST = {"swap:accept:": ":one:", "recall:read:": ":one:", "goods:gaveback:": ":one:", "goods:back:": ":one:"}
_LOOK_FIRST |= {"vote:cast:": ":take:", "cast:approve:": ":page:", "round:done:": ":step:"}
_LOOK_FIRST |= {"chat:one:": ":look:", "chat:gone:": ":go:"}
"""Taps that say yes to something (two places change hands, a recall was read), give away what the next in line gets, or
put a ballot in: the number opens what it is about."""


def by_number(data: str) -> str:
    """What a bare number that was typed at a notice does in place of the choice with this data.

    A notice comes unasked, perhaps in the moment in which somebody answers another screen; so where the choice would
    write hours, the number opens the roster or the report, which asks again.
    """
    for tap, instead in _LOOK_FIRST.items():
        if data.removeprefix(ANEW).startswith(tap):
            return data.replace(tap[tap.index(":") :], instead, 1)
    if not data.startswith(_NOT_BY_NUMBER):
        return data
    if data.startswith("report:"):
        return data.replace(":yes:", ":open:", 1)
    return HoursTap(do="open", shift=HoursTap.unpack(data).shift).pack()


class SeriesTap(CallbackData, prefix="series"):
    """Shifts that come again: a resident's standing sign-up, and a coordinator's series."""

    do: str
    id: Id = 0
    page: Id = 0
    key: str = ""


class CoverTap(CallbackData, prefix="cover"):
    """Cover: take, no (a call), which, ask (a shift), and lists: mine (to say which one cannot come to), short."""

    do: str
    id: Id = 0
    page: Id = 0


class SwapTap(CallbackData, prefix="swap"):
    """Swapping shifts and handing one over: `shift` is the one that is given, `other` the one for it, `who` a person.

    Asking: open, hand, name, swap, people, sure, ask. Requests (`other` is one): mine, one, accept, decline, withdraw.
    """

    do: str
    shift: Id = 0
    other: Id = 0
    page: Id = 0
    who: Id = 0


class SkillTap(CallbackData, prefix="skill"):
    """Learning records, signing off, masters: `id` is a skill or a shift, `resident` a person."""

    do: str
    id: Id = 0
    resident: Id = 0
    page: Id = 0


class CheckTap(CallbackData, prefix="check"):
    """Checking in at a shift: in (asks for the code), join (and check in), for who scanned it without a place.

    For its coordinator: code, here (who is there), tick and untick somebody.
    """

    do: str
    shift: Id = 0
    resident: Id = 0
    page: Id = 0


class CalendarTap(CallbackData, prefix="ics"):
    """Calendar files and the private feed."""

    do: str
    shift: Id = 0


class PlanTap(CallbackData, prefix="plan"):
    """A coordinator's plan of who could take open places: `id` is a project or a plan, `line` and `who` a shift and a
    resident of it."""

    do: str
    id: Id = 0
    line: Id = 0
    page: Id = 0
    who: Id = 0


class ReportTap(CallbackData, prefix="report"):
    """Work outside a shift: new, mine (one's own), list (those that wait for one), open, withdraw, yes, no."""

    do: str
    id: Id = 0
    page: Id = 0


class ContestTap(CallbackData, prefix="contest"):
    """Not agreeing with what was decided: open (`kind` is "shift" or "report", `id` that one).

    Of a contest, by its id: see, uphold, keep; list those that wait for one.
    """

    do: str
    kind: str = ""
    id: Id = 0
    page: Id = 0


class LedgerTap(CallbackData, prefix="ledger"):
    """A resident's weeks, entry by entry: week and contest (`key` is its Monday); correct (shift `key` of person `id`,
    or report "report-…" as `key`).
    """

    do: str
    key: str = ""
    id: Id = 0
    page: Id = 0


class StandingTap(CallbackData, prefix="stand"):
    """Standing: why it is so (`key` a week), and exemptions."""

    do: str
    key: str = ""
    id: Id = 0
    page: Id = 0


class PowerTap(CallbackData, prefix="power"):
    """Households, meters and the utility's file."""

    do: str
    key: str = ""
    id: Id = 0
    page: Id = 0


class LabourTap(CallbackData, prefix="labour"):
    """Hours offered, filled, confirmed and open: `key` a week (its Monday; "" for this one). do: open, chart."""

    do: str
    key: str = ""
    page: Id = 0


class DeskTap(CallbackData, prefix="desk"):
    """A coordinator's desk."""

    do: str
    id: Id = 0
    page: Id = 0


class TownTap(CallbackData, prefix="town"):
    """The mayor's rooms: roles, settings, who may join."""

    do: str
    id: Id = 0
    page: Id = 0
    key: str = ""


class MeTap(CallbackData, prefix="me"):
    """A resident's own answers."""

    do: str
    page: Id = 0
