"""Links into the town's conversation, for people to pass on to each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHIFT = "shift_"
"""What a shift's start payload begins with; its id follows."""

CHECK_IN = "in_"
"""What the payload of a shift's check-in begins with; its id and a code follow (`town.checkin`)."""

PICK_UP = "get_"
"""What the payload of a claim's QR code begins with; its code follows."""

MOST_ID = 2**31 - 1


@dataclass(slots=True)
class Links:
    """Where the town can be reached from outside: a bot's username, a web chat's address; None where there is none.

    One object serves the whole house: the Telegram channel puts the username in as soon as Telegram has told it.
    """

    telegram_username: str | None = None
    web_url: str | None = None
    here: str | None = None
    """The address of a sample town, for its pages: on this computer they can be looked at, though not from outside."""

    def shift(self, shift_id: int) -> str | None:
        """A link that opens a shift's page, or None in a town that nothing leads to from outside."""
        return self.start(f"{SHIFT}{shift_id}")

    def start(self, payload: str) -> str | None:
        """A link that sends `/start payload`."""
        if self.telegram_username:
            return f"https://t.me/{self.telegram_username}?start={payload}"
        if self.web_url:
            return f"{self.web_url.rstrip('/')}/?start={payload}"
        return None

    def page(self, path: str) -> str | None:
        """The address of one of the town's pages, "/checkin/…", or None in a town that has none to look at."""
        base = self.web_url or self.here
        return f"{base.rstrip('/')}{path}" if base else None


def parted(payload: str) -> tuple[str, int | None]:
    """What a start payload brings: a code (or ""), and the id of a shift (or None), one after the other."""
    code, _space, last = payload.strip().rpartition(" ")
    if last.startswith(PICK_UP):  # somebody's goods at a desk: nothing that a newcomer could do with it
        return code.strip(), None
    scanned = re.fullmatch(f"{CHECK_IN}([0-9]{{1,10}})_[A-Za-z0-9]+", last)
    number = scanned[1] if scanned is not None else last.removeprefix(SHIFT)
    if number == last:
        return payload.strip(), None
    return code.strip(), int(number) if re.fullmatch("[0-9]{1,10}", number) and int(number) <= MOST_ID else None
