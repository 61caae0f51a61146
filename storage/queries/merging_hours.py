"""Of two residents who are one: the hours ledger, in which nothing is changed, and what was reported and excused.

Each line of the one who is gone that stands is taken back there and written anew for the kept one: all ledgers together
come to the same. What is only taken back: what one of the two confirmed for the other, for nobody confirms their own
hours, and work on a shift that the kept one has hours for already.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, func, literal, null, or_

from storage.queries.exemptions import exemptions
from storage.queries.hours import entries
from storage.queries.merging_rows import Journal, Values
from storage.queries.reports import reports
from storage.queries.shifts import signups
from storage.sql import bindparam, insert, select
from storage.tables import SignupState
from storage.unit import Unit
from town.hours import EntryKind, ReportState


class Hours(NamedTuple):
    """Minutes that become the kept one's, and those that stop counting."""

    moved: int
    dropped: int


_copies, _backs, _same = (entries.alias(name) for name in ("copies", "backs", "same"))
_theirs = signups.alias("theirs")
_kept, _gone = (bindparam(name, type_=entries.c.resident_id.type) for name in ("kept_id", "gone_id"))


def _stands(table: Any) -> ColumnElement[bool]:
    """A line that counts: no reversal, and not reversed."""
    return and_(table.c.reverses_id.is_(None), ~exists().where(_backs.c.reverses_id == table.c.id).correlate(table))


_own = or_(
    and_(entries.c.resident_id == _gone, entries.c.confirmed_by == _kept),
    and_(entries.c.resident_id == _kept, entries.c.confirmed_by == _gone),
)
_counts_already = or_(
    exists().where(
        _same.c.resident_id == _kept,
        _same.c.shift_id == entries.c.shift_id,
        _same.c.confirmed_by != _gone,
        _stands(_same),
    ),
    exists().where(
        signups.c.resident_id == _kept,
        signups.c.shift_id == entries.c.shift_id,
        signups.c.state == SignupState.HELD,  # whoever settles it says how it was
        ~exists().where(  # the place that has come further is the one that stays
            _theirs.c.resident_id == _gone,
            _theirs.c.shift_id == entries.c.shift_id,
            _theirs.c.state == SignupState.ATTENDED,
        ),
    ),
)
_is_copied = and_(~_own, ~_counts_already)
_lines = (
    select(entries.c.id, entries.c.resident_id, entries.c.minutes, entries.c.shift_id, entries.c.report_id, _is_copied)
    .where(or_(entries.c.resident_id == _gone, _own), _stands(entries))
    .order_by(entries.c.id)
)
_some = entries.c.id.in_(bindparam("lines", expanding=True))
_COLUMNS = (
    *("key", "resident_id", "week", "minutes", "kind", "shift_id", "report_id", "reverses_id", "reason"),
    *("confirmed_by", "confirmed_at"),
)
_id = cast(entries.c.id, Text())
_now = bindparam("b_now", type_=entries.c.confirmed_at.type)
_work = (entries.c.shift_id, entries.c.report_id)
_take_back = insert(entries).from_select(
    list(_COLUMNS),
    select(
        literal("reversal:", Text()) + _id,
        entries.c.resident_id,
        entries.c.week,
        -entries.c.minutes,
        literal(EntryKind.REVERSAL.value, Text()),
        *_work,
        entries.c.id,
        entries.c.reason,
        entries.c.confirmed_by,
        _now,
    )
    .where(_some)
    .order_by(entries.c.id),
)
_key = bindparam("b_prefix", type_=Text()) + _id
_write_anew = insert(entries).from_select(
    list(_COLUMNS),
    select(
        _key,
        _kept,
        entries.c.week,
        entries.c.minutes,
        entries.c.kind,
        *_work,
        null(),
        entries.c.reason,
        entries.c.confirmed_by,
        _now,
    )
    .where(_some)
    .order_by(entries.c.id),
)
_written = select(entries.c.id, _copies.c.id).join(_copies, _copies.c.key == _key).where(_some)
_sum = select(
    func.coalesce(func.sum(case((_is_copied, entries.c.minutes), else_=0)), 0),
    func.coalesce(func.sum(case((_is_copied, 0), else_=entries.c.minutes)), 0),
).where(or_(entries.c.resident_id == _gone, _own), _stands(entries))


async def hours(unit: Unit, *, kept: int, gone: int) -> Hours:
    """What making one of two would do to their hours."""
    row = await unit.first(_sum, kept_id=kept, gone_id=gone)
    return Hours(*(int(number) for number in row or (0, 0)))


async def make_one(journal: Journal) -> None:
    """Give the hours of both, their reports and what excuses them to the kept one. Their sign-ups are one already."""
    unit, two = journal.unit, {"kept_id": journal.kept, "gone_id": journal.gone}
    await _reports(journal)  # whoever confirms one waits from here on, and so does its line
    lines = await unit.rows(_lines, **two)
    prefix, copied = f"merge:{journal.merge_id}:", [row.id for row in lines if row[-1]]
    if lines:
        await unit.run(_take_back, lines=[row.id for row in lines], b_now=journal.now)
    copies: dict[int, int] = {}
    if copied:
        await unit.run(_write_anew, lines=copied, b_prefix=prefix, b_now=journal.now, kept_id=journal.kept)
        copies = {row[0]: row[1] for row in await unit.rows(_written, lines=copied, b_prefix=prefix)}
    for row in lines:
        told: Values = {"line": row.id, "copy": copies.get(row.id), "kept": journal.kept, "merge": journal.merge_id}
        of_report = f"report:{row.report_id}" if row.report_id is not None else f"hours:{row.id}"
        thing = f"shift:{row.shift_id}" if row.shift_id is not None else of_report
        await journal.write_down(entries, {"id": row.id}, told, thing=thing)
    await _exemptions(journal)


async def _reports(journal: Journal) -> None:
    """The database holds that nobody sees or decides their own report: one that they decided themself stays."""
    kept, gone = journal.kept, journal.gone
    for row in await journal.rows(reports, reports.c.resident_id == gone, reports.c.decided_by.is_distinct_from(kept)):
        witness = None if row["witness_id"] == kept else row["witness_id"]
        await journal.change(reports, [row], thing=f"report:{row['id']}", resident_id=kept, witness_id=witness)
    waiting = (reports.c.witness_id == gone, reports.c.state == ReportState.WAITING)
    for row in await journal.rows(reports, *waiting):
        witness = None if row["resident_id"] == kept else kept
        await journal.change(reports, [row], thing=f"report:{row['id']}", witness_id=witness)


async def _exemptions(journal: Journal) -> None:
    """Weeks that one of the two excused for the other are asked for again: somebody else decides."""
    both = exemptions.c.resident_id.in_(journal.both)
    own = (both, exemptions.c.decided_by.in_(journal.both), exemptions.c.decided_by != exemptions.c.resident_id)
    excused = await journal.rows(exemptions, *own, exemptions.c.state == "approved")
    await journal.each(
        exemptions, [(row, {"state": "asked", "decided_by": None, "decided_at": None}) for row in excused]
    )
    await journal.move(exemptions, "resident_id")
