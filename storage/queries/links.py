"""The accounts of one resident: the codes that link another one, which of them comes first, and letting one go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Text, and_, delete, exists, false, func, literal, null, or_, update

from storage.addresses import LATEST_USE
from storage.sql import bindparam, insert, select
from storage.tables import Account, LinkCode, Outbox, Resident, ResidentState, Speaker, WebSession, table_of
from storage.unit import Unit

accounts, residents, codes = table_of(Account), table_of(Resident), table_of(LinkCode)
speakers, sessions, outbox = table_of(Speaker), table_of(WebSession), table_of(Outbox)
_askers = residents.alias("askers")

FORGOTTEN_AFTER = timedelta(days=1)
"""How long it is known of an old code that it was one."""


# -- codes -------------------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """A code: whose it is, and where and by whom it was asked for (`asker_id` is another's where they vouch)."""

    digest: str
    resident_id: int
    name: str
    state: str
    account_id: int
    channel: str
    asker_id: int | None
    asker: str | None
    expires_at: datetime
    used_at: datetime | None


_still_good = and_(codes.c.used_at.is_(None), codes.c.expires_at > bindparam("b_now"))
_awaits_answer = and_(codes.c.used_at.is_not(None), codes.c.expires_at > bindparam("b_now"))
_end = update(codes).values(expires_at=bindparam("b_now"))
_end_of_resident = _end.where(codes.c.resident_id == bindparam("b_resident"), _still_good)
_end_of_both = _end.where(
    codes.c.resident_id.in_(bindparam("b_both", expanding=True)), codes.c.expires_at > bindparam("b_now")
)
_end_of_account = _end.where(
    or_(
        and_(codes.c.account_id == bindparam("b_account"), _still_good),
        and_(codes.c.used_by == bindparam("b_account"), _awaits_answer),
    )
)
_forget = delete(codes).where(
    codes.c.resident_id == bindparam("b_resident"), codes.c.expires_at < bindparam("b_before")
)
_code = (
    select(
        codes.c.digest,
        codes.c.resident_id,
        residents.c.name,
        residents.c.state,
        codes.c.account_id,
        accounts.c.channel,
        _askers.c.id.label("asker_id"),
        _askers.c.name.label("asker"),
        codes.c.expires_at,
        codes.c.used_at,
    )
    .join(residents, residents.c.id == codes.c.resident_id)
    .join(accounts, accounts.c.id == codes.c.account_id)
    .outerjoin(_askers, _askers.c.id == accounts.c.resident_id)
    .where(codes.c.digest == bindparam("digest"))
)
_use = (
    update(codes)
    .where(codes.c.digest == bindparam("b_digest"), _still_good)
    .values(used_at=bindparam("b_now"), used_by=bindparam("b_account"), expires_at=bindparam("b_until"))
)
SAME = "linking.same"
"""The notice that asks somebody whether the resident who sent their code is themself."""

_question = literal(f"{SAME}:", Text()) + codes.c.digest + ":" + bindparam("b_other", type_=Text())
_asked_here = and_(
    codes.c.resident_id == bindparam("b_resident"),
    codes.c.used_by == bindparam("b_account"),
    _awaits_answer,
    exists().where(outbox.c.dedupe_key == _question),  # several may speak through that account: one of them asked
)
_answer = _end.where(_asked_here)
_is_asked = select(codes.c.digest).where(_asked_here).limit(1)


async def make_code(
    unit: Unit, *, digest: str, resident_id: int, account_id: int, now: datetime, expires_at: datetime
) -> None:
    """Write a code of a resident's, asked for on an account; an older one that was not used ends."""
    await unit.run(_end_of_resident, b_resident=resident_id, b_now=now)
    await unit.run(_forget, b_resident=resident_id, b_before=now - FORGOTTEN_AFTER)
    row = {"digest": digest, "resident_id": resident_id, "account_id": account_id, "expires_at": expires_at}
    await unit.execute(insert(codes), row)


async def end_codes(unit: Unit, *resident_ids: int, now: datetime) -> None:
    """Let no code of these residents be good any more, and no question that came of one."""
    await unit.run(_end_of_both, b_both=resident_ids, b_now=now)


async def code(unit: Unit, digest: str) -> Asked | None:
    """A code by its SHA-256; None when there never was such a code, or it was long ago."""
    row = await unit.first(_code, digest=digest)
    return None if row is None else Asked(*row)


async def use_code(unit: Unit, *, digest: str, account_id: int, now: datetime, until: datetime | None = None) -> bool:
    """Use a code up: True for exactly one of all who try.

    With `until` its resident is asked once more, and has so long to answer (`answer`).
    """
    return await unit.run(_use, b_digest=digest, b_account=account_id, b_now=now, b_until=until or now) == 1


def question(digest: str, other_id: int) -> str:
    """The key of the notice that asks whether the resident who used a code, `other_id`, is whose code it is."""
    return f"{SAME}:{digest}:{other_id}"


async def awaits_answer(unit: Unit, *, resident_id: int, account_id: int, other_id: int, now: datetime) -> bool:
    """Whether a resident is asked about another one, who used their code on this account."""
    asked = {"b_resident": resident_id, "b_account": account_id, "b_other": str(other_id)}
    return await unit.first(_is_asked, **asked, b_now=now) is not None


async def answer(unit: Unit, *, resident_id: int, account_id: int, other_id: int, now: datetime) -> bool:
    """Take a resident's answer about another one, who used their code: True once, while it is waited for."""
    asked = {"b_resident": resident_id, "b_account": account_id, "b_other": str(other_id)}
    return await unit.run(_answer, **asked, b_now=now) > 0


# -- accounts ----------------------------------------------------------------------------------------------------------


class Chat(NamedTuple):
    """An account of a resident. `used_at` is when it was last used, as far back as that is kept."""

    id: int
    channel: str
    created_at: datetime
    used_at: datetime | None
    heard_at: datetime | None
    reachable: bool
    preferred: bool
    shared: bool


_chats = (
    select(
        accounts.c.id,
        accounts.c.channel,
        accounts.c.created_at,
        LATEST_USE.label("used_at"),
        accounts.c.heard_at,
        accounts.c.reachable,
        accounts.c.preferred,
        accounts.c.shared,
    )
    .where(accounts.c.resident_id == bindparam("resident_id"))
    .order_by(accounts.c.id)
)
_holder = select(accounts.c.resident_id, residents.c.state).select_from(
    accounts.outerjoin(residents, residents.c.id == accounts.c.resident_id)
)
_holder = _holder.where(accounts.c.id == bindparam("account_id"))
_take = (
    update(accounts)
    .where(
        accounts.c.id == bindparam("b_account"),
        func.coalesce(accounts.c.resident_id, 0) == bindparam("b_holder"),
    )
    .values(resident_id=bindparam("b_resident"), preferred=false())
)
_prefer = (
    update(accounts)
    .where(
        accounts.c.resident_id == bindparam("b_resident"),
        accounts.c.preferred != (accounts.c.id == bindparam("b_account")),
    )
    .values(preferred=accounts.c.id == bindparam("b_account"))
)
_let_go = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_account"), accounts.c.resident_id == bindparam("b_resident"))
    .values(resident_id=null(), state=null(), data="{}", preferred=false(), speaking_id=null())
)
_heir = (
    select(speakers.c.resident_id)
    .join(residents, residents.c.id == speakers.c.resident_id)
    .where(
        speakers.c.account_id == bindparam("account_id"),
        residents.c.state.in_([ResidentState.RESIDENT, ResidentState.APPLICANT]),
    )
    .order_by(speakers.c.made_at, speakers.c.resident_id)
    .limit(1)
)
_inherit = update(accounts).where(accounts.c.id == bindparam("b_account")).values(resident_id=bindparam("b_resident"))
_no_speakers = delete(speakers).where(speakers.c.account_id == bindparam("b_account"))
_no_speaker = _no_speakers.where(speakers.c.resident_id == bindparam("b_resident"))
_still_shared = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_account"))
    .values(shared=exists().where(speakers.c.account_id == accounts.c.id))
)
_end_sessions = delete(sessions).where(sessions.c.account_id == bindparam("b_account"))


async def chats(unit: Unit, resident_id: int) -> list[Chat]:
    """A resident's own accounts, the oldest first."""
    return [Chat(*row) for row in await unit.rows(_chats, resident_id=resident_id)]


async def holder(unit: Unit, account_id: int) -> tuple[int | None, str | None]:
    """Whose an account is, and the state of that resident."""
    row = await unit.first(_holder, account_id=account_id)
    return (None, None) if row is None else (row[0], row[1])


async def take(unit: Unit, *, account_id: int, holder_id: int | None, resident_id: int) -> bool:
    """Make an account a resident's. False when it is not any more who it was thought to be: `holder_id`, or nobody."""
    found = await unit.run(_take, b_account=account_id, b_holder=holder_id or 0, b_resident=resident_id)
    return found == 1


async def prefer(unit: Unit, *, resident_id: int, account_id: int | None) -> None:
    """Have notices go to this account of a resident's first, and to no other; None: to the one used last."""
    await unit.run(_prefer, b_resident=resident_id, b_account=account_id or 0)


async def let_go(unit: Unit, *, account_id: int, resident_id: int, now: datetime) -> bool:
    """Make an account nobody's, its conversation and the codes that hang on it forgotten. False: it is not theirs.

    A phone that others of the home speak through becomes that of whoever has shared it longest.
    """
    if await unit.run(_let_go, b_account=account_id, b_resident=resident_id) == 0:
        return False
    await unit.run(_end_of_account, b_account=account_id, b_now=now)
    heir: int | None = await unit.value(_heir, account_id=account_id)
    if heir is None:
        await unit.run(_no_speakers, b_account=account_id)
    else:
        await unit.run(_inherit, b_account=account_id, b_resident=heir)
        await unit.run(_no_speaker, b_account=account_id, b_resident=heir)
    await unit.run(_still_shared, b_account=account_id)
    return True


async def end_sessions(unit: Unit, account_id: int) -> int:
    """Close a web chat wherever it is open: nobody reads its history there any more."""
    return await unit.run(_end_sessions, b_account=account_id)


# -- phones of others --------------------------------------------------------------------------------------------------


class Elsewhere(NamedTuple):
    """An account of somebody else through which a resident may speak. `owner` is its own resident's name."""

    id: int
    channel: str
    owner: str


_elsewhere = (
    select(accounts.c.id, accounts.c.channel, residents.c.name)
    .select_from(
        speakers.join(accounts, accounts.c.id == speakers.c.account_id).join(
            residents, residents.c.id == accounts.c.resident_id
        )
    )
    .where(speakers.c.resident_id == bindparam("resident_id"))
    .order_by(speakers.c.made_at, accounts.c.id)
)
_free = select(accounts.c.id).where(accounts.c.id == bindparam("account_id")).with_for_update(skip_locked=True)


async def elsewhere(unit: Unit, resident_id: int) -> list[Elsewhere]:
    """The accounts of others through which a resident may speak, the longest first."""
    return [Elsewhere(*row) for row in await unit.rows(_elsewhere, resident_id=resident_id)]


async def try_hold(unit: Unit, account_id: int) -> bool:
    """Hold an account for this transaction. False when somebody is speaking there now, who may wait for us."""
    return unit.is_sqlite or await unit.first(_free, account_id=account_id) is not None
