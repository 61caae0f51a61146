"""Linking another chat by a code: asking for one, sending it from there, and saying yes to whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.linking.codes import LASTS, digest_of, new_code, shown
from handlers.roles.actions import Duties, must_be_resident
from handlers.roles.codes import counted
from storage import outbox
from storage.queries import links, places, roles, speakers
from storage.queries.links import Asked, Chat
from storage.tables import ResidentState, Role
from storage.unit import Unit
from town.facts import ChatGone, CodeUsed, CodeWrong, LinkOwn, LinkTogether, NotAllowed, NotForStewards, OtherBusy

TRIES = "links"
"""In an account's data: when it sent wrong codes."""

LOOKED_AT = "link"
"""In an account's data: the digest of the code that its person was asked about."""


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code as it is shown, and until when it is good."""

    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """A code that somebody sent. `other`: the chat it was sent from is another resident's."""

    asked: Asked
    other: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """A chat that has become a resident's. `told`: they have others, which hear of it."""

    name: str
    told: bool


def must_be_themself(who: Who) -> int:
    """The id of a resident who speaks for nobody but themself. Raises NotAllowed, or NotForStewards."""
    if who.steward_id is not None:
        raise NotForStewards(name=who.name)
    return must_be_resident(who)


# -- asking for a code -------------------------------------------------------------------------------------------------


async def ask_code(unit: Unit, *, who: Who, now: datetime) -> NewCode:
    """A new code of one's own; an older one ends. Raises NotAllowed, NotForStewards."""
    code = await code_for(unit, resident_id=must_be_themself(who), account_id=who.account_id, now=now)
    return NewCode(code, now + LASTS)


async def must_answer_for(unit: Unit, duties: Duties, resident_id: int) -> None:
    """Whether somebody with these duties may change another's chats. Raises NotAllowed.

    They could become them, so nobody does it to who may do more.
    """
    held = await roles.held_by(unit, resident_id)
    if not duties.mayor and any(grant.role != Role.COORDINATOR for grant in held):
        raise NotAllowed(needed="mayor")
    if held and not duties.everywhere:
        raise NotAllowed(needed="town coordinator")


async def code_for(unit: Unit, *, resident_id: int, account_id: int, now: datetime) -> str:
    """A new code of a resident's ("KMPT-4R2X"), asked for on this account: whoever asks has been let to.

    Only its SHA-256 is kept. It is good for `codes.LASTS`, once; an older one of theirs ends. Raises OtherBusy while
    they, or another for them, do something themself: of two made at one moment both would be good.
    """
    if not await places.try_lock(unit, resident_id):
        raise OtherBusy()
    code = new_code()
    await links.make_code(
        unit,
        digest=digest_of(code),
        resident_id=resident_id,
        account_id=account_id,
        now=now,
        expires_at=now + LASTS,
    )
    return shown(code)


# -- sending it from the other chat ------------------------------------------------------------------------------------


async def look(unit: Unit, *, who: Who, seat: Seat, code: str | None, now: datetime) -> Looked:
    """Whose a code is that somebody sent; they are asked about it next. None for what cannot be a code.

    Raises CodeWrong, CodeUsed or TooManyTries, which whoever calls this answers: wrong ones are counted, and a fact
    that leaves the update undoes the counting. Raises LinkOwn, LinkTogether.
    """
    if code is None:
        raise CodeWrong()
    with counted(seat, now, where=TRIES):
        looked = await _look(unit, who, digest_of(code), now)
    seat.state = None
    seat.data = {**seat.data, LOOKED_AT: looked.asked.digest}
    return looked


def looked_at(seat: Seat) -> str:
    """The digest of the code that somebody was asked about last; "" where there is none."""
    return str(seat.data.get(LOOKED_AT, ""))


async def look_again(unit: Unit, *, who: Who, seat: Seat, now: datetime) -> Looked:
    """The code that somebody was asked about, as it is now. Raises CodeUsed, LinkOwn, LinkTogether."""
    try:
        return await _look(unit, who, looked_at(seat), now)
    except CodeWrong:
        raise CodeUsed() from None  # it was answered, or forgotten since


async def _look(unit: Unit, who: Who, digest: str, now: datetime) -> Looked:
    if who.steward_id is not None:
        raise NotForStewards(name=who.name)
    asked = await links.code(unit, digest)
    if asked is None:
        raise CodeWrong()
    own, (holder_id, state) = asked.account_id == who.account_id, await links.holder(unit, who.account_id)
    if not own and await _speaks(unit, who.account_id, holder_id, asked.resident_id):
        raise LinkTogether()  # also for a second tap on "Yes, link"
    if asked.used_at is not None or asked.expires_at <= now or asked.state != ResidentState.RESIDENT:
        raise CodeUsed()
    if own:
        raise LinkOwn()
    return Looked(asked, other=who.is_resident or state == ResidentState.RESIDENT)


async def _speaks(unit: Unit, account_id: int, holder_id: int | None, resident_id: int) -> bool:
    """Whether an account is a resident's, or one that they share."""
    at_home = await speakers.of_home(unit, account_id=account_id, owner_id=holder_id)
    return any(voice.resident_id == resident_id for voice in at_home)


def forget(seat: Seat) -> None:
    """Somebody said no, or has been answered: they are asked about that code no more."""
    seat.data = {key: value for key, value in seat.data.items() if key != LOOKED_AT}


async def link(unit: Unit, *, who: Who, seat: Seat, now: datetime) -> Linked:
    """Make this chat that of the resident whose code was sent; their other chats are told.

    A sign-up that was under way is dropped, an application withdrawn. Raises CodeUsed, LinkOwn, LinkTogether, and
    ChatGone where the chat has become another resident's meanwhile.
    """
    asked = await _whose(unit, who=who, seat=seat, now=now)
    holder_id, state = await links.holder(unit, who.account_id)
    if not await links.use_code(unit, digest=asked.digest, account_id=who.account_id, now=now):
        raise CodeUsed()  # somebody was faster since the look
    before = await links.chats(unit, asked.resident_id)
    if not await links.take(
        unit, account_id=who.account_id, holder_id=holder_id, resident_id=asked.resident_id
    ):  # pragma: no cover - its row was locked when the update was opened
        raise ChatGone()
    if holder_id is not None and state == ResidentState.APPLICANT:
        if not await roles.decline(unit, holder_id):
            raise ChatGone()  # somebody has let them in at this moment
        await outbox.withdraw(unit, f"join:{holder_id}")
    await _keep_first(unit, asked, before)
    seat.state, seat.data = None, {LOOKED_AT: asked.digest}
    unit.announce(f"roles:{asked.resident_id}")  # the new chat's menu is that of their roles
    fields = {"channel": who.channel, "account": who.account_id, "town": who.town.name}
    await tell(unit, "linking.linked", before, subject=about(who.account_id), now=now, **fields)
    return Linked(asked.name, told=bool(before))


async def _whose(unit: Unit, *, who: Who, seat: Seat, now: datetime) -> Asked:
    """The code that was confirmed, nothing else happening to its resident until this is done."""
    asked = (await look_again(unit, who=who, seat=seat, now=now)).asked
    await places.lock(unit, asked.resident_id)
    looked = await look_again(unit, who=who, seat=seat, now=now)
    if looked.other:
        raise ChatGone()
    if looked.asked.resident_id != asked.resident_id:
        raise CodeUsed()  # they were made one with another while this waited for them
    return looked.asked


async def _keep_first(unit: Unit, asked: Asked, chats: list[Chat]) -> None:
    """Notices go on coming to the chat where the code was asked for, until its resident chooses another."""
    own = any(chat.id == asked.account_id for chat in chats)
    if own and not any(chat.preferred for chat in chats):
        await links.prefer(unit, resident_id=asked.resident_id, account_id=asked.account_id)


def about(account_id: int) -> str:
    """The subject of what is said of an account."""
    return f"chat:{account_id}"


async def tell(
    unit: Unit,
    notice: str,
    chats: Iterable[Chat | int],
    *,
    now: datetime,
    subject: str = "",
    **fields: Any,
) -> None:
    """Say something in each of these chats: it is about the chats themselves, so each is told, not the resident."""
    ids = [chat if isinstance(chat, int) else chat.id for chat in chats]
    rows = [
        outbox.new_row(
            notice=notice,
            group_id=account_id,
            dedupe_key=f"{notice}:{account_id}:{now.isoformat()}",
            subject=subject,
            now=now,
            **fields,
        )
        for account_id in ids
    ]
    await outbox.put(unit, rows)
