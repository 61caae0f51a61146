"""The screens of the press text."""

from __future__ import annotations

from markupsafe import Markup

from handlers.campaigns import press_text
from handlers.campaigns.pressing import CONTACT, HEADING, LEAD, QUOTE, Press
from handlers.campaigns.words import last_row, to
from handlers.kit.nav import home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from locales import _
from town.settings import TownSettings


def press(of: Press, town: TownSettings, *, mayor: bool) -> Screen:
    """The text as it is, and what can be changed of it."""
    parts = [
        Markup("<b>{}</b>").format(press_text.heading(of, town)),
        Markup("{} – {}").format(press_text.dateline(of, town), press_text.lead(of, town)),
        Markup("\n").join(Markup("• {}").format(line) for line in press_text.numbers(of)),
        _quote(of, town),
        Markup("{}: {}").format(_("Contact"), press_text.contact(of, town)),
    ]
    one = of.campaign
    ways = [
        Choice(_("As PDF"), to("press", one.id, key="pdf")),
        Choice(_("As Markdown"), to("press", one.id, key="md")),
    ]
    if one.runs:
        ways += [
            Choice(_("Other heading"), to("word", one.id, key=HEADING)),
            Choice(_("First paragraph"), to("word", one.id, key=LEAD)),
            Choice(_("Whom to ask"), to("word", one.id, key=CONTACT)),
        ]
        ways += [Choice(_("My words as mayor"), to("word", one.id, key=QUOTE))] if mayor else []
    return Screen(paragraphs(*parts), (*in_rows(ways, 2), last_row(to("one", one.id))))


def _quote(of: Press, town: TownSettings) -> Markup:
    said = press_text.quote(of, town)
    if said is None:
        return _("<i>Here the mayor’s own words will stand, once the mayor has written them.</i>")
    return Markup("“{}”\n– {}").format(*said)


def ask(part: str, of: Press, town: TownSettings) -> Markup:
    """The question for a part, with what stands there now."""
    question, now = {
        HEADING: (_("What is the heading to be?"), press_text.heading(of, town)),
        LEAD: (_("Write the first paragraph. It now says:"), press_text.lead(of, town)),
        CONTACT: (_("Whom can the press ask? A name, and a number or an address."), press_text.contact(of, town)),
        QUOTE: (_("What would you like to say to the press? It stands there as your own words."), ""),
    }[part]
    said = press_text.quote(of, town) if part == QUOTE else None
    return paragraphs(question, Markup.escape(now if said is None else said[0]))


def usual(part: str) -> Markup:
    """The choice that takes back what the town wrote."""
    return _("No quote") if part == QUOTE else _("Our words")


def written(campaign_id: int) -> Screen:
    return Screen(_("The press text is changed."), ((Choice(_("Press text"), to("press", campaign_id)), home()),))


def caption() -> Markup:
    return _("The press text. Read it once more before you send it on.")


def after_file(of: Press) -> Screen:
    text = _("Send it to the newspaper and the radio. Whatever you change later, ask for the file again.")
    return Screen(text, ((Choice(_("Press text"), to("press", of.campaign.id)),), (home(),)))


def file_name(of: Press, ending: str) -> str:
    return f"press-round-{of.campaign.round}-{of.day.isoformat()}.{ending}"
