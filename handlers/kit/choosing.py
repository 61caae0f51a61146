"""Lists of several pages, as the questions of a wizard show them."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.kit.nav import menu, page_of, pager
from handlers.kit.screens import Choice, Row
from handlers.kit.wizard import Scene, Stay, option
from town.facts import NotFound

PAGE = 5
"""Entries a page: with two to page, one more of ours and two to leave, a screen stays within ten choices."""

_TURN = "p"


def pick(scene: Scene, value: str, label: str) -> Choice:
    """A choice that answers the question that is being asked."""
    wizard, _colon, step = (scene.seat.state or "").partition(":")
    return option(wizard, step, value, label)


def pages(
    scene: Scene,
    entries: Sequence[tuple[str, str]],
    *,
    also: Sequence[Choice] = (),
    size: int = PAGE,
    across: int = 1,
) -> tuple[Row, ...]:
    """The rows of a list of (label, value), at the page that was turned to."""
    shown, page = page_of(entries, scene.draft.get(_page_key(scene), 0), size)
    return menu(
        [(label, pick(scene, value, label[:1] or "·").data) for label, value in shown],
        pages=pager(len(entries), page, lambda to: pick(scene, f"{_TURN}{to}", "·").data, size),
        then=also,
        across=across,
    )


def turned(scene: Scene, value: str) -> Stay | None:
    """What to do with a tap that turns the page; None for any other tap."""
    number = value.removeprefix(_TURN)
    if not value.startswith(_TURN) or not number.isdecimal() or len(number) > 4:
        return None
    scene.draft[_page_key(scene)] = int(number)
    return Stay()


def from_the_first(scene: Scene) -> None:
    """Turn back to the first page: the list is another one now."""
    scene.draft.pop(_page_key(scene), None)


def _page_key(scene: Scene) -> str:
    return f"@page.{(scene.seat.state or '').partition(':')[2]}"


def id_in(value: str, what: str) -> int:
    """The id in a tap's value. Raises NotFound for a forged one."""
    if not value.isdecimal() or len(value) > 9:
        raise NotFound(what=what)
    return int(value)
