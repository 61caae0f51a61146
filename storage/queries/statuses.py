"""What a channel tells of notices that it had taken: sent, delivered, read, failed.

Statuses come in any order, more than once, and sometimes before the delivery has written down that it sent anything.
So each is kept once, and what it means is applied when both it and the row's end are there: here, or when the row is
settled (`storage.dispatch.settle`), whichever is later.

A notice that failed after all waits again, and its detail says with which error: the delivery goes on from there as if
the channel had said so at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, case, cast, delete, exists, func, literal_column, or_, update

from storage.dispatch_locks import hold_broadcasts
from storage.inbox import KEPT
from storage.outbox import ENDED, FATE, TOPIC, WAITS_AGAIN, WITHDRAWN, accounts, outbox
from storage.sql import bindparam, insert, select
from storage.tables import MessageStatus, OutboxState, table_of
from storage.unit import Unit

SENT, DELIVERED, READ, FAILED = "sent", "delivered", "read", "failed"
"""What channels tell of a message."""

TOLD = "told:"
"""How the detail of a row begins that waits again because its channel told, later, that it failed."""

LONGEST_WORDS = 300
PERHAPS, GIVEN_UP = "may have", "given up"
"""How the detail of a row begins that may have arrived all the same (`bot.delivery`)."""

statuses = table_of(MessageStatus)


class StatusReport(NamedTuple):
    """One status of one message: `reference` is the channel's id of it, `row_id` the outbox row that it was.

    `code` and `detail` are the channel's error, where it failed; `at` is when it happened, by the channel's clock.
    `is_ours`: that it was this row is certain. Else it counts only where the row knows the message by its reference.
    """

    reference: str
    status: str
    row_id: int
    at: datetime
    code: int | None = None
    detail: str = ""
    is_ours: bool = True


class Failure(NamedTuple):
    """What a channel told of a message that it had taken before. `code` is 0 where it gave none."""

    code: int
    words: str


async def take(unit: Unit, reports: Sequence[StatusReport]) -> int:
    """Keep what was told, and write down what it means; returns how much of it was new."""
    if not reports:
        return 0
    rows = sorted({report.row_id for report in reports})
    if any(report.status == FAILED for report in reports):
        await hold_broadcasts(unit, outbox.c.id.in_(rows))
    # In one order, so that two who are told the same never wait for each other.
    new = (await unit.execute(_keep, [_row(report) for report in sorted(reports, key=lambda one: one[:2])])).all()
    await unit.execute(_hold, {"ids": rows})  # whoever settles them now sees what was kept, or we see that they did
    await apply(unit, rows)
    return len(new)


async def apply(unit: Unit, row_ids: Collection[int]) -> None:
    """Write down what was told of these rows, as far as it was not yet. Their broadcasts are held."""
    ids = sorted(row_ids)
    await unit.run(_arrived_after_all, b_ids=ids)
    await unit.run(_note, b_ids=ids)
    if await unit.run(_failed_after_all, b_ids=ids):
        unit.announce(TOPIC)


async def prune(unit: Unit, now: datetime) -> int:
    """Forget what cannot be told again."""
    return await unit.run(delete(statuses).where(statuses.c.at < now - KEPT))


async def written_to_first(unit: Unit, since: datetime) -> list[tuple[int, datetime]]:
    """Which accounts were sent an approved text since then, as they had not written, and when: the oldest first."""
    return [(row[0], row[1]) for row in await unit.rows(_written, since=since) if row[0] is not None]


async def shut_window(unit: Unit, *, account_id: int, heard_at: datetime | None) -> None:
    """Forget that an account was heard of at a time, or before: its channel says that this is too long ago."""
    await unit.run(_shut, b_id=account_id, b_heard=heard_at)


async def stop_marketing(unit: Unit, account_id: int) -> None:
    """Note that an account's person told their channel to take no advertising."""
    await unit.run(_stop_marketing, b_id=account_id)


async def spare(unit: Unit, *, account_id: int, until: datetime) -> None:
    """Note that the channel of an account lets no advertising through to its person, until then."""
    await unit.run(_spare, b_id=account_id, b_until=until)


def failure_of(detail: str) -> Failure | None:
    """What the detail of a row tells of how it failed after it was sent; None for any other detail."""
    if not detail.startswith(TOLD):
        return None
    code, _space, words = detail.removeprefix(TOLD).strip().partition(" ")
    return Failure(int(code), words) if code.isascii() and code.isdigit() else None


def _row(report: StatusReport) -> dict[str, object]:
    words = report.detail[:LONGEST_WORDS].replace("\0", "").encode(errors="replace").decode()
    row = report._asdict() | {"detail": words}
    return row | {"row_id": report.row_id if row.pop("is_ours") else None}


_keep = insert(statuses).on_conflict_do_nothing(index_elements=["reference", "status"]).returning(statuses.c.reference)
_hold = (
    select(outbox.c.id).where(outbox.c.id.in_(bindparam("ids", expanding=True))).order_by(outbox.c.id).with_for_update()
)
_these = outbox.c.id.in_(bindparam("b_ids", expanding=True))


def _told(*names: str) -> ColumnElement[bool]:
    """Of this row's own message: the channel told one of these."""
    return and_(statuses.c.reference == outbox.c.reference, statuses.c.status.in_(names))


def _first(*names: str) -> ColumnElement[datetime]:
    return select(func.min(statuses.c.at)).where(_told(*names)).correlate(outbox).scalar_subquery()


_its_own = and_(_these, outbox.c.state == OutboxState.SENT, outbox.c.reference != "")
_note = (
    update(outbox)
    .where(_its_own, exists().where(_told(DELIVERED, READ)).correlate(outbox))
    .values(
        delivered_at=func.coalesce(outbox.c.delivered_at, _first(DELIVERED, READ)),
        read_at=func.coalesce(outbox.c.read_at, _first(READ)),
    )
)
_error = (
    select(TOLD + " " + cast(func.coalesce(statuses.c.code, 0), Text) + " " + statuses.c.detail)
    .where(_told(FAILED))
    .correlate(outbox)
    .scalar_subquery()
)
_over = func.coalesce(FATE.in_(ENDED), False)
# What was delivered is there, whatever else is told of it.
_failed_after_all = (
    update(outbox)
    .where(
        _its_own,
        outbox.c.delivered_at.is_(None),
        exists().where(_told(FAILED)).correlate(outbox),
        ~exists().where(_told(DELIVERED, READ)).correlate(outbox),
    )
    .values(
        state=case((_over, OutboxState.DROPPED.value), else_=WAITS_AGAIN),
        detail=case((_over, WITHDRAWN), else_=_error),
        due_at=func.coalesce(outbox.c.sent_at, outbox.c.due_at),
        attempts=outbox.c.attempts - 1,  # to look at it once more is no other try
        reference="",
    )
)
_written = (
    select(outbox.c.account_id, outbox.c.sent_at)
    # In the words of the partial index `ix_outbox_template`.
    .where(outbox.c.template != literal_column("''"), outbox.c.sent_at > bindparam("since"))
    .order_by(outbox.c.sent_at)
)
_this_account = accounts.c.id == bindparam("b_id")
_shut = update(accounts).where(_this_account, accounts.c.heard_at <= bindparam("b_heard")).values(heard_at=None)
_stop_marketing = update(accounts).where(_this_account).values(marketing_off=True)
_spare = update(accounts).where(_this_account).values(spared_until=bindparam("b_until"))
# A try whose answer was lost: it went well, since the channel tells of its message.
_others = statuses.alias("others")
_of_lost_try = and_(
    statuses.c.row_id == outbox.c.id,
    statuses.c.status.in_([SENT, DELIVERED, READ]),
    ~exists().where(_others.c.reference == statuses.c.reference, _others.c.status == FAILED).correlate(statuses),
)
_lost_reference = (
    select(statuses.c.reference).where(_of_lost_try).order_by(statuses.c.at, statuses.c.reference).limit(1)
).correlate(outbox)
_arrived_after_all = (
    update(outbox)
    .where(
        _these,
        outbox.c.attempts > 0,  # what was never tried did not arrive, whoever says so
        or_(
            outbox.c.state.in_([OutboxState.WAITING, OutboxState.SENDING, OutboxState.PAUSED]),
            and_(outbox.c.state == OutboxState.DROPPED, outbox.c.detail.startswith(PERHAPS, autoescape=True)),
            and_(outbox.c.state == OutboxState.FAILED, outbox.c.detail.startswith(GIVEN_UP, autoescape=True)),
        ),
        exists().where(_of_lost_try).correlate(outbox),
    )
    .values(
        state=OutboxState.SENT.value,
        reference=_lost_reference.scalar_subquery(),
        sent_at=select(func.min(statuses.c.at)).where(_of_lost_try).correlate(outbox).scalar_subquery(),
        detail="",
    )
)
