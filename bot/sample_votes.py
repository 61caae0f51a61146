"""What Riverbend decides: a vote of last week, four that are open now, and a council."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from bot.sample_depth import Riverbend
from handlers.polls.casting import cast
from handlers.polls.closing import close
from handlers.polls.opening import YES_NO, NewPoll, make
from storage.queries import roles
from storage.queries.polls import Option
from storage.tables import Role
from town.polls import Kind

COUNCIL = ("Naledi Mokoena", "Grace Adams", "Willem Smit", "Lindiwe Zulu", "James Carter")

SATURDAYS = {
    "es": "¿Abrimos la panadería también los sábados?",
    "af": "Maak ons die bakkery ook op Saterdae oop?",
    "zu": "Siyivule yini ibhikawozi nangoMgqibelo?",
}
GREENHOUSE = {
    "es": "¿Construimos un segundo invernadero en River Field?",
    "af": "Bou ons ’n tweede kweekhuis op River Field?",
    "zu": "Siyakhe yini i-greenhouse yesibili eRiver Field?",
}
SPEAKER = {
    "es": "¿Quién habla por nosotros ante el distrito?",
    "af": "Wie praat namens ons by die distrik?",
    "zu": "Ubani ozosikhulumela esifundeni?",
}
NEXT = {
    "es": "Reparte 10 puntos: ¿en qué gastamos lo que sobró este año?",
    "af": "Verdeel 10 punte: waarop bestee ons wat vanjaar oorgebly het?",
    "zu": "Yaba amaphuzu ayi-10: sizosebenzisa ngani okusele kulo nyaka?",
}
FOR_WHAT = (
    Option("Solar pump", {"es": "Bomba solar", "af": "Sonpomp", "zu": "Iphampu yelanga"}),
    Option("Playground", {"es": "Parque infantil", "af": "Speelpark", "zu": "Inkundla yokudlala"}),
    Option(
        "Tool library", {"es": "Biblioteca de herramientas", "af": "Gereedskapbiblioteek", "zu": "Umtapo wamathuluzi"}
    ),
    Option("Footbridge", {"es": "Puente peatonal", "af": "Voetbrug", "zu": "Ibhuloho lezinyawo"}),
)


async def play(town: Riverbend) -> None:
    """Last week's vote, then this week's, in the order in which it happened."""
    mayor = town.people["Naledi Mokoena"]
    for name in COUNCIL:
        await roles.give(
            town.unit,
            resident_id=town.people[name].me,
            role=Role.COUNCIL,
            project_id=None,
            by=mayor.me,
            now=town.at(0, 8),
        )
    await _last_week(town)
    await _open_now(town)


async def _last_week(town: Riverbend) -> None:
    """Saturdays at the bakery: passed, with the numbers to look at."""
    opened = town.at(-5, 9)
    question = NewPoll(
        "Shall the bakery open on Saturdays too?",
        Kind.YESNO,
        YES_NO,
        "town",
        opened + timedelta(days=2),
        about="Six people more would be needed from seven to eleven.",
        words=_words(SATURDAYS),
        quorum=50,
    )
    poll_id = await _ask(town, "Pieter van Wyk", question, days=-5)
    no, abstains = ("James Carter", "Tom Fisher"), ("Anna Botha",)
    for name in town.people:
        if name not in ("Sofía Herrera", "Zanele Moyo"):
            await _vote(town, poll_id, name, "2" if name in no else "" if name in abstains else "1", days=-4)
    await close(town.unit, poll_id, town=town.settings, now=opened + timedelta(days=2))


async def _open_now(town: Riverbend) -> None:
    """A plain question, a secret one, points to share out, and one to the council; Thandi has not voted on any."""
    ends = town.opening + timedelta(days=3)
    greenhouse = await _ask(
        town,
        "Naledi Mokoena",
        NewPoll("Shall we build a second greenhouse at River Field?", Kind.YESNO, YES_NO, "town", ends,
                about="It would take the workshop four weeks, and give tomatoes all winter.",
                words=_words(GREENHOUSE), quorum=40),
    )  # fmt: skip
    for name, choice in (("Sipho Dlamini", "1"), ("Grace Adams", "1"), ("Willem Smit", "2"), ("Mateo Ruiz", "1")):
        await _vote(town, greenhouse, name, choice)
    people = tuple(Option(name, {}) for name in ("Grace Adams", "James Carter", "Zanele Moyo"))
    speaker = await _ask(
        town,
        "Naledi Mokoena",
        NewPoll("Who speaks for us at the district?", Kind.SINGLE, people, "town", ends,
                words=_words(SPEAKER), secret=True, threshold="absolute"),
    )  # fmt: skip
    for name, choice in (("Anna Botha", "1"), ("Tom Fisher", "3"), ("Lindiwe Zulu", "1"), ("Ayesha Patel", "2")):
        await _vote(town, speaker, name, choice)
    money = await _ask(
        town,
        "Naledi Mokoena",
        NewPoll("Share out 10 points: what do we spend on what is left of this year's money?", Kind.POINTS, FOR_WHAT,
                "town", ends, words=_words(NEXT), points=10),
    )  # fmt: skip
    for name, choice in (("Willem Smit", "1:6,4:4"), ("Zanele Moyo", "2:10"), ("Mateo Ruiz", "1:5,3:5")):
        await _vote(town, money, name, choice)
    await _ask(
        town,
        "Grace Adams",
        NewPoll("Does the council support the plan for the mill?", Kind.YESNO, YES_NO, "role:council", ends,
                threshold="two_thirds", of_electorate=True),
    )  # fmt: skip


async def _ask(town: Riverbend, name: str, question: NewPoll, *, days: int = 0) -> int:
    now = town.at(days, 9) if days else town.opening - timedelta(hours=20)
    return await make(town.unit, by=town.people[name].me, new=question, town=town.settings, now=now)


async def _vote(town: Riverbend, poll_id: int, name: str, choice: str, *, days: int = 0) -> None:
    now = town.at(days, 10) if days else town.opening - timedelta(hours=16)
    await cast(town.unit, voter=town.people[name].me, poll_id=poll_id, choice=choice, key=None, now=now)


def _words(questions: Mapping[str, str]) -> str:
    return json.dumps({language: {"question": said} for language, said in questions.items()}, ensure_ascii=False)
