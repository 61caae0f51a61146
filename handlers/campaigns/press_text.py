"""A press text in words: for the chat, as Markdown, and on paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from babel.dates import format_skeleton

from handlers.campaigns.pressing import BY, CONTACT, HEADING, LEAD, QUOTE, Press
from handlers.kit import paper
from handlers.labour import chart
from handlers.labour.actions import Weeks
from locales import _, a_date, a_length, language, listed, locale, ngettext, number
from town.settings import TownSettings

_SIGNS = re.compile(r"([\\`*_\[\]<>#|])")


def heading(of: Press, town: TownSettings) -> str:
    """The town's own heading, or ours."""
    if HEADING in of.said:
        return of.said[HEADING]
    return {
        1: _("{town} asks its people for {hours} a week", town=town.name, hours=a_length(town.required_minutes)),
        2: _("What the people of {town} build together", town=town.name),
        3: _("{town} invites investors and businesses", town=town.name),
    }[of.campaign.round].unescape()


def lead(of: Press, town: TownSettings) -> str:
    """The town's own first paragraph, or ours."""
    if LEAD in of.said:
        return of.said[LEAD]
    return {
        1: _(
            "{town} begins something of its own: projects that belong to the town and are run by its people. Everybody "
            "is asked for {hours} a week, out of 168. Whoever gives them gets free electricity, and shares in what the "
            "projects make. Nobody has to take part; whoever does not goes on paying as before.",
            town=town.name,
            hours=a_length(town.required_minutes),
        ),
        2: _(
            "In {town}, people run projects together that belong to all of them, and give {hours} a week each. What "
            "the projects make goes to those who take part, for free. What the town does not need itself is sold. A "
            "third of the profit goes into projects, a third to the investors, and a third in equal parts to everybody "
            "who takes part.",
            town=town.name,
            hours=a_length(town.required_minutes),
        ),
        3: _(
            "{town} is looking for investors and businesses that want to build something with a whole town. Its "
            "projects have the town's support, the work of its people and free electricity. Whoever invests receives a "
            "third of the profit; the rest stays with the projects and the people.",
            town=town.name,
        ),
    }[of.campaign.round].unescape()


def numbers(of: Press) -> list[str]:
    """The town in numbers, as far as there are any."""
    now = of.numbers
    lines = []
    if now.residents:
        lines.append(ngettext("{n} person has signed up so far.", "{n} people have signed up so far.", now.residents))
        lines.append(_("Together they are asked for {hours} a week.", hours=a_length(now.asked)))
    if now.confirmed:
        lines.append(_("Last week they gave {hours} of work.", hours=a_length(now.confirmed)))
    if now.projects:
        lines.append(_("The projects: {names}.", names=listed(now.projects)))
    return [line.unescape() for line in lines]


def contact(of: Press, town: TownSettings) -> str:
    """Whom to ask: as the town wrote it, or the mayor and the town's chat."""
    if CONTACT in of.said:
        return of.said[CONTACT]
    names = listed(of.mayors) if of.mayors else town.name
    return ", ".join(
        part
        for part in (_("the mayor of {town}: {names}", town=town.name, names=names).unescape(), of.link or "")
        if part
    )


def dateline(of: Press, town: TownSettings) -> str:
    return f"{town.name}, {a_date(of.day)}"


def quote(of: Press, town: TownSettings) -> tuple[str, str] | None:
    """What the mayor wrote, and who that is; None where no mayor wrote anything: words are never made up."""
    if QUOTE not in of.said:
        return None
    return of.said[QUOTE], _("{name}, mayor of {town}", name=of.said.get(BY, ""), town=town.name).unescape()


def markdown(of: Press, town: TownSettings, *, pictures: str | None) -> str:
    """The text as Markdown; `pictures` is the address of the page that has them."""
    parts = [f"# {_marked(heading(of, town))}", f"**{_marked(dateline(of, town))}** – {_marked(lead(of, town))}"]
    if lines := numbers(of):
        parts.append("\n".join(f"- {_marked(line)}" for line in lines))
    if (said := quote(of, town)) is not None:
        parts.append(f"> “{_marked(said[0])}”\n>\n> – {_marked(said[1])}")
    parts.append(f"**{_('Contact').unescape()}:** {_linked(contact(of, town))}")
    if pictures is not None:
        parts.append(f"**{_('Pictures').unescape()}:** <{pictures}>")
    return "\n\n".join(parts) + "\n"


def page_of(of: Press, town: TownSettings, pictures: Sequence[bytes]) -> paper.Page:
    """The text on paper, its pictures after the words."""
    parts: list[paper.Part] = [f"{dateline(of, town)} – {lead(of, town)}"]
    if lines := numbers(of):
        parts.append("\n".join(f"• {line}" for line in lines))
    if (said := quote(of, town)) is not None:
        parts.append(f"“{said[0]}”\n– {said[1]}")
    parts.append(f"{_('Contact').unescape()}: {contact(of, town)}")
    parts += [paper.Picture.of(content) for content in pictures]
    return paper.Page(heading(of, town), parts, foot=town.name, language=language())


async def drawn(of: Weeks) -> bytes:
    """The town's hours of eight weeks as a picture."""
    said = chart.Words(
        title=_("Hours of work, week by week").unescape(),
        offered=_("offered").unescape(),
        filled=_("filled").unescape(),
        confirmed=_("confirmed").unescape(),
        asked=_("asked for").unescape(),
        weeks=tuple(_short(week) for week in of.sums),
        number=number,
    )
    offered, filled, confirmed, _open = zip(*of.sums.values(), strict=True)
    return await chart.png(said, offered, filled, confirmed, asked=of.asked)


def _short(week: date) -> str:
    """A Monday without its weekday: "23 Nov"."""
    return str(format_skeleton("MMMd", datetime(week.year, week.month, week.day), locale=locale()))


def _marked(text: str) -> str:
    """Plain words in Markdown."""
    return _SIGNS.sub(r"\\\1", text)


def _linked(text: str) -> str:
    """Plain words in Markdown, in which addresses can be followed."""
    pieces = re.split(r"(https?://\S+)", text)
    return "".join(f"<{piece}>" if at % 2 else _marked(piece) for at, piece in enumerate(pieces))
