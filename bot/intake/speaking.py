"""Who an update is from, where several speak through one account (`handlers.kit.speaking`).

A tap says for whom it is; words are of whoever spoke last. On a phone that a household shares, that is asked again
after a while of silence, and where words answer somebody else's screen. Who helps somebody without a phone is
themself again after the silence. Each keeps their own place in the conversation while another speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiogram.types import Message, Update

from bot.intake.typed import as_typed
from handlers.kit.expecting import confides
from handlers.kit.nav import HOME
from handlers.kit.seat import Seat
from handlers.kit.speaking import MEANT, parted, put_aside, take_up
from handlers.kit.speaking_words import says_myself
from handlers.kit.wizard import RESUME
from storage import inbox
from storage.inbox import Opened
from storage.queries import helping, speakers
from storage.queries.speakers import Voice
from storage.tables import ResidentState
from storage.unit import Unit
from town.facts import NotTheirVoice
from town.settings import TownSettings

HEARD_EVERY = timedelta(minutes=10)
"""How much older than the truth what is kept of somebody's last words may be: not every update writes it."""

ASKED = "speaking:who"
"""The state of a conversation in which it is not known who speaks."""

SAID = "@said"
"""In the conversation's data: what somebody said who has not yet said who they are, as ["words", text] or
["tap", data]."""


@dataclass(slots=True)
class Spoken:
    """An update with who it is from. `ask`: the people of whom it may be, where that has to be asked first.

    `repeats`: it is what they had said before they told who they are.
    """

    update: Update
    opened: Opened
    steward_id: int | None = None
    ask: list[Voice] | None = None
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When an update is looked at, when it was said by the channel's clock (None: now), and the town's rules."""

    now: datetime
    said_at: datetime | None
    town: TownSettings

    @property
    def heard_at(self) -> datetime:
        return min(self.said_at or self.now, self.now)


async def note_heard(unit: Unit, opened: Opened, *, at: Moment, phone: str | None) -> None:
    """Keep when an account was last heard of, where somebody needs it, and its number."""
    if at.said_at is None and not opened.shared and opened.resident_id == opened.owner_id:
        return
    is_news = opened.heard_at is None or at.heard_at - opened.heard_at >= HEARD_EVERY
    if is_news or (phone is not None and phone != opened.phone):
        await _write_heard(unit, opened, at, phone)


async def _write_heard(unit: Unit, opened: Opened, at: Moment, phone: str | None = None) -> None:
    heard_at = at.heard_at if opened.heard_at is None else max(at.heard_at, opened.heard_at)
    await inbox.write_heard(unit, account_id=opened.account_id, at=heard_at, phone=phone)


async def as_meant(unit: Unit, came: Update, update: Update, opened: Opened, seat: Seat, at: Moment) -> Spoken:
    """An update as its speaker's own; `came` is as it came, before it was looked at what its words stand for.

    Raises NotTheirVoice for a tap in somebody else's name.
    """
    wanted, update = _named(update, opened)
    if wanted is None:
        if seat.state == ASKED and (update.message or update.callback_query):  # nobody shares the account any more
            _answered(seat)
            take_up(seat, opened.resident_id)
        return Spoken(update, opened)
    by_hand, was_silent = came.message is not None, _was_silent(opened, at)
    if update.message is not None and _holds_nothing(opened, seat):
        wanted = opened.owner_id
    if by_hand and _data(update) != MEANT:
        unsure = seat.state == ASKED or was_silent or wanted != opened.resident_id
        people = await _people(unit, opened) if opened.shared and unsure else []
        if len(people) > 1:
            return _asked(came, update, opened, seat, people)
        if was_silent and update.message is not None:
            wanted = opened.owner_id
    voice = await _voice(unit, opened, wanted, words=update.message is not None)
    if voice.helped and update.message is not None and says_myself(update.message.text):
        voice = await _voice(unit, opened, opened.owner_id, words=True)
        update = as_typed(update, update.message, HOME)
    was_asked = seat.state == ASKED
    said = _answered(seat) if was_asked else None
    if voice.resident_id != opened.resident_id:
        opened = await _switched(unit, opened, voice, seat, at)
    elif was_asked:
        take_up(seat, voice.resident_id)
    repeats = _data(update) == MEANT
    if repeats:
        update = _as_said(update, said or _open_question(seat))
    return Spoken(update, opened, opened.owner_id if voice.helped else None, repeats=repeats)


async def still(unit: Unit, opened: Opened, spoke: int | None, seat: Seat, at: Moment) -> tuple[Opened, int | None]:
    """The same once more, for an update whose effects were undone: who spoke was found then. Who speaks for them too.

    Without `spoke`, it is whoever spoke last.
    """
    owner_id, wanted = opened.owner_id, spoke or opened.resident_id
    if spoke is not None and seat.state == ASKED:  # they have said who they are; what they said was refused
        _answered(seat)
        take_up(seat, opened.resident_id)
    if owner_id is None or wanted is None or wanted == opened.resident_id == owner_id:
        return opened, None
    for resident_id in (wanted, owner_id):
        voice = await _voice_of(unit, opened, resident_id)
        if voice is not None:
            if voice.resident_id != opened.resident_id:
                opened = await _switched(unit, opened, voice, seat, at)
            return opened, owner_id if voice.helped else None
    return opened, None


# -- who it is ---------------------------------------------------------------------------------------------------------


def _named(update: Update, opened: Opened) -> tuple[int | None, Update]:
    """For whom an update is, with its tap as it would be in their own chat. None where there is nothing to decide."""
    tap = update.callback_query
    alone = not opened.shared and opened.resident_id == opened.owner_id
    if tap is None:
        return (None if alone or update.message is None else opened.resident_id), update
    wanted, data = parted(tap.data or "")
    if wanted is None:
        return (None if alone else opened.owner_id), update
    changed = tap.model_copy(update={"data": data})
    return wanted, Update(update_id=update.update_id, callback_query=changed)


async def _voice(unit: Unit, opened: Opened, wanted: int | None, *, words: bool) -> Voice:
    """Whoever it is from. Raises NotTheirVoice.

    Words are the own resident's once nobody may speak for the other any more; a tap never is.
    """
    if wanted is None or opened.owner_id is None:  # nobody's account yet, so nobody can be spoken for
        raise NotTheirVoice()
    for resident_id in (wanted, opened.owner_id) if words else (wanted,):
        voice = await _voice_of(unit, opened, resident_id)
        if voice is not None:
            return voice
    raise NotTheirVoice()


async def _voice_of(unit: Unit, opened: Opened, resident_id: int) -> Voice | None:
    if resident_id == opened.owner_id == opened.resident_id:  # as they were when the account was opened
        return Voice(resident_id, opened.name or "", opened.resident_state or "", helped=False)
    voice = await speakers.voice(unit, account_id=opened.account_id, owner_id=opened.owner_id, resident_id=resident_id)
    if voice is None or not voice.helped or opened.owner_id is None:
        return voice
    # They may have had to wait for whatever else becomes of that person just now: also for the end of this.
    return voice if await helping.hold(unit, resident_id=resident_id, steward_id=opened.owner_id) else None


def _holds_nothing(opened: Opened, seat: Seat) -> bool:
    """Whether who spoke last is no resident (any more), and is being asked nothing: the phone is not theirs to hold."""
    is_known = opened.resident_state in (ResidentState.RESIDENT, ResidentState.APPLICANT)
    return opened.resident_id != opened.owner_id and not is_known and seat.state in (None, ASKED)


def _data(update: Update) -> str:
    tap = update.callback_query
    return (tap.data or "") if tap is not None else ""


def _was_silent(opened: Opened, at: Moment) -> bool:
    silence = timedelta(minutes=at.town.shared_silence_minutes)
    return opened.heard_at is None or at.now - opened.heard_at >= silence + HEARD_EVERY


async def _people(unit: Unit, opened: Opened) -> list[Voice]:
    return await speakers.of_home(unit, account_id=opened.account_id, owner_id=opened.owner_id)


async def _switched(unit: Unit, opened: Opened, voice: Voice, seat: Seat, at: Moment) -> Opened:
    """Somebody else speaks from here on; what the other was being asked waits for them."""
    speaking = None if voice.resident_id == opened.owner_id else voice.resident_id
    await speakers.choose(unit, account_id=opened.account_id, speaking_id=speaking)
    await _write_heard(unit, opened, at)
    put_aside(seat, opened.resident_id)
    take_up(seat, voice.resident_id)
    return opened._replace(resident_id=voice.resident_id, name=voice.name, resident_state=voice.state)


# -- asking ------------------------------------------------------------------------------------------------------------


def _asked(came: Update, update: Update, opened: Opened, seat: Seat, people: list[Voice]) -> Spoken:
    """Who is it? What they said first is kept until they have told; a command in place of an answer takes its place.

    What is not to be kept anywhere, such as a vote, is not kept here either: they are asked for it again.
    """
    message, tap = update.message, update.callback_query
    is_confided = confides(seat.state, (came.message.text if came.message is not None else None) or "")
    text = (message.text if message is not None else None) or ""
    if seat.state != ASKED:
        put_aside(seat, opened.resident_id)
        seat.state = ASKED
    if SAID not in seat.data or text.startswith("/"):
        said = ["words", text] if text else ["tap", tap.data] if tap is not None else None
        seat.data = {**seat.data, SAID: None if is_confided else said}
    return Spoken(update, opened, ask=people)


def _answered(seat: Seat) -> Any:
    """Who it is has become known: the question is over. Returns what they had said."""
    data = seat.data
    said = data.pop(SAID, None)
    seat.state, seat.data = None, data
    return said


def _open_question(seat: Seat) -> list[str] | None:
    """The way back to what somebody was being asked when another took over, where their wizard keeps it."""
    wizard = (seat.state or "").partition(":")[0]
    return ["tap", f"w:{wizard}:-:{RESUME}"] if isinstance(seat.data.get(wizard), dict) else None


def _as_said(update: Update, said: Any) -> Update:
    """What somebody said before they told who they are, as if they said it now; else the way to their week."""
    tap = update.callback_query
    assert tap is not None  # as `as_meant` has looked
    kind, value = said or ("tap", HOME)
    if kind == "words" and isinstance(tap.message, Message):
        message = tap.message.model_copy(update={"text": value, "from_user": tap.from_user})
        return Update(update_id=update.update_id, message=message)
    data = value if kind == "tap" else HOME
    return Update(update_id=update.update_id, callback_query=tap.model_copy(update={"data": data}))


def deed_of(update: Update, state: str | None) -> str:
    """What a steward asked for, without anybody's answers: a tap's data, a command, or what was being asked."""
    if update.callback_query is not None:
        return _data(update)
    text = (update.message.text or "") if update.message is not None else ""
    return text.partition(" ")[0][:64] if text.startswith("/") else f"answer: {state or ''}"
