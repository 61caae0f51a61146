"""Writing the weekly update. Only the mayor does; of several mayors, the last one's words stand.

    draft ──ready──► ready ──its time──► sent        (going_out.py)
      │ ◄───── any change, or "not yet" ──┘
      └──► skipped ──► draft

Whatever is changed of a ready update makes it a draft again: nothing is said in the mayor's name that nobody saw whole.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from handlers.kit.who import Who
from handlers.news import telling
from handlers.roles.actions import must_be_mayor
from locales import LANGUAGES
from storage import outbox
from storage.queries import pictures, updates, week_numbers
from storage.queries.updates import DRAFT, OPEN, READY, SENT, SKIPPED, UpdateRow
from storage.queries.week_numbers import Numbers
from storage.unit import Unit
from town.facts import NotFound, TooManyPhotos, UpdateOver
from town.news import (
    MOST_CORRECTION,
    MOST_CORRECTIONS,
    MOST_PHOTOS,
    MOST_WORDS,
    due_of,
    read_video,
    told_since,
    week_at,
)
from town.settings import TownSettings
from town.text import clean


class Seen(NamedTuple):
    """An update as its mayor sees it: the ids of its photos, and a stamp of all that can be changed of it."""

    update: UpdateRow
    photos: tuple[int, ...]
    stamp: str


# -- looking -----------------------------------------------------------------------------------------------------------


async def current(unit: Unit, *, who: Who, language: str, now: datetime) -> Seen:
    """The update that there is to work on: one that is late, or that of the next time, which is made if need be.

    `language` is what the mayor speaks. Raises NotAllowed.
    """
    await must_be_mayor(unit, who)
    for one in await updates.still_open(unit):
        if one.due_at <= now:
            return await _seen(unit, one)
    week = week_at(now, who.town)
    found = await updates.of_week(unit, week)
    if found is None:
        await make(unit, week, language=language, town=who.town, now=now)
        found = await updates.of_week(unit, week)
    if found is None:
        raise LookupError(f"the update of {week} is gone")
    return await _seen(unit, found)


async def make(unit: Unit, week: date, *, language: str, town: TownSettings, now: datetime) -> int | None:
    """Make the draft of a week's update; its id, or None where somebody has made it already."""
    numbers = await counted(unit, week, town=town, now=now)
    return await updates.make(unit, week, language=language, numbers=numbers, due_at=due_of(week, town), now=now)


async def counted(unit: Unit, week: date, *, town: TownSettings, now: datetime) -> Numbers:
    """The numbers of a week's update as they stand now."""
    told_at = await updates.told_at(unit, week - timedelta(weeks=1))
    return await week_numbers.gather(unit, week, since=told_since(week, told_at, town.tz), town=town, now=now)


async def one(unit: Unit, *, who: Who, update_id: int) -> Seen:
    """An update, for a mayor. Raises NotAllowed, NotFound."""
    await must_be_mayor(unit, who)
    return await _seen(unit, await _get(unit, update_id))


async def _get(unit: Unit, update_id: int, *, lock: bool = False) -> UpdateRow:
    found = await updates.get(unit, update_id, lock=lock)
    if found is None:
        raise NotFound(what="update")
    return found


async def _seen(unit: Unit, update: UpdateRow) -> Seen:
    photos = await updates.photo_ids(unit, update.id)
    parts = json.dumps([update.language, update.text, update.texts, update.video, photos])
    return Seen(update, tuple(photos), hashlib.sha256(parts.encode()).hexdigest()[:8])


# -- changing ----------------------------------------------------------------------------------------------------------


async def open_to_change(unit: Unit, *, who: Who, update_id: int, lock: bool = False) -> UpdateRow:
    """An update that can still be changed. Raises NotAllowed, NotFound, UpdateOver."""
    await must_be_mayor(unit, who)
    update = await _get(unit, update_id, lock=lock)
    if update.state not in OPEN:
        raise UpdateOver(state=update.state)
    return update


async def _change(unit: Unit, who: Who, update: UpdateRow, **columns: Any) -> Seen:
    """Change an update, which nobody has seen like that yet: one that was to go out at once has its own time again."""
    due_at = max(update.due_at, due_of(update.week, who.town))
    await updates.change(unit, update.id, **columns, state=DRAFT, ready_by=None, edited_by=who.me, due_at=due_at)
    return await one(unit, who=who, update_id=update.id)


def _texts(said: dict[str, str]) -> str:
    return json.dumps({code: said[code] for code in LANGUAGES if said.get(code)}, ensure_ascii=False)


async def set_words(unit: Unit, *, who: Who, update_id: int, text: str, language: str) -> Seen:
    """Say it in these words, which are in this language; what was said in another one before stays, as another text.

    "" takes the words out, in every language. Raises NotAllowed, NotFound, UpdateOver, TextTooLong.
    """
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    said = update.others
    if update.language != language and text:
        said[update.language] = update.text
        said.pop(language, None)
    kept = clean(text, MOST_WORDS, lines=True) if text else ""
    return await _change(unit, who, update, text=kept, texts=_texts(said if kept else {}), language=language)


async def set_other(unit: Unit, *, who: Who, update_id: int, language: str, text: str) -> Seen:
    """Say the same in another language, or ("") not. Raises NotAllowed, NotFound, UpdateOver, TextTooLong."""
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    if language not in LANGUAGES or language == update.language:
        raise NotFound(what="update")
    said = update.others | {language: clean(text, MOST_WORDS, lines=True) if text else ""}
    return await _change(unit, who, update, texts=_texts(said))


async def set_language(unit: Unit, *, who: Who, update_id: int, language: str) -> Seen:
    """Say which language the words are in, where they were taken for another. Raises NotAllowed, NotFound, UpdateOver.

    Where there are words in that language already, the two change places.
    """
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    if language not in LANGUAGES:
        raise NotFound(what="update")
    said = update.others
    other = said.pop(language, "")
    if other and language != update.language:
        said[update.language] = update.text
        return await _change(unit, who, update, texts=_texts(said), text=other, language=language)
    return await _change(unit, who, update, language=language)


async def set_video(unit: Unit, *, who: Who, update_id: int, video: str) -> Seen:
    """Lead to a video, or ("") to none. Raises NotAllowed, NotFound, UpdateOver, BadVideo."""
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    return await _change(unit, who, update, video=read_video(video) if video else "")


async def keep_photo(unit: Unit, *, who: Who, update_id: int, content: bytes, now: datetime) -> int:
    """Keep a JPEG that is to be a photo of an update; its id. Raises NotAllowed, NotFound, UpdateOver."""
    await open_to_change(unit, who=who, update_id=update_id)
    return await pictures.keep(unit, content, media_type="image/jpeg", by=who.me, now=now)


async def let_go(unit: Unit, *, who: Who, update_id: int, picture_id: int) -> None:
    """Forget a photo that was kept and is not to be one after all. Raises NotAllowed, NotFound, UpdateOver."""
    await open_to_change(unit, who=who, update_id=update_id)
    await pictures.forget(unit, picture_id)


async def add_photos(unit: Unit, *, who: Who, update_id: int, photos: list[int]) -> Seen:
    """Add photos that are kept. Raises NotAllowed, NotFound, UpdateOver, TooManyPhotos."""
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    there = await updates.photo_ids(unit, update_id)
    if len({*there, *photos}) > MOST_PHOTOS:
        raise TooManyPhotos(most=MOST_PHOTOS)
    for picture_id in photos:
        await updates.add_photo(unit, update_id, picture_id)
    return await _change(unit, who, update)


async def drop_photo(unit: Unit, *, who: Who, update_id: int, picture_id: int) -> Seen:
    """Take a photo out; it is forgotten, unless something else is shown with it. Raises the same, or NotFound."""
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    if not await updates.drop_photo(unit, update_id, picture_id):
        raise NotFound(what="picture")
    await pictures.forget(unit, picture_id)
    return await _change(unit, who, update)


async def count_anew(unit: Unit, *, who: Who, update_id: int, now: datetime) -> Seen:
    """Count the week anew. Raises NotAllowed, NotFound, UpdateOver."""
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    await updates.count_anew(unit, update.id, await counted(unit, update.week, town=who.town, now=now), now=now)
    return await one(unit, who=who, update_id=update_id)


# -- what becomes of it ------------------------------------------------------------------------------------------------


async def ready(unit: Unit, *, who: Who, update_id: int, stamp: str, now: datetime) -> Seen | None:
    """Have an update go out in its time, or at once if that has come; None where it is not what was looked at.

    `stamp` is that of what they saw. Raises NotAllowed, NotFound, UpdateOver.
    """
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    if (await _seen(unit, update)).stamp != stamp:
        return None
    await count_anew(unit, who=who, update_id=update_id, now=now)
    due_at = max(update.due_at, now)
    await updates.change(unit, update_id, state=READY, ready_by=who.me, due_at=due_at, reminded_at=now)
    await outbox.withdraw(unit, asking(update_id))
    return await one(unit, who=who, update_id=update_id)


async def wait(unit: Unit, *, who: Who, update_id: int) -> Seen:
    """Take back that it is ready. Raises NotAllowed, NotFound, UpdateOver."""
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    return await _change(unit, who, update)


async def go_now(unit: Unit, *, who: Who, update_id: int, now: datetime) -> Seen:
    """Have a ready update go out before its time. Raises NotAllowed, NotFound, UpdateOver."""
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    if update.state != READY:
        raise UpdateOver(state=update.state)
    await updates.change(unit, update_id, due_at=min(update.due_at, now))
    return await one(unit, who=who, update_id=update_id)


async def skip(unit: Unit, *, who: Who, update_id: int) -> Seen:
    """Leave a week's update out. Raises NotAllowed, NotFound, UpdateOver."""
    update = await open_to_change(unit, who=who, update_id=update_id, lock=True)
    await updates.change(unit, update.id, state=SKIPPED, ready_by=None, edited_by=who.me)
    await outbox.withdraw(unit, asking(update_id))
    return await one(unit, who=who, update_id=update_id)


async def wake(unit: Unit, *, who: Who, update_id: int, now: datetime) -> Seen:
    """Write an update that was left out after all, while it is that of the next time, or was to be of the last one.

    Raises NotAllowed, NotFound, UpdateOver.
    """
    await must_be_mayor(unit, who)
    update = await _get(unit, update_id, lock=True)
    if update.state != SKIPPED or update.week < week_at(now, who.town) - timedelta(weeks=1):
        raise UpdateOver(state=update.state)
    return await _change(unit, who, update)


async def correct(unit: Unit, *, who: Who, update_id: int, text: str, language: str, now: datetime) -> UpdateRow:
    """Put something right that was said in an update: it stands below it, with its day and who wrote it.

    What was sent stays as it was. Raises NotAllowed, NotFound, UpdateOver, TextEmpty, TextTooLong.
    """
    await must_be_mayor(unit, who)
    update = await _get(unit, update_id, lock=True)
    if update.state != SENT or len(update.corrected) >= MOST_CORRECTIONS:
        raise UpdateOver(state=update.state)
    note = {"text": clean(text, MOST_CORRECTION), "language": language, "name": who.name, "at": now.isoformat()}
    noted = json.dumps([*update.corrected, note], ensure_ascii=False)
    await updates.change(unit, update_id, corrections=noted)
    changed = await _get(unit, update_id)
    folded = telling.folded(await telling.fields_of(unit, changed), who.zone)
    await updates.change(unit, update_id, folded=folded)
    unit.announce(updates.TOPIC)
    return changed


def asking(update_id: int) -> str:
    """What asks a mayor for an update is filed under this."""
    return f"update:{update_id}"
