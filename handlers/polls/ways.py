"""The ways within the room of polls."""

from __future__ import annotations

from handlers.kit.poll_taps import PollTap
from handlers.kit.screens import Choice
from locales import _


def to(do: str, poll_id: int = 0, page: int = 0) -> str:
    return PollTap(do=do, id=poll_id, page=page).pack()


def all_polls() -> Choice:
    return Choice(_("All polls"), to("open"))


def its_page(poll_id: int) -> Choice:
    return Choice(_("To the poll"), to("page", poll_id))
