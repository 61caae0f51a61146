"""What the room of boards says unasked: a question about a new board, and the update in each that is switched on."""

from __future__ import annotations

from handlers.boards import posting, views
from handlers.kit.capability import Fields, Notice
from handlers.kit.screens import Screen
from storage.queries import boards
from storage.unit import Unit
from town.settings import TownSettings


async def gather(unit: Unit, fields: Fields) -> Fields | None:
    """Fields `board`: an account's id, `by`: who let the bot in, "" for nobody known. Once it is settled, no more."""
    board = await boards.get(unit, int(fields["board"]))
    if board is None or board.gone_at is not None or board.switched_at is not None:
        return None
    return {**fields, "row": board}


def asked(fields: Fields, town: TownSettings) -> Screen:
    return views.asked(fields["row"], fields["by"])


NOTICES = (Notice(key="board.new", render=asked, gather=gather), posting.POST)
