"""Pictures that the town sent, as their reader gets them."""

from __future__ import annotations

from typing import Any

from tests.people import Person, Town


async def picture_of(town: Town, person: Person) -> bytes:
    """The picture of the newest message."""
    line: Any = person.line
    if town.channel == "telegram":
        photo = line.person.last.photo
        assert photo is not None, person.last
        return bytes(photo.data)
    async with line.http.get(f"{line.base}/chat/me/messages?limit=1") as answer:
        (last,) = (await answer.json())["messages"]
    async with line.http.get(line.base + last["photo"]["url"]) as answer:
        assert answer.status == 200
        return bytes(await answer.read())
