"""One person at one end of a channel, as tests speak of somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.lines import Line, Shown, WhatsAppLine

if TYPE_CHECKING:
    from tests.people import Town


@dataclass
class Person:
    """Somebody of the town. `sees` looks at the last message (and a toast that came with it), `has_seen` at all."""

    town: Town
    name: str
    line: Line
    shown: list[Shown] = field(default_factory=list)
    before: list[Shown] = field(default_factory=list)
    resident_id: int = 0
    account_id: int = 0

    async def looks(self) -> list[Shown]:
        """Read the chat anew: what came unasked is there too."""
        self.before = self.shown
        self.shown = await self.line.messages()
        return self.shown

    async def says(self, text: str) -> Shown:
        """Write something; returns the last message of the town after it."""
        await self.line.say(text)
        return (await self.looks())[-1]

    async def sends_photo(self, photo: bytes) -> Shown:
        """Send a photo, or something that says it is one; returns the last message of the town after it."""
        await self.line.show(photo)
        return (await self.looks())[-1]

    async def taps(self, label: str, *, on: Shown | None = None) -> Shown:
        """Tap the button that begins with `label` (a mark before it does not count), on the newest message with it."""
        message, data = self.button(label, on)
        await self.line.tap(message.id, data)
        return (await self.looks())[-1]

    async def forges(self, data: str, *, on: Shown | None = None) -> Shown:
        """Tap a button that was never shown."""
        await self.line.tap((on or self.last).id, data)
        return (await self.looks())[-1]

    def button(self, label: str, on: Shown | None = None) -> tuple[Shown, str]:
        for message in [on] if on is not None else reversed(self.shown):
            for text, data in message.buttons:
                if text.removeprefix("✓ ").casefold().startswith(label.casefold()):
                    return message, data
        raise AssertionError(f"{self.name} sees no button {label!r}; the last message:\n{self.last}")

    async def joins(self, shift_id: int) -> Shown:
        """Open a shift by its share link and take a place."""
        await self.says(f"/start shift_{shift_id}")
        return await self.forges(f"shift:join:{shift_id}")

    async def speaks(self, language: str) -> None:
        """Change the language with /me, in whatever language it is now."""
        await self.says("/me")
        await self.forges("me:language:0")
        await self.forges(f"w:me:language:{language}")

    @property
    def last(self) -> Shown:
        assert self.shown, f"{self.name} has seen nothing yet"
        return self.shown[-1]

    @property
    def toast(self) -> str:
        return self.line.toast()

    def sees(self, text: str) -> bool:
        """Whether the last message, or the toast of the last tap, has this text.

        A notice may come right behind an answer: the message before it, if no older than the last look, will do too.
        """
        came = [one for one in self.shown[-2:] if one is self.last or one not in self.before]
        found = any(text in one.text for one in came) or text in self.toast
        assert found, f"{self.name} sees:\n{self.last.text}\n{self.last.labels}\ntoast: {self.toast!r}\nnot: {text!r}"
        return found

    def has_seen(self, text: str, times: int | None = None) -> bool:
        """Whether any message of the town has this text; with `times`, just so many."""
        count = sum(text in message.text for message in self.shown)
        wanted = count > 0 if times is None else count == times
        every = "\n---\n".join(message.text for message in self.shown)
        assert wanted, f"{self.name} has seen {text!r} {count} times in:\n{every}"
        return wanted

    def has_not_seen(self, text: str) -> bool:
        return self.has_seen(text, times=0)

    def has_open(self, text: str, times: int) -> bool:
        """Whether just so many messages with this text are unanswered: a message that was tapped becomes its answer.

        On WhatsApp it stays where it is, and its answer comes below.
        """
        answered = self.line.tapped if isinstance(self.line, WhatsAppLine) else set()
        open_ones = [message.text for message in self.shown if text in message.text and message.id not in answered]
        assert len(open_ones) == times, f"{self.name} has {len(open_ones)} with {text!r}:\n" + "\n---\n".join(open_ones)
        return True

    def has_become(self, before: Shown, after: Shown) -> bool:
        """Whether a message became another: the same one, or on WhatsApp the next below it."""
        newer = [message for message in self.shown if message.id > before.id]
        assert before.id == after.id if self.line.changes_in_place else newer == [after], (before, newer, after)
        return True
