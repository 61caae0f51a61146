"""What somebody does who has goods to collect: the code for them, and who else may come for them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from handlers.kit.who import Who
from handlers.pickup import telling
from handlers.roles.actions import must_be_resident
from storage.queries import pickup, roles
from storage.queries.pickup import Held, Line, Somebody
from storage.tables import ClaimState
from storage.unit import Unit
from town.facts import NoClaim, NotFound, PickupCodeWrong


class Mine(NamedTuple):
    """A claim that somebody may collect. `home`: the others who live with whose it is, and may collect it too.

    `own`: it is theirs; otherwise they are of its home, or the helper.
    """

    held: Held
    own: bool
    home: tuple[Somebody, ...]


class Gone(NamedTuple):
    """The last handing over of a claim: who took it, and who gave it to them; "" where that is not known."""

    held: Held
    line: Line
    to: str
    by: str


async def mine(unit: Unit, *, who: Who, claim_id: int) -> Mine:
    """A claim that somebody may collect. Raises NotAllowed, NotFound, or NoClaim when nothing of it is left."""
    me = must_be_resident(who)
    held = await pickup.get(unit, claim_id)
    if held is None:
        raise NotFound(what="claim")
    return await _as_mine(unit, me, held)


async def _as_mine(unit: Unit, me: int, held: Held) -> Mine:
    own = held.claim.resident_id == me
    people = await pickup.living(unit, [] if held.home_id is None else [held.home_id])
    if not own and held.claim.helper_id != me and all(one.id != me for one in people):
        raise NotFound(what="claim")
    if held.claim.state != ClaimState.HELD:
        raise NoClaim(item=held.batch.item)
    return Mine(held, own, tuple(one for one in people if one.id != held.claim.resident_id))


async def by_code(unit: Unit, *, who: Who, code: str) -> Mine | Held:
    """The claim of a code, as one that somebody may collect themselves, or as somebody else's.

    Raises NotAllowed or PickupCodeWrong.
    """
    me = must_be_resident(who)
    held = await pickup.by_code(unit, code)
    if held is None:
        raise PickupCodeWrong
    try:
        return await _as_mine(unit, me, held)
    except NotFound:
        return held


# -- a helper ----------------------------------------------------------------------------------------------------------


async def my_own(unit: Unit, *, who: Who, claim_id: int) -> Mine:
    """A claim of one's own. Raises NotAllowed, NotFound or NoClaim."""
    found = await mine(unit, who=who, claim_id=claim_id)
    if not found.own:
        raise NotFound(what="claim")
    return found


async def name_helper(unit: Unit, *, who: Who, claim_id: int, helper_id: int, now: datetime) -> Mine:
    """Ask another resident to collect one's claim; they are told, and whoever was asked before too.

    Raises NotAllowed, NotFound or NoClaim.
    """
    held = (await my_own(unit, who=who, claim_id=claim_id)).held
    if helper_id == who.me or await roles.resident(unit, helper_id) is None:
        raise NotFound(what="resident")
    before = held.claim.helper_id
    if before != helper_id:
        if not await pickup.set_helper(unit, claim_id, helper_id):
            raise NoClaim(item=held.batch.item)
        if before is not None:
            await telling.tell_not_needed(unit, held, before, now=now)
        await telling.tell_helper(unit, held, helper_id, now=now)
    return await mine(unit, who=who, claim_id=claim_id)


async def drop_helper(unit: Unit, *, who: Who, claim_id: int, now: datetime) -> Mine:
    """Have nobody collect one's claim but oneself and one's home. Raises NotAllowed, NotFound or NoClaim."""
    held = (await my_own(unit, who=who, claim_id=claim_id)).held
    if held.claim.helper_id is not None and await pickup.set_helper(unit, claim_id, None):
        await telling.tell_not_needed(unit, held, held.claim.helper_id, now=now)
    return await mine(unit, who=who, claim_id=claim_id)


# -- something is not right --------------------------------------------------------------------------------------------


async def last_gone(unit: Unit, *, who: Who, claim_id: int) -> Gone:
    """Who took what was last handed over of one's claim. Raises NotAllowed or NotFound."""
    me = must_be_resident(who)
    held = await pickup.get(unit, claim_id)
    line = None if held is None or held.claim.resident_id != me else await pickup.last_handed(unit, claim_id)
    if held is None or line is None:
        raise NotFound(what="claim")
    return Gone(held, line, await _name(unit, line.to_id), await _name(unit, line.by_id))


async def not_right(unit: Unit, *, who: Who, claim_id: int, now: datetime) -> tuple[Gone, list[str]]:
    """Tell those who answer for the project that this was not right; who is told. Raises NotAllowed or NotFound."""
    gone = await last_gone(unit, who=who, claim_id=claim_id)
    line = gone.line
    return gone, await telling.tell_not_right(unit, gone.held, amount=-line.shelf, to=gone.to, at=line.at, now=now)


async def _name(unit: Unit, resident_id: int | None) -> str:
    found = None if resident_id is None else await roles.resident(unit, resident_id)
    return "" if found is None else found.name
