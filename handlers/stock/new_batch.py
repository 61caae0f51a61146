"""A new batch: typed in one line or asked for step by step, and one card that says what will be put up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.goods_words import item_name
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.wizard import RETURN, GoTo, Scene, Stay, Step, Wizard
from handlers.stock import actions, asking, views, when_steps
from handlers.stock.line_words import line_words
from handlers.stock.typed_batch import GUESSES, KNOWN, LEFT_OUT, UNKNOWN, item_in, know, measure, read, take_in
from handlers.stock.when_steps import spans_in, wall, windows_in
from handlers.stock.words import to
from locales import language
from storage.queries import items, projects, stock_lists
from storage.tables import Sharing
from town.amounts import choices, read_amount
from town.dates import parse_day
from town.facts import AmountStep, BadAmount, BadDate, NotFound
from town.text import clean

WHOSE = "@whose"
"""Of a draft: how many projects there are to choose from."""

PUT_UP, CHANGE = "putup", "change"
BEGUN = frozenset({"item", "amount", "day", "place"})


def _unless_known(step: str) -> Callable[[Scene], bool]:
    return lambda scene: step not in scene.draft.get(KNOWN, ())


# -- the questions -----------------------------------------------------------------------------------------------------


async def _ask_item(scene: Scene) -> Screen:
    listed = await items.listed(scene.unit)
    guesses = scene.draft.get(GUESSES, ())
    shown = [one for one in listed if one.id in guesses] or listed
    new = Choice(asking.new_item(), to("newitem"))
    rows = pages(scene, [(item_name(one.name, one.names), str(one.id)) for one in shown], also=[new])
    unknown = scene.draft.pop(UNKNOWN, None)
    screen = Screen(asking.item(some=bool(listed), guesses=bool(guesses)), rows)
    return screen.before(asking.item_unknown(unknown)) if unknown else screen


async def _take_item(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    chosen = id_in(value, "item")
    if chosen not in {one.id for one in await items.listed(scene.unit)}:
        raise NotFound(what="item")
    return await _with_item(scene, chosen)


async def _type_item(scene: Scene, text: str) -> Any:
    line = await read(scene, text)
    await take_in(scene, line)
    if "item" not in scene.draft or len(line.items) != 1:
        if not line.items:
            scene.draft.pop(GUESSES, None)
            scene.draft[UNKNOWN] = line.unknown or text
        return Stay()
    return await _with_item(scene, line.items[0])


async def _with_item(scene: Scene, chosen: int) -> Any:
    """The item is known. Another one than before may be measured otherwise: then how much it is is asked again."""
    before = await items.get(scene.unit, scene.draft["item"]) if scene.draft.get("item") else None
    scene.draft["item"] = chosen
    await measure(scene)
    item = await item_in(scene)
    amount = scene.draft.get("amount")
    if RETURN in scene.draft and before is not None and (before.unit != item.unit or (amount or 0) % item.step):
        return GoTo("amount", come_back=False)
    return chosen


async def _ask_amount(scene: Scene) -> Screen:
    item = await item_in(scene)
    before = (await stock_lists.usual(scene.unit, item.id)).quantities
    offered = [*before, *(many for many in choices(100 * max(item.step, 1000), max(item.step, 1000)) if many)]
    fitting = [many for many in dict.fromkeys(offered) if many % item.step == 0][:6]
    rows = in_rows([pick(scene, str(many), asking.amount_label(many, item.unit)) for many in fitting], 2)
    return Screen(asking.amount(item_name(item.name, item.names), item.unit), rows)


async def _type_amount(scene: Scene, text: str) -> Any:
    item = await item_in(scene)
    return read_amount(text, item.unit, item.step)


async def _take_amount(scene: Scene, value: str) -> Any:
    item, many = await item_in(scene), id_in(value, "item")
    if many <= 0:
        raise BadAmount(given=value)
    if many % item.step:
        raise AmountStep(step=item.step, unit=item.unit)
    return many


async def _ask_project(scene: Scene) -> Screen:
    mine = await actions.my_projects(scene.unit, who=scene.who)
    return Screen(asking.project(), pages(scene, [(one.name, str(one.id)) for one in mine]))


async def _take_project(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    chosen = id_in(value, "project")
    if chosen not in {one.id for one in await actions.my_projects(scene.unit, who=scene.who)}:
        raise NotFound(what="project")
    return chosen


async def _places(scene: Scene) -> list[str]:
    """Places to choose from: the project's own, and where the item was collected before."""
    project = await projects.get(scene.unit, scene.draft["project"])
    usual = await stock_lists.usual(scene.unit, scene.draft["item"])
    return list(dict.fromkeys(([project.place] if project is not None else []) + list(usual.places)))[:5]


async def _ask_place(scene: Scene) -> Screen:
    offered = await _places(scene)
    return Screen(asking.place(), pages(scene, [(place, str(at)) for at, place in enumerate(offered)]))


async def _type_place(scene: Scene, text: str) -> Any:
    return clean(text, actions.MOST_PLACE)


async def _take_place(scene: Scene, value: str) -> Any:
    offered, at = await _places(scene), id_in(value, "place")
    if at >= len(offered):
        raise NotFound(what="project")
    return offered[at]


# -- the card ----------------------------------------------------------------------------------------------------------


async def _ask_sharing(scene: Scene) -> Screen:
    item = await item_in(scene)
    labels = asking.sharing_labels()
    rows = in_rows([pick(scene, way, label) for way, label in labels.items()])
    return Screen(asking.sharing(item_name(item.name, item.names)), rows)


async def _take_sharing(scene: Scene, value: str) -> Any:
    if value not in list(Sharing):
        raise NotFound(what="sharing")
    return value


async def _ask_best(scene: Scene) -> Screen:
    last, today = windows_in(scene.draft)[-1][0], wall(scene).date()
    days = [last + timedelta(days=ahead) for ahead in (0, 1, 2, 3, 7)]
    entries = [pick(scene, one.isoformat(), asking.day_label(one, today)) for one in days]
    return Screen(asking.best_before(), in_rows([*entries, pick(scene, "none", asking.no_best_before())], 2))


async def _type_best(scene: Scene, text: str) -> Any:
    return parse_day(text, vocabulary=line_words(language()).dates, now_local=wall(scene)).isoformat()


async def _take_best(scene: Scene, value: str) -> Any:
    if value == "none":
        return ""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise BadDate(given=value) from None


async def _ask_change(scene: Scene) -> Screen:
    labels = asking.change_labels(several_projects=scene.draft.get(WHOSE, 1) > 1)
    return Screen(asking.what_changes(), in_rows([pick(scene, step, label) for step, label in labels.items()], 2))


async def _take_change(scene: Scene, value: str) -> Any:
    if value not in asking.change_labels(several_projects=True):
        raise NotFound(what="question")
    if value in ("day", "also"):
        when_steps.begin_anew(scene, also=value == "also")
        return GoTo("day", come_back=False)
    scene.draft.pop(GUESSES, None)
    return GoTo(value, come_back=False)


async def _ask_card(scene: Scene) -> Screen:
    item, project = await item_in(scene), await projects.get(scene.unit, scene.draft["project"])
    if project is None:
        raise NotFound(what="project")
    text = asking.card(scene.draft, item, project.name, windows_in(scene.draft), wall(scene).date())
    if LEFT_OUT in scene.draft:
        text = Markup("{}\n\n{}").format(text, asking.left_out(scene.draft[LEFT_OUT]))
    return Screen(text, in_rows([pick(scene, PUT_UP, asking.put_it_up()), pick(scene, CHANGE, asking.change())]))


async def _take_card(scene: Scene, value: str) -> Any:
    if value == CHANGE:
        return GoTo(CHANGE)
    if value != PUT_UP:
        raise NotFound(what="question")
    return True


async def _finish(scene: Scene) -> Screen:
    draft = scene.draft
    batch_id = await actions.put_up_batch(
        scene.unit,
        who=scene.who,
        item_id=draft["item"],
        project_id=draft["project"],
        quantity=draft["amount"],
        windows=spans_in(scene),
        place=draft["place"],
        now=scene.now,
        sharing=draft.get("sharing") or "",
        best_before=date.fromisoformat(draft["best"]) if draft.get("best") else None,
    )
    sheet = await actions.sheet(scene.unit, who=scene.who, batch_id=batch_id)
    return views.is_up(sheet, scene.who.zone, scene.now, scene.who.town.currency)


def _never(scene: Scene) -> bool:
    return False


WIZARD = Wizard(
    "newbatch",
    [
        Step("item", _ask_item, typed=_type_item, tapped=_take_item, counted=True, when=_unless_known("item")),
        Step("amount", _ask_amount, typed=_type_amount, tapped=_take_amount, when=_unless_known("amount")),
        Step("project", _ask_project, tapped=_take_project, free=False, when=_unless_known("project")),
        when_steps.day(_unless_known("day")),
        when_steps.time(lambda scene: True),
        Step("place", _ask_place, typed=_type_place, tapped=_take_place, counted=True, when=_unless_known("place")),
        Step("sharing", _ask_sharing, tapped=_take_sharing, free=False, when=_never),
        Step("best", _ask_best, typed=_type_best, tapped=_take_best, when=_never),
        Step(CHANGE, _ask_change, tapped=_take_change, free=False, when=_never),
        Step("card", _ask_card, tapped=_take_card, free=False),
    ],
    _finish,
)


async def begin(event: Event, scene: Scene, *, project_id: int = 0, text: str = "") -> Reply | None:
    """Ask for a batch: for what a typed line leaves open, or for all of it. None for a line that says nothing of one.

    Raises NotAllowed, and DateInPast for a line whose time is over.
    """
    mine = await actions.my_projects(scene.unit, who=scene.who)
    scene.draft = {WHOSE: len(mine)}
    if text:
        line = await read(scene, text)
        if not line.score[0]:
            return None
        await take_in(scene, line)
    only = project_id if project_id in {one.id for one in mine} else mine[0].id if len(mine) == 1 else 0
    if only and "project" not in scene.draft:
        know(scene, "project", only)
    kept = WIZARD.kept(scene.seat) or {}  # a question that was only looked at is nothing to go on with
    return await WIZARD.begin(event, scene, {**scene.draft}, afresh=bool(text) or not kept.keys() & BEGUN)
