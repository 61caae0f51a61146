"""The web chat's sessions, messages and files.

Whatever changes a chat first takes its next revision (`next_rev`), which locks the chat until the transaction ends:
so revisions become visible in their order, and a reader who saw one has seen all before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import delete, func, literal, true, update

from storage.addresses import new_account
from storage.sql import bindparam, insert, select
from storage.tables import Account, Town, WebChat, WebContent, WebFile, WebMessage, WebSession, table_of
from storage.unit import Unit

CHANNEL = "web"
KEPT = timedelta(days=365)
"""How long messages and files stay (the privacy notice says so)."""

accounts, town, sessions = table_of(Account), table_of(Town), table_of(WebSession)
chats, messages, files = table_of(WebChat), table_of(WebMessage), table_of(WebFile)
contents = table_of(WebContent)


class Phone(NamedTuple):
    """One account's chat, as a request finds it. `rev` is 0 before its first message; `settings` is the town's JSON.

    `state` is where its conversation stands.
    """

    account_id: int
    address: str
    language: str
    settings: str
    rev: int
    state: str | None
    seen_at: datetime | None


class Kept(NamedTuple):
    """A message of a chat. `body` is JSON, see `bot.channels.web.body`."""

    id: int
    rev: int
    key: str
    mine: bool
    body: str
    at: datetime
    edited_at: datetime | None
    gone: bool


class Turn(NamedTuple):
    """A chat's next revision, in our hands until the transaction ends."""

    account_id: int
    rev: int


class File(NamedTuple):
    """A file of a chat. A photo, which is shown in place, has no name."""

    name: str
    media_type: str
    content: bytes


_town = select(town.c.settings).where(town.c.id == 1)
_of_account = (
    select(
        accounts.c.id,
        accounts.c.address,
        accounts.c.language,
        town.c.settings,
        func.coalesce(chats.c.rev, 0).label("rev"),
        accounts.c.state,
    )
    .select_from(accounts.outerjoin(chats, chats.c.account_id == accounts.c.id).join(town, true()))
    .where(accounts.c.id == bindparam("account_id"), accounts.c.channel == CHANNEL)
)
_of_session = (
    select(
        accounts.c.id,
        accounts.c.address,
        accounts.c.language,
        town.c.settings,
        func.coalesce(chats.c.rev, 0).label("rev"),
        accounts.c.state,
        sessions.c.seen_at,
    )
    .select_from(
        sessions.join(accounts, accounts.c.id == sessions.c.account_id)
        .outerjoin(chats, chats.c.account_id == accounts.c.id)
        .join(town, true())
    )
    .where(sessions.c.digest == bindparam("digest"), sessions.c.seen_at > bindparam("since"))
)
_make_account = insert(accounts).returning(accounts.c.id)
_touch = update(sessions).where(sessions.c.digest == bindparam("b_digest")).values(seen_at=bindparam("b_now"))
_end_session = delete(sessions).where(sessions.c.digest == bindparam("b_digest")).returning(sessions.c.account_id)
_prune_sessions = delete(sessions).where(sessions.c.seen_at <= bindparam("b_before"))
_prune_messages = delete(messages).where(messages.c.at < bindparam("b_before"))
_prune_files = delete(files).where(files.c.at < bindparam("b_before"))
_in_use = select(files.c.shared).where(files.c.shared.is_not(None))
_prune_contents = delete(contents).where(contents.c.at < bindparam("b_before"), contents.c.digest.not_in(_in_use))
_next_rev = (
    insert(chats)
    .from_select(
        ["account_id", "rev"],
        select(accounts.c.id, literal(1)).where(
            accounts.c.channel == CHANNEL, accounts.c.address == bindparam("address")
        ),
    )
    .on_conflict_do_update(index_elements=["account_id"], set_={"rev": chats.c.rev + 1})
    .returning(chats.c.account_id, chats.c.rev)
)
_kept = select(*(messages.c[name] for name in Kept._fields))
_put = insert(messages).on_conflict_do_nothing(index_elements=["account_id", "key"]).returning(messages.c.id)
_by_key = _kept.where(messages.c.account_id == bindparam("account_id"), messages.c.key == bindparam("key"))
_by_id = _kept.where(
    messages.c.account_id == bindparam("account_id"), messages.c.id == bindparam("message_id"), ~messages.c.gone
)
_newest = (
    _kept.where(messages.c.account_id == bindparam("account_id"), ~messages.c.gone)
    .order_by(messages.c.id.desc())
    .limit(bindparam("most"))
)
_before = _newest.where(messages.c.id < bindparam("before"))
_changes = (
    _kept.where(messages.c.account_id == bindparam("account_id"), messages.c.rev > bindparam("after"))
    .order_by(messages.c.rev)
    .limit(bindparam("most"))
)
_change = (
    update(messages)
    .where(messages.c.id == bindparam("b_id"), messages.c.account_id == bindparam("b_account"))
    .values(
        body=bindparam("b_body"), rev=bindparam("b_rev"), edited_at=bindparam("b_edited_at"), gone=bindparam("b_gone")
    )
)
_file = (
    select(files.c.name, files.c.media_type, func.coalesce(contents.c.content, files.c.content).label("content"))
    .select_from(files.outerjoin(contents, contents.c.digest == files.c.shared))
    .where(files.c.id == bindparam("file_id"), files.c.account_id == bindparam("account_id"))
)
_put_content = insert(contents).on_conflict_do_nothing(index_elements=["digest"])


async def town_settings(unit: Unit) -> str:
    """The town's settings as JSON. Raises LookupError before the migrations have run."""
    settings = await unit.value(_town)
    if settings is None:
        raise LookupError("the town's own row is missing: migrations have not run")
    return str(settings)


async def of_account(unit: Unit, account_id: int) -> Phone | None:
    """The chat of a web account, or None."""
    row = await unit.first(_of_account, account_id=account_id)
    return None if row is None else Phone._make((*row, None))


async def of_session(unit: Unit, digest: str, *, since: datetime) -> Phone | None:
    """The chat of a session that was used after `since`, or None."""
    row = await unit.first(_of_session, digest=digest, since=since)
    return None if row is None else Phone(*row)


async def make_session(unit: Unit, *, digest: str, address: str, language: str, now: datetime) -> int:
    """A new account with a session of its own; returns the account's id."""
    account_id = int(
        await unit.value(_make_account, **new_account(channel=CHANNEL, address=address, language=language, now=now))
    )
    row = {"digest": digest, "account_id": account_id, "created_at": now, "seen_at": now}
    await unit.execute(insert(sessions), row)
    return account_id


async def touch(unit: Unit, digest: str, now: datetime) -> None:
    """The session was used."""
    await unit.run(_touch, b_digest=digest, b_now=now)


async def end_session(unit: Unit, digest: str) -> int | None:
    """Forget a session; returns its account's id, or None when there was none."""
    found = await unit.value(_end_session, b_digest=digest)
    return None if found is None else int(found)


async def prune_sessions(unit: Unit, before: datetime) -> int:
    """Forget sessions that were not used since `before`."""
    return await unit.run(_prune_sessions, b_before=before)


async def prune(unit: Unit, now: datetime) -> int:
    """Forget the messages and files of all chats that are older than `KEPT`."""
    before = now - KEPT
    pruned = await unit.run(_prune_messages, b_before=before) + await unit.run(_prune_files, b_before=before)
    await unit.run(_prune_contents, b_before=before)
    return pruned


async def next_rev(unit: Unit, address: str) -> Turn | None:
    """Take the next revision of the chat at an address; None when there is no such web account."""
    row = await unit.first(_next_rev, address=address)
    return None if row is None else Turn(*row)


async def put(unit: Unit, turn: Turn, *, key: str, mine: bool, body: str, at: datetime) -> int | None:
    """Write a new message; returns its id, or None when the chat has one of that key."""
    found = await unit.value(
        _put, account_id=turn.account_id, rev=turn.rev, key=key, mine=mine, body=body, at=at, gone=False
    )
    return None if found is None else int(found)


async def by_key(unit: Unit, account_id: int, key: str) -> Kept:
    """The message of a key. Raises LookupError."""
    row = await unit.first(_by_key, account_id=account_id, key=key)
    if row is None:
        raise LookupError(f"message {key} of account {account_id}")
    return Kept(*row)


async def message(unit: Unit, account_id: int, message_id: int) -> Kept | None:
    """A message that is in this very chat, or None."""
    row = await unit.first(_by_id, account_id=account_id, message_id=message_id)
    return None if row is None else Kept(*row)


async def change(
    unit: Unit, turn: Turn, message_id: int, *, body: str, edited_at: datetime | None, gone: bool = False
) -> None:
    """Rewrite a message, or take it away (`gone`)."""
    await unit.run(
        _change,
        b_id=message_id,
        b_account=turn.account_id,
        b_rev=turn.rev,
        b_body=body,
        b_edited_at=edited_at,
        b_gone=gone,
    )


async def history(unit: Unit, account_id: int, *, before: int | None, most: int) -> Sequence[Kept]:
    """The newest messages, or the newest of those older than the id `before`; newest first."""
    if before is None:
        rows = await unit.rows(_newest, account_id=account_id, most=most)
    else:
        rows = await unit.rows(_before, account_id=account_id, before=before, most=most)
    return [Kept(*row) for row in rows]


async def changes(unit: Unit, account_id: int, *, after: int, most: int) -> Sequence[Kept]:
    """What is new, changed or gone after a revision, by revision."""
    return [Kept(*row) for row in await unit.rows(_changes, account_id=account_id, after=after, most=most)]


async def put_file(
    unit: Unit, file_id: str, account_id: int, file: File, at: datetime, *, shared: bool = False
) -> None:
    """Put a file into a chat. A `shared` one may be sent to many: what is in it is kept once, whoever has it."""
    row: dict[str, Any] = {"id": file_id, "account_id": account_id, "at": at, "shared": None, **file._asdict()}
    if shared:
        row |= {"shared": sha256(file.content).hexdigest(), "content": b""}
        await unit.execute(_put_content, {"digest": row["shared"], "content": file.content, "at": at})
    await unit.execute(insert(files), row)


async def file(unit: Unit, account_id: int, file_id: str) -> File | None:
    """A file that was sent into this very chat, or None."""
    row = await unit.first(_file, account_id=account_id, file_id=file_id)
    return None if row is None else File(*row)
