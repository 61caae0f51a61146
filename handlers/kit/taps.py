"""The callback data of every room, so that a screen of one room can lead to another without importing it."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

Id = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A number that a database can look up: anything else was forged, and no button of ours."""


class ShiftTap(CallbackData, prefix="shift"):
    """A shift's page and what one can do on it: open, join, leave (may ask), release, coming, cant, share."""

    do: str
    shift: Id


class ListTap(CallbackData, prefix="list"):
    """Lists of shifts: by "day" (key YYYY-MM-DD), "project" (key its id), "suits", "mine"; "" is the choice of them."""

    by: str
    key: str = ""
    page: Id = 0


class HoursTap(CallbackData, prefix="hours"):
    """Rosters of shifts that have ended: list, open, all, people, person, came, missed, typed, later."""

    do: str
    shift: Id
    resident: Id = 0
    minutes: Id = 0
    page: Id = 0


_NOT_BY_NUMBER = ("hours:all:", "hours:came:", "hours:missed:")
"""Taps that write into the hours ledger, which forgets nothing."""


def by_number(data: str) -> str:
    """What a bare number that was typed at a notice does in place of the choice with this data.

    A notice comes unasked, perhaps in the moment in which somebody answers another screen; so where the choice would
    write hours, the number opens the roster, which asks again.
    """
    if not data.startswith(_NOT_BY_NUMBER):
        return data
    return HoursTap(do="open", shift=HoursTap.unpack(data).shift).pack()


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
