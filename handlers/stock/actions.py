"""What a coordinator sees of the goods and puts up: batches with what became of them, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.goods.putting_up import Span, put_up
from handlers.kit.goods_words import item_name
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate
from storage.queries import batches, items, projects, stock_lists
from storage.queries.batches import BatchRow, Window
from storage.queries.projects import ProjectRow
from storage.queries.stock_lists import Line, Listed, Named
from storage.tables import ClaimState, Sharing
from storage.unit import Unit
from town.facts import BatchOver, BatchRecalled, NotFound
from town.sheets import as_csv
from town.text import clean
from town.week import local

MOST_PLACE = 80
PAGE = 3
PEOPLE_PAGE = 12
LINES_PAGE = 8
CLAIMED = (ClaimState.HELD, ClaimState.COLLECTED, ClaimState.WAITING, ClaimState.ENTERED)
"""Who is on the list of a batch: whoever has some of it, or wants some."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The goods of some projects: a page of their batches with its number, how many there are, and their windows.

    `project` is the only one that is looked at, None for all that somebody coordinates.
    """

    project: ProjectRow | None
    listed: list[Listed]
    windows: dict[int, list[Window]]
    total: int
    page: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A batch as its coordinators see it."""

    listed: Listed
    windows: list[Window]

    @property
    def batch(self) -> BatchRow:
        return self.listed.batch


@dataclass(frozen=True, slots=True)
class Document:
    """A file about a batch."""

    name: str
    text: str
    batch: BatchRow


async def desk(unit: Unit, *, who: Who, project_id: int, page: int, now: datetime, over: bool = False) -> Desk:
    """The batches that somebody coordinates: those to come, or those that are `over`. Raises NotAllowed, NotFound."""
    duties = await must_coordinate(unit, who, project_id or None)
    project = await projects.get(unit, project_id) if project_id else None
    if project_id and project is None:
        raise NotFound(what="project")
    mine = {project_id} if project_id else None if duties.everywhere else duties.projects
    find = stock_lists.over if over else stock_lists.current
    listed, total = await find(unit, mine, now, skip=page * PAGE, most=PAGE)
    if page and not listed:  # the list has grown shorter
        page = max(0, (total - 1) // PAGE)
        listed, total = await find(unit, mine, now, skip=page * PAGE, most=PAGE)
    windows = await batches.windows_of(unit, [one.batch.id for one in listed])
    return Desk(project, listed, windows, total, page)


async def my_projects(unit: Unit, *, who: Who) -> list[ProjectRow]:
    """The projects that somebody coordinates, by name. Raises NotAllowed for somebody without any duty."""
    duties = await must_coordinate(unit, who)
    return [project for project in await projects.listed(unit) if duties.covers(project.id)]


async def put_up_batch(
    unit: Unit,
    *,
    who: Who,
    item_id: int,
    project_id: int,
    quantity: int,
    windows: Sequence[Span],
    place: str,
    now: datetime,
    sharing: str = "",
    best_before: date | None = None,
) -> int:
    """Put up a batch of one's project; its id.

    Raises NotAllowed, NotFound, TextEmpty, TextTooLong, BadAmount, AmountStep, DateInPast or BestBeforePast.
    """
    await must_coordinate(unit, who, project_id)
    item = await items.get(unit, item_id)
    if item is None or item.retired_at is not None:
        raise NotFound(what="item")
    if await projects.get(unit, project_id) is None:
        raise NotFound(what="project")
    if sharing and sharing not in list(Sharing):
        raise NotFound(what="sharing")
    batch_id = await put_up(
        unit,
        by=who.me,
        item=item,
        project_id=project_id,
        quantity=quantity,
        windows=windows,
        place=clean(place, MOST_PLACE),
        town=who.town,
        now=now,
        sharing=sharing,
        best_before=best_before,
    )
    if batch_id is None:
        raise LookupError("a batch without a series is never there already")
    return batch_id


# -- one batch ---------------------------------------------------------------------------------------------------------


async def theirs(unit: Unit, *, who: Who, batch_id: int, lock: bool = False) -> BatchRow:
    """A batch for somebody who coordinates its project. Raises NotFound or NotAllowed."""
    batch = await (batches.lock if lock else batches.get)(unit, batch_id)
    if batch is None:
        raise NotFound(what="batch")
    await must_coordinate(unit, who, batch.project_id)
    return batch


async def going_on(unit: Unit, *, who: Who, batch_id: int) -> BatchRow:
    """The same, locked, of a batch that is neither over nor recalled. Raises BatchOver or BatchRecalled too."""
    batch = await theirs(unit, who=who, batch_id=batch_id, lock=True)
    check_going_on(batch)
    return batch


def check_going_on(batch: BatchRow) -> None:
    """Raises BatchRecalled or BatchOver."""
    if batch.recalled_at is not None:
        raise BatchRecalled(item=batch.item, reason=batch.recall_reason)
    if batch.closed_at is not None:
        raise BatchOver(item=batch.item)


async def sheet(unit: Unit, *, who: Who, batch_id: int) -> Sheet:
    """A batch's page for its coordinators. Raises NotFound or NotAllowed."""
    batch = await theirs(unit, who=who, batch_id=batch_id)
    [listed] = await stock_lists.counts(unit, [batch])
    return Sheet(listed, (await batches.windows_of(unit, [batch_id]))[batch_id])


async def claimed(unit: Unit, *, who: Who, batch_id: int, page: int) -> tuple[BatchRow, list[Named], int, int]:
    """A page of who has some of a batch or wants it, how many there are, and the page that was meant."""
    batch = await theirs(unit, who=who, batch_id=batch_id)
    total = await stock_lists.how_many(unit, batch_id, CLAIMED)
    page = min(page, max(0, (total - 1) // PEOPLE_PAGE))
    shown = await stock_lists.claimed(unit, batch_id, CLAIMED, skip=page * PEOPLE_PAGE, most=PEOPLE_PAGE)
    return batch, shown, total, page


async def ledger(unit: Unit, *, who: Who, batch_id: int, page: int) -> tuple[BatchRow, list[Line], int, int]:
    """A page of a batch's stock ledger, how many lines there are, and the page that was meant."""
    batch = await theirs(unit, who=who, batch_id=batch_id)
    total = await stock_lists.lines(unit, batch_id)
    page = min(page, max(0, (total - 1) // LINES_PAGE))
    return batch, await stock_lists.ledger(unit, batch_id, skip=page * LINES_PAGE, most=LINES_PAGE), total, page


# -- files (RFC 4180; quantities in units, times as ISO 8601 with their offset) ----------------------------------------

CLAIMS_HEADER = ("claim", "resident", "name", "state", "amount", "handed", "wanted", "price", "asked_at", "window")
LEDGER_HEADER = ("line", "at", "kind", "free", "shelf", "of", "to", "by", "reason")


async def claims_file(unit: Unit, *, who: Who, batch_id: int) -> Document:
    """Every claim there ever was on a batch; `price` is for one unit, in the money's smallest unit."""
    batch = await theirs(unit, who=who, batch_id=batch_id)
    windows = {one.id: one for one in (await batches.windows_of(unit, [batch_id]))[batch_id]}
    rows = []
    for one in await stock_lists.claimed(unit, batch_id):
        claim, window = one.claim, windows.get(one.claim.window_id or 0)
        rows.append(
            (
                claim.id,
                claim.resident_id,
                one.name,
                claim.state,
                *map(plain_amount, (claim.amount, claim.handed, claim.wanted)),
                "" if claim.price is None else claim.price,
                _stamp(one.made_at, who),
                "" if window is None else f"{_stamp(window.starts_at, who)}/{_stamp(window.ends_at, who)}",
            )
        )
    return _file(batch, "claims", CLAIMS_HEADER, rows)


async def ledger_file(unit: Unit, *, who: Who, batch_id: int) -> Document:
    """Every line of a batch's stock ledger; `free` and `shelf` are how much each moved."""
    batch = await theirs(unit, who=who, batch_id=batch_id)
    rows = [
        (
            line.id,
            _stamp(line.at, who),
            line.kind,
            *map(plain_amount, (line.free, line.shelf)),
            line.of,
            line.to,
            line.by,
            line.reason,
        )
        for line in await stock_lists.ledger(unit, batch_id)
    ]
    return _file(batch, "ledger", LEDGER_HEADER, rows)


def plain_amount(thousandths: int) -> str:
    """A quantity for a file: "12.5", "-3"."""
    sign, whole, part = "-" if thousandths < 0 else "", *divmod(abs(thousandths), 1000)
    return f"{sign}{whole}.{part:03}".rstrip("0").rstrip(".")


def _stamp(instant: datetime, who: Who) -> str:
    return local(instant, who.zone).isoformat(timespec="minutes")


def _file(batch: BatchRow, what: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Document:
    name = "".join(sign if sign.isalnum() else "-" for sign in item_name(batch.item, batch.names).lower())
    return Document(f"{name.strip('-') or 'batch'}-{batch.id}-{what}.csv", as_csv(header, rows), batch)
