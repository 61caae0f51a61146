"""What is tapped on the press text and on posters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram.types import CallbackQuery

from handlers.campaigns import asking_more, poster_views, posting, press_text, press_views, pressing
from handlers.campaigns.actions import found
from handlers.campaigns.asking import CAMPAIGN
from handlers.kit import drawing
from handlers.kit.files import hand_out
from handlers.kit.links import Links
from handlers.kit.news_taps import CampaignTap
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.roles.actions import duties_of, must_coordinate_town
from storage.unit import Unit
from town.facts import PosterGone
from town.week import local

# -- the press text ----------------------------------------------------------------------------------------------------


async def on_press(
    tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime, links: Links
) -> Reply:
    of = await pressing.press(unit, who=who, campaign_id=callback_data.id, links=links, now=now)
    if callback_data.key == "pdf":
        return await _as_pdf(tap, of, who, unit, now)
    if callback_data.key == "md":
        update_id, _photos, _weeks = await pressing.pictures(unit, who=who, now=now)
        pictures = None if update_id is None else links.public(f"/news/{update_id}")
        content = press_text.markdown(of, who.town, pictures=pictures)
        return hand_out(
            tap, press_views.file_name(of, "md"), content, press_views.caption(), press_views.after_file(of)
        )
    drawing.warm()
    mayor = (await duties_of(unit, who.me)).mayor
    return show(tap, press_views.press(of, who.town, mayor=mayor))


async def _as_pdf(tap: CallbackQuery, of: pressing.Press, who: Who, unit: Unit, now: datetime) -> Reply:
    """With the photos of the latest update, or a picture of the town's hours where there are none."""
    _update_id, photos, weeks = await pressing.pictures(unit, who=who, now=now)
    pictures = [photo.content for photo in photos] or [await press_text.drawn(weeks)]
    page = press_text.page_of(of, who.town, pictures)
    return hand_out(tap, press_views.file_name(of, "pdf"), page, press_views.caption(), press_views.after_file(of))


async def on_word(
    tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime, seat: Seat, links: Links
) -> Reply:
    part = callback_data.key
    one = await pressing.may_write(unit, who=who, campaign_id=callback_data.id, part=part)
    draft = {CAMPAIGN: one.id, asking_more.LINK: links.bot()}
    return await asking_more.PRESS.begin_at(tap, Scene(who, unit, now, seat), part, draft)


# -- posters -----------------------------------------------------------------------------------------------------------


async def on_posters(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit) -> Reply:
    listed = await posting.listed(unit, who=who)
    return show(tap, poster_views.listed(listed, callback_data.page, callback_data.id))


async def on_poster(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, links: Links) -> Reply:
    one = await posting.get(unit, who=who, poster_id=callback_data.id)
    return show(tap, poster_views.poster(one, posting.ways_of(one, links), callback_data.n, who.zone))


async def on_new(
    tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    await must_coordinate_town(unit, who)
    if callback_data.id:
        await found(unit, callback_data.id)
    return await asking_more.POSTER.begin(tap, Scene(who, unit, now, seat), {CAMPAIGN: callback_data.id})


async def on_paper(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, links: Links) -> Reply:
    one = await posting.get(unit, who=who, poster_id=callback_data.id)
    if one.gone_at is not None:
        raise PosterGone
    placard = posting.paper_of(one, who.town.name, links)
    if placard is None:
        return show(tap, poster_views.no_paper(one))
    return hand_out(tap, f"poster-{one.code}.pdf", placard, poster_views.caption(one), poster_views.after_paper(one))


async def on_down(tap: CallbackQuery, callback_data: CampaignTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one = await posting.get(unit, who=who, poster_id=callback_data.id)
    if one.gone_at is None and callback_data.key != "sure":
        return show(tap, poster_views.ask_down(one, callback_data.n))
    await posting.take_down(unit, who=who, poster_id=one.id, now=now)
    return show(tap, poster_views.listed(await posting.listed(unit, who=who), 0, callback_data.n))


async def on_table(tap: CallbackQuery, who: Who, unit: Unit, now: datetime) -> Reply:
    listed = await posting.listed(unit, who=who)
    name = f"posters-{local(now, who.zone).date().isoformat()}.csv"
    content = posting.csv_of(listed, who.zone)
    return hand_out(tap, name, content, poster_views.table_caption(), poster_views.after_table())


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "press": on_press,
    "word": on_word,
    "posters": on_posters,
    "poster": on_poster,
    "new": on_new,
    "paper": on_paper,
    "down": on_down,
    "table": on_table,
}
