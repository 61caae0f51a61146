"""The screens of a campaign's steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from handlers.campaigns.actions import STEP
from handlers.campaigns.steps import Page
from handlers.campaigns.words import (
    kind_name,
    kind_of,
    last_row,
    numbered,
    owner_name,
    round_name,
    step_line,
    step_mark,
    suggested,
    title_of,
    to,
    when,
    words_of,
)
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.news_taps import CastTap
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from locales import _, a_day
from storage.queries.campaigns import CampaignRow, StepRow
from town.settings import TownSettings

PAGE = 5


def listed(campaign: CampaignRow, found: Sequence[StepRow], page: int, today: date) -> Screen:
    """The steps of a campaign, by date."""
    add = [Choice(_("Add a step"), to("add", campaign.id))] if campaign.runs else []
    head = Markup("<b>{}</b>").format(round_name(campaign.round))
    return _list(head, found, page, ("steps", campaign.id), [*add, *last_row(to("one", campaign.id))], today)


def mine(found: Sequence[StepRow], page: int, today: date, *, leads: bool) -> Screen:
    """What somebody has to do in the town's campaigns."""
    ways = [*([back(to("list"))] if leads else []), home()]
    if not found:
        return Screen(_("No step of a campaign is yours at the moment."), (tuple(ways),))
    return _list(_("<b>Your steps in the town’s campaigns</b>"), found, page, ("mine", 0), ways, today)


def _list(
    head: Markup, found: Sequence[StepRow], page: int, here: tuple[str, int], ways: Sequence[Choice], today: date
) -> Screen:
    shown, page = page_of(found, page, PAGE)
    start = page * PAGE + 1
    entries = [(f"{at}. {step_mark(one)}{title_of(one)}", to("step", one.id)) for at, one in enumerate(shown, start)]
    turn = pager(len(found), page, lambda at: to(here[0], here[1], page=at), PAGE)
    rows = menu(entries, pages=turn, then=ways)
    return Screen(paragraphs(head, numbered([step_line(one, today) for one in shown], start)), rows)


def step(of: Page, town: TownSettings) -> Screen:
    """One step with its text, and what its reader can do with it."""
    one = of.step
    words = words_of(one, town)
    said = Markup.escape(words) if words else _("There are no words for it yet.")
    parts = [Markup("<b>{}</b>\n{}").format(title_of(one), _stands(one)), said]
    if "[" in words and not one.text:
        parts.append(_("<i>What stands in [brackets] is for you to fill in.</i>"))
    last = last_row(to("steps", one.campaign_id)) if of.leads else last_row(to("mine"))
    return Screen(paragraphs(*parts), (*in_rows(_ways(of), 2), last))


def _ways(of: Page) -> list[Choice]:
    one = of.step
    if not one.runs:
        return []
    ways = [Choice(_("It is done"), to("done", one.id))] if one.is_open else []
    if not of.leads:
        return ways
    if one.is_open:
        ways += [
            Choice(_("Leave it out"), to("skip", one.id)),
            Choice(_("Give it away"), to("owner", one.id)),
            Choice(_("Another date"), to("due", one.id)),
        ]
    else:
        ways.append(Choice(_("Open it again"), to("reopen", one.id)))
    ways += [Choice(_("Change the words"), to("text", one.id)), Choice(_("Another title"), to("title", one.id))]
    ways += [Choice(_("Back to our words"), to("ours", one.id))] if one.key and one.text else []
    ways.append(Choice(_("Send it"), CastTap(do="new", key=f"{STEP}{one.id}").pack()))
    return ways


def _stands(one: StepRow) -> Markup:
    lines = [Markup("{} · {}").format(kind_name(kind_of(one)), when(one))]
    if one.owner:
        lines.append(_("Whose it is: {name}", name=one.owner))
    elif (owner := suggested(one)) is not None:
        lines.append(_("Nobody has it yet. It suits {owner}.", owner=owner_name(owner)))
    else:
        lines.append(_("Nobody has it yet."))
    if one.state == "done":
        lines.append(_("Done by {name}.", name=one.doer) if one.doer else _("Done."))
    elif one.state == "skipped":
        lines.append(_("It was left out."))
    return Markup("\n").join(lines)


def changed(one: StepRow, said: Markup) -> Screen:
    """Something of a step is another now."""
    look = Choice(_("Look at it"), to("step", one.id))
    return Screen(said, ((look,), (Choice(_("All steps"), to("steps", one.campaign_id)), home())))


def done(one: StepRow, *, leads: bool) -> Screen:
    said = _("Thank you! “{title}” is done.", title=title_of(one))
    return changed(one, said) if leads else Screen(said, ((Choice(_("My steps"), to("mine")), home()),))


def skipped(one: StepRow) -> Screen:
    return changed(one, _("“{title}” is left out.", title=title_of(one)))


def reopened(one: StepRow) -> Screen:
    return changed(one, _("“{title}” is to be done after all.", title=title_of(one)))


def ours_again(one: StepRow) -> Screen:
    return changed(one, _("Our words stand there again."))


def reworded() -> Markup:
    return _("Your words stand there now.")


def renamed() -> Markup:
    return _("It has another title now.")


def added() -> Markup:
    return _("The step is added.")


def given(one: StepRow, *, me: int) -> Markup:
    if one.owner_id is None:
        return _("Nobody has “{title}” now.", title=title_of(one))
    if one.owner_id == me:
        return _("“{title}” is yours. I remind you on the day.", title=title_of(one))
    return _("{name} hears of “{title}”, and is reminded on the day.", name=one.owner, title=title_of(one))


def dated(one: StepRow) -> Markup:
    if one.due is None:
        return Markup.escape(title_of(one))
    return _("“{title}” is to be done on {day}.", title=title_of(one), day=a_day(one.due))


# -- the questions -----------------------------------------------------------------------------------------------------


def ask_words(one: StepRow, town: TownSettings) -> Markup:
    words = words_of(one, town)
    how = _("Write the text as it is to be. You can copy this one and change it:")
    return paragraphs(how, Markup.escape(words)) if words else _("Write the text as it is to be.")


def ask_title(one: StepRow) -> Markup:
    return _("What is “{title}” to be called?", title=title_of(one))


def ask_what() -> Markup:
    return _("What is to be done? A few words, for example “Ask the choir to sing”.")


def ask_text() -> Markup:
    return _("Is there a text for it: a message, a letter, notes? Write it, or leave it for later.")


def ask_owner(one: StepRow) -> Markup:
    said = _("Who does “{title}”? Write a name: they are told, and reminded on the day.", title=title_of(one))
    owner = suggested(one)
    return said if owner is None else paragraphs(said, _("It suits {owner}.", owner=owner_name(owner)))
