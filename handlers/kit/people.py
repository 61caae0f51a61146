"""Finding a resident by name, as a question of a wizard asks for one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from markupsafe import Markup

from handlers.kit.choosing import from_the_first
from handlers.kit.wizard import Scene, Stay
from locales import _
from storage.queries import roles
from storage.queries.roles import Person
from town.text import clean

TYPED = "@typed"
"""Of a draft: the name that was looked for."""

MOST_FOUND = 24
MOST_NAME = 60


def look_for(scene: Scene, text: str) -> Stay:
    """Remember whom somebody looks for, and ask again. Raises TextEmpty or TextTooLong."""
    scene.draft[TYPED] = clean(text, MOST_NAME)
    from_the_first(scene)
    return Stay()


async def those_found(scene: Scene, *, but: Collection[int] = ()) -> list[Person]:
    """The residents who were looked for, by name; nobody while nobody was."""
    typed = scene.draft.get(TYPED)
    if typed is None:
        return []
    people = await roles.find_residents(scene.unit, typed, most=MOST_FOUND + len(but))
    return [person for person in people if person.id not in but][:MOST_FOUND]


def told_apart(people: Sequence[Person]) -> list[tuple[str, str]]:
    """(label, id) of each: those who have the same name by their street, which comes first, so that it is not cut."""
    names = [person.name for person in people]
    return [
        (person.name if names.count(person.name) == 1 else f"{person.street}, {person.name}", str(person.id))
        for person in people
    ]


def found_line(typed: str, people: Sequence[Person]) -> Markup:
    """What a search came to; where some have the same name, each of those with their street."""
    if not people:
        return _("I find no resident called “{typed}”. Please write it another way.", typed=typed)
    names = [person.name for person in people]
    lines = [_("Whom do you mean? If none of these, write the name again.")]
    lines += [
        _("{name}, {street}", name=person.name, street=person.street)
        for person in people
        if names.count(person.name) > 1
    ]
    return Markup("\n").join(lines)
