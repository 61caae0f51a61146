"""Campaigns and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, literal_column, update

from storage.queries.shifts import residents
from storage.rows import change as change_row
from storage.sql import bindparam, insert, select
from storage.tables import Campaign, CampaignStep, Picture, TownUpdate, UpdatePicture, table_of
from storage.unit import Unit

campaigns, steps = table_of(Campaign), table_of(CampaignStep)
owners, doers = residents.alias("owners"), residents.alias("doers")
updates, update_pictures, pictures = table_of(TownUpdate), table_of(UpdatePicture), table_of(Picture)

RUNNING = "running"


class CampaignRow(NamedTuple):
    """A campaign; as the columns of `storage.tables.Campaign`."""

    id: int
    round: int
    state: str
    starts_on: date
    made_by: int
    made_at: datetime
    ended_at: datetime | None
    press: str

    @property
    def runs(self) -> bool:
        return self.state == RUNNING


class StepRow(NamedTuple):
    """A step, as `storage.tables.CampaignStep`, with its campaign's round and state.

    `owner` and `doer` are the names of whose it is and of who did it, "" for nobody.
    """

    id: int
    campaign_id: int
    position: int
    key: str
    title: str
    text: str
    owner_id: int | None
    due: date | None
    state: str
    reminded_at: datetime | None
    done_by: int | None
    done_at: datetime | None
    owner: str
    doer: str
    round: int
    campaign_state: str

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def runs(self) -> bool:
        """Whether its campaign is carried out."""
        return self.campaign_state == RUNNING


_columns = [campaigns.c[name] for name in CampaignRow._fields]
_all = select(*_columns).order_by(campaigns.c.id.desc())
_one = select(*_columns).where(campaigns.c.id == bindparam("campaign_id"))
_one_locked = _one.with_for_update()
_make = (
    insert(campaigns)
    .on_conflict_do_nothing(index_elements=["round"], index_where=literal_column("state = 'running'"))
    .returning(campaigns.c.id)
)
_end = (
    update(campaigns)
    .where(campaigns.c.id == bindparam("b_campaign"), campaigns.c.state == RUNNING)
    .values(state=bindparam("b_state"), ended_at=bindparam("b_now"))
)
_steps = (
    select(
        *(steps.c[name] for name in StepRow._fields[:12]),
        func.coalesce(owners.c.name, ""),
        func.coalesce(doers.c.name, ""),
        campaigns.c.round,
        campaigns.c.state,
    )
    .select_from(
        steps.join(campaigns, campaigns.c.id == steps.c.campaign_id)
        .outerjoin(owners, owners.c.id == steps.c.owner_id)
        .outerjoin(doers, doers.c.id == steps.c.done_by)
    )
    .order_by(steps.c.due.is_(None), steps.c.due, steps.c.position, steps.c.id)
)
_steps_of = _steps.where(steps.c.campaign_id == bindparam("campaign_id"))
_step = _steps.where(steps.c.id == bindparam("step_id"))
_open_running = _steps.where(steps.c.state == "open", campaigns.c.state == RUNNING)
_of_owner = _open_running.where(steps.c.owner_id == bindparam("resident_id"))
_due = _open_running.where(steps.c.due <= bindparam("day"))
_next_due = (
    select(func.min(steps.c.due))
    .select_from(steps.join(campaigns, campaigns.c.id == steps.c.campaign_id))
    .where(steps.c.state == "open", campaigns.c.state == RUNNING, steps.c.due >= bindparam("day"))
)
_make_steps = insert(steps)
_make_step = insert(steps).returning(steps.c.id)
_last_position = select(func.coalesce(func.max(steps.c.position), 0)).where(
    steps.c.campaign_id == bindparam("campaign_id")
)
_settle = (
    update(steps)
    .where(steps.c.id == bindparam("b_step"), steps.c.state == "open")
    .values(state=bindparam("b_state"), done_by=bindparam("b_by"), done_at=bindparam("b_now"))
)
_reopen = (
    update(steps)
    .where(steps.c.id == bindparam("b_step"), steps.c.state != "open")
    .values(state="open", done_by=None, done_at=None)
)
_newest_update = select(func.max(updates.c.id)).where(updates.c.state == "sent")
_photos = (
    select(pictures.c.content, pictures.c.media_type)
    .select_from(update_pictures.join(pictures, pictures.c.id == update_pictures.c.picture_id))
    .where(update_pictures.c.update_id == bindparam("update_id"))
    .order_by(update_pictures.c.position)
    .limit(bindparam("most"))
)


async def listed(unit: Unit) -> list[CampaignRow]:
    """All campaigns, the newest first."""
    return [CampaignRow(*row) for row in await unit.rows(_all)]


async def get(unit: Unit, campaign_id: int, *, lock: bool = False) -> CampaignRow | None:
    """A campaign; locked, nobody else changes it or its steps until this transaction ends."""
    row = await unit.first(_one_locked if lock and not unit.is_sqlite else _one, campaign_id=campaign_id)
    return None if row is None else CampaignRow(*row)


async def make(unit: Unit, *, of_round: int, starts_on: date, by: int, now: datetime) -> int | None:
    """Begin a campaign; its id, or None while the same round is carried out."""
    given = {"round": of_round, "state": RUNNING, "starts_on": starts_on, "made_by": by, "made_at": now}
    made: int | None = await unit.value(_make, **given, press="{}")
    return made


async def change(unit: Unit, campaign_id: int, **columns: Any) -> None:
    """Change some columns of a campaign."""
    await change_row(unit, campaigns, campaign_id, **columns)


async def end(unit: Unit, campaign_id: int, state: str, now: datetime) -> bool:
    """End a campaign: "done" or "stopped". False when it had ended before."""
    return await unit.run(_end, b_campaign=campaign_id, b_state=state, b_now=now) == 1


# -- steps -------------------------------------------------------------------------------------------------------------


async def make_steps(unit: Unit, campaign_id: int, plan: Sequence[tuple[str, date]]) -> None:
    """Write the steps of a plan: the key of each, and its day."""
    await unit.execute(
        _make_steps,
        [
            {"campaign_id": campaign_id, "position": at, "key": key, "title": "", "text": "", "due": due}
            | {"state": "open"}
            for at, (key, due) in enumerate(plan, 1)
        ],
    )


async def add_step(unit: Unit, campaign_id: int, *, title: str, text: str, due: date) -> int:
    """Write a step of the town's own; its id."""
    position = int(await unit.value(_last_position, campaign_id=campaign_id)) + 1
    given = {"campaign_id": campaign_id, "position": position, "key": "", "title": title, "text": text, "due": due}
    return int(await unit.value(_make_step, **given, state="open"))


async def steps_of(unit: Unit, campaign_id: int) -> list[StepRow]:
    """The steps of a campaign, by date."""
    return [StepRow(*row) for row in await unit.rows(_steps_of, campaign_id=campaign_id)]


async def step(unit: Unit, step_id: int) -> StepRow | None:
    """One step."""
    row = await unit.first(_step, step_id=step_id)
    return None if row is None else StepRow(*row)


async def open_steps(unit: Unit) -> list[StepRow]:
    """What is open in all running campaigns, by date."""
    return [StepRow(*row) for row in await unit.rows(_open_running)]


async def of_owner(unit: Unit, resident_id: int) -> list[StepRow]:
    """What is open and somebody's, by date."""
    return [StepRow(*row) for row in await unit.rows(_of_owner, resident_id=resident_id)]


async def due_by(unit: Unit, day: date) -> list[StepRow]:
    """What is open and due on that day or before."""
    return [StepRow(*row) for row in await unit.rows(_due, day=day)]


async def next_day(unit: Unit, day: date) -> date | None:
    """The first day from `day` on at which something open is due."""
    found: date | None = await unit.value(_next_due, day=day)
    return found


async def change_step(unit: Unit, step_id: int, **columns: Any) -> None:
    """Change some columns of a step."""
    await change_row(unit, steps, step_id, **columns)


async def settle(unit: Unit, step_id: int, state: str, *, by: int, now: datetime) -> bool:
    """Say that a step is "done" or "skipped". False when it was not open any more."""
    return await unit.run(_settle, b_step=step_id, b_state=state, b_by=by, b_now=now) == 1


async def reopen(unit: Unit, step_id: int) -> bool:
    """Say that a step is still to be done. False when it was open already."""
    return await unit.run(_reopen, b_step=step_id) == 1


# -- pictures ----------------------------------------------------------------------------------------------------------


class Photo(NamedTuple):
    """A picture's content and its media type."""

    content: bytes
    media_type: str


async def newest_photos(unit: Unit, most: int) -> tuple[int | None, list[Photo]]:
    """The latest update that was sent, and its first photos; None where none was sent yet."""
    update_id: int | None = await unit.value(_newest_update)
    if update_id is None:
        return None, []
    return update_id, [Photo(*row) for row in await unit.rows(_photos, update_id=update_id, most=most)]
