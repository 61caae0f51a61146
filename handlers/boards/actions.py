"""Use cases of boards: where the town was let in or put out, and where the mayor has the weekly update posted."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.kit.who import Who
from handlers.roles.actions import must_be_mayor
from storage import outbox
from storage.queries import boards, groups, roles
from storage.queries.boards import BoardRow
from storage.tables import ResidentState
from storage.unit import Unit
from town.facts import NotFound

LONGEST_TITLE = 255
MOST_ASKED = 5
"""So many new boards a day the mayor is asked about: strangers may add the bot wherever they like."""

DAY = timedelta(days=1)
ASKED_FOR = timedelta(days=7)


async def note_board(unit: Unit, *, who: Who, title: str, kind: str, by: int, now: datetime) -> None:
    """The bot was let into a group or channel, whose account `who` is, by the Telegram user `by`.

    Nothing is posted there before the mayor says so, who is asked once.
    """
    known = await boards.get(unit, who.account_id)
    await boards.keep(unit, who.account_id, title=title.strip()[:LONGEST_TITLE], kind=kind, now=now)
    if known is None:
        await _ask(unit, who.account_id, by=by, now=now)


async def _ask(unit: Unit, account_id: int, *, by: int, now: datetime) -> None:
    """Ask the mayors whether the weekly update is to be posted in a new board; not about more than a few a day."""
    if await boards.added_since(unit, now - DAY) > MOST_ASKED:
        return
    speaker = await groups.speaker(unit, str(by))
    name = speaker.name if speaker is not None and speaker.state == ResidentState.RESIDENT else ""
    rows = [
        outbox.new_row(
            notice="board.new",
            resident_id=mayor,
            dedupe_key=f"board.new:{account_id}:{mayor}",
            now=now,
            subject=asking(account_id),
            expires_at=now + ASKED_FOR,
            board=account_id,
            by=name,
        )
        for mayor in await roles.mayors(unit)
    ]
    await outbox.put(unit, rows)


def asking(account_id: int) -> str:
    """The question about a new board is filed under this."""
    return f"board:{account_id}"


async def note_gone(unit: Unit, *, account_id: int, now: datetime) -> None:
    """The bot was put out of a group or channel, or may not write there any more."""
    if await boards.gone(unit, account_id, now=now):
        await outbox.withdraw(unit, asking(account_id))


async def note_heard(unit: Unit, *, account_id: int, title: str, now: datetime) -> None:
    """Something came from a group, which is called so now; it may be one that the bot was in before boards were kept.

    Nobody is asked about it: it is no new one, and stands on the mayor's list.
    """
    await boards.heard(unit, account_id, title=title.strip()[:LONGEST_TITLE], now=now)


# -- the mayor ---------------------------------------------------------------------------------------------------------


async def listed(unit: Unit, *, who: Who) -> list[BoardRow]:
    """The boards that the town is in. Raises NotAllowed."""
    await must_be_mayor(unit, who)
    return await boards.there(unit)


async def one(unit: Unit, *, who: Who, account_id: int) -> BoardRow:
    """A board that the town is in. Raises NotAllowed, NotFound."""
    await must_be_mayor(unit, who)
    return await _found(unit, account_id)


async def switch(unit: Unit, *, who: Who, account_id: int, on: bool, now: datetime) -> BoardRow:
    """Post the weekly update in a board from now on, or no more. Raises NotAllowed, NotFound."""
    await must_be_mayor(unit, who)
    if not await boards.switch(unit, account_id, on=on, by=who.me, now=now):
        raise NotFound(what="board")
    await outbox.withdraw(unit, asking(account_id))
    if not on:
        await outbox.withdraw(unit, posted_in(account_id))
    return await _found(unit, account_id)


async def drop(unit: Unit, *, who: Who, account_id: int, now: datetime) -> BoardRow:
    """Take a board off the list; it is there again once the bot is let in anew. Raises NotAllowed, NotFound."""
    await must_be_mayor(unit, who)
    board = await _found(unit, account_id)
    await boards.switch(unit, account_id, on=False, by=who.me, now=now)
    await note_gone(unit, account_id=account_id, now=now)
    await outbox.withdraw(unit, posted_in(account_id))
    return board


def posted_in(account_id: int) -> str:
    """What is posted in a board is filed under this."""
    return f"board.post:{account_id}"


async def _found(unit: Unit, account_id: int) -> BoardRow:
    board = await boards.get(unit, account_id)
    if board is None or board.gone_at is not None:
        raise NotFound(what="board")
    return board
