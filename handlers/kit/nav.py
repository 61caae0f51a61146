"""The ways on and back that every screen shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from handlers.kit.screens import Choice, Row, distinct, in_rows
from locales import _

T = TypeVar("T")

HOME = "home"
LEAVE = "leave"
PAGE = 6
"""Entries a page: with two to page and two to leave, a screen stays within ten choices."""


def home() -> Choice:
    """The way to *My week*, or on with the sign-up for somebody who has not finished it."""
    return Choice(_("My week"), HOME)


def leave() -> Choice:
    """The way out of a wizard."""
    return Choice(_("Leave it"), LEAVE)


ANEW = "!"
"""Before a choice's data: whatever it leads to comes as a message of its own."""


def anew(choice: Choice) -> Choice:
    """A choice that leads away from something worth keeping: the message it stands under stays as it is."""
    return Choice(choice.label, ANEW + choice.data)


def back(data: str) -> Choice:
    return Choice(_("Back"), data)


def page_of(items: Sequence[T], page: int, size: int = PAGE) -> tuple[Sequence[T], int]:
    """The items of a page, and the page that was really meant: a list may have grown shorter since."""
    last = max(0, (len(items) - 1) // size)
    page = min(max(page, 0), last)
    return items[page * size : (page + 1) * size], page


def pager(total: int, page: int, data: Callable[[int], str], size: int = PAGE) -> tuple[Row, ...]:
    """The row that turns pages, or none when there is one page."""
    last = max(0, (total - 1) // size)
    row = []
    if page > 0:
        row.append(Choice(_("Earlier"), data(page - 1)))
    if page < last:
        row.append(Choice(_("More"), data(page + 1)))
    return (tuple(row),) if row else ()


def menu(
    entries: Iterable[tuple[str, str]], *, pages: tuple[Row, ...] = (), then: Sequence[Choice] = (), across: int = 1
) -> tuple[Row, ...]:
    """The rows of a list: its entries (label, data), the row that turns pages, and what else one can do.

    Labels that people wrote are cut, and told apart from each other and from every label of ours on the screen.
    """
    listed = list(entries)
    ours = [choice.label for row in pages for choice in row] + [choice.label for choice in then]
    labels = distinct([label for label, _data in listed], besides=[*ours, back(HOME).label, leave().label])
    chosen = [Choice(label, data) for label, (_label, data) in zip(labels, listed, strict=True)]
    if len(then) > 1 and then[-1].data == HOME and then[-2].label == back(HOME).label:  # the two ways back share a row
        return (*in_rows(chosen, across), *pages, *in_rows(then[:-2]), (then[-2], then[-1]))
    return (*in_rows(chosen, across), *pages, *in_rows(then))
