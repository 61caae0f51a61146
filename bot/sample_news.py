"""What Riverbend says to everybody: last week's update, a message of the bakery's, a campaign and its posters."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.sample_depth import Riverbend
from handlers.broadcasts.sending import NewBroadcast, end_over, propose
from handlers.campaigns import actions as campaigns
from handlers.campaigns import posting, steps
from handlers.choice.actions import switch
from handlers.news import actions as news
from handlers.news import going_out
from storage import dispatch
from storage.dispatch import End
from storage.queries import posters, updates
from storage.tables import BroadcastKind, OutboxState, Priority
from town.news import week_at
from town.topics import APPEALS, GOODS

WORDS = (
    "Dear neighbours,\n\n"
    "the ovens were warm every morning this week, and not one shift at the farm stood empty. Thank you! "
    "The windbreak was decided: two hundred poplars along River Field, the farm has the seedlings.\n\n"
    "Next week the greenhouse needs hands most. Whoever can spare Saturday morning: it is light work, in good company."
)
PALABRAS = (
    "Querida vecindad:\n\n"
    "los hornos estuvieron calientes todas las mañanas de esta semana y ningún turno de la granja quedó vacío. "
    "¡Gracias! El cortavientos está decidido: doscientos álamos a lo largo de River Field; la granja pone las plantas."
    "\n\nLa semana que viene hacen falta manos sobre todo en el invernadero. Quien tenga libre la mañana del sábado: "
    "es un trabajo ligero y en buena compañía."
)
FLOUR = (
    "The new flour is here, from our own mill. It takes a little more water than the old one: start with 20 ml more a "
    "loaf, and write on the board how it went."
)
PLACES = ("Bakery door", "Town hall", "Bus stop", "School gate")
"""Where the first round's posters hang, the one that brought most people first."""


async def play(town: Riverbend) -> None:
    """In the order in which it happened."""
    await _campaign(town)
    await switch(town.unit, who=town.people["Willem Smit"], key=GOODS, on=False, now=town.at(-6, 10))
    await _last_weeks_update(town)
    await _the_bakerys_message(town)


async def _campaign(town: Riverbend) -> None:
    """The first round began two weeks ago; its first steps are done, and its posters hang."""
    mayor, began = town.people["Naledi Mokoena"], town.at(-14, 9)
    one = await campaigns.begin(town.unit, who=mayor, of_round=1, starts_on=began.date(), now=began)
    _campaign_row, every = await steps.of_campaign(town.unit, who=mayor, campaign_id=one.id)
    done = [step for step in every if step.due is not None and step.due <= town.at(1, 0).date()]
    for step in done:
        await steps.settle(town.unit, who=mayor, step_id=step.id, state="done", now=town.at(-1, 9))
    still, grace = next(step for step in every if step not in done), town.people["Grace Adams"].me
    await steps.give(town.unit, who=mayor, step_id=still.id, owner_id=grace, now=town.at(-1, 9))
    everybody = list(town.people.values())
    for at, place in enumerate(PLACES):
        poster = await posting.make(
            town.unit,
            who=mayor,
            campaign_id=one.id,
            place=place,
            headline="Three hours a week. Free electricity.",
            text="Bake, plant, build, teach:\nevery hand counts.\nScan, and choose your first shift.",
            language="en",
            now=began,
        )
        for person in everybody[at :: len(PLACES) + at]:
            await posters.visit(town.unit, code=poster.code, account_id=person.account_id, now=town.at(-70, 9))


async def _last_weeks_update(town: Riverbend) -> None:
    mayor, friday, sunday = town.people["Naledi Mokoena"], town.at(-3, 9), town.at(-1, 17)
    update_id = await news.make(
        town.unit, week_at(friday, town.settings), language="en", town=town.settings, now=friday
    )
    if update_id is None:
        raise LookupError("there is an update of last week already")
    await news.set_words(town.unit, who=mayor, update_id=update_id, text=WORDS, language="en")
    await news.set_other(town.unit, who=mayor, update_id=update_id, language="es", text=PALABRAS)
    seen = await news.one(town.unit, who=mayor, update_id=update_id)
    await news.ready(town.unit, who=mayor, update_id=update_id, stamp=seen.stamp, now=town.at(-2, 18))
    await going_out.send(town.unit, update_id, town=town.settings, now=sunday)
    sent = await updates.get(town.unit, update_id)
    if sent is not None and sent.broadcast_id is not None:
        await _arrived(town, sent.broadcast_id, sunday)


async def _the_bakerys_message(town: Riverbend) -> None:
    """Pieter wrote to those who can bake or would like to, yesterday evening."""
    evening = town.at(0, 18)
    new = NewBroadcast(
        kind=BroadcastKind.MESSAGE,
        topic=APPEALS,
        audience=f"skill:{town.topics['Baking']}\n+interest:{town.topics['Bread and food']}",
        language="en",
        text=FLOUR,
        project_id=town.projects["Bakery"],
    )
    pieter = town.people["Pieter van Wyk"]
    await _arrived(town, await propose(town.unit, by=pieter.me, new=new, town=town.settings, now=evening), evening)


async def _arrived(town: Riverbend, broadcast_id: int, now: datetime) -> None:
    """It has reached everybody: what was played for the past is not sent again."""
    taken = await dispatch.take(town.unit, now=now, most=len(town.people) + 1, priorities=[Priority.BULK])
    where = await dispatch.recipients(town.unit, taken)
    ends = [
        End(row.id, OutboxState.SENT, now, account_id=to.addresses[0].id)
        for row, to in zip(taken, where, strict=True)
        if row.broadcast_id == broadcast_id
    ]
    await dispatch.settle(town.unit, ends)
    await end_over(town.unit, broadcast_id=broadcast_id, now=now + timedelta(minutes=1))
