"""The screens of campaigns: the rounds, one of them, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from handlers.campaigns.actions import Overview, Progress
from handlers.campaigns.words import (
    all_way,
    kind_name,
    last_row,
    numbered,
    owner_name,
    round_about,
    round_button,
    round_name,
    state_of,
    step_line,
    template_title,
    title_of,
    to,
)
from handlers.kit.capability import Command
from handlers.kit.nav import PAGE, back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, bar, in_rows
from handlers.kit.shift_words import paragraphs
from locales import N_, _, a_day, ngettext, number
from storage.queries.campaigns import CampaignRow
from town.campaigns import ROUNDS

COMMANDS = (
    Command(
        "campaigns",
        N_("Campaigns: how the town invites, step by step"),
        N_("campaigns|campaign|posters|poster|press text|public relations"),
        role="mayor",
    ),
)


def rounds(of: Overview) -> Screen:
    """The three rounds, and where each stands."""
    lines = [_("<b>Campaigns</b>: three rounds by which the town invites people.")]
    for at in ROUNDS:
        lines.append(Markup("<b>{}</b>\n{}").format(round_name(at), _stands(of, at)))
    ways = [
        Choice(round_button(at), to("one", of.running[at].campaign.id) if at in of.running else to("plan", key=str(at)))
        for at in ROUNDS
    ]
    ways.append(Choice(_("Posters"), to("posters")))
    ways += [Choice(_("My steps"), to("mine"))] if of.mine else []
    ways += [Choice(_("Earlier ones"), to("past"))] if of.ended else []
    return Screen(paragraphs(*lines), (*in_rows(ways), (home(),)))


def _stands(of: Overview, at: int) -> Markup:
    if at in of.running:
        return _sum(of.running[at])
    before = next((one for one in of.ended if one.round == at), None)
    return round_about(at) if before is None else state_of(before)


def _sum(of: Progress) -> Markup:
    said = _("{done} of {whole} steps done.", done=number(of.done), whole=number(of.whole))
    if not of.late:
        return said
    return Markup("{} {}").format(said, ngettext("{n} is overdue.", "{n} are overdue.", of.late))


def past(ended: Sequence[CampaignRow], page: int) -> Screen:
    """The campaigns that have ended, the newest first."""
    if not ended:
        return Screen(_("No campaign has ended yet."), (last_row(to("list")),))
    shown, page = page_of(ended, page)
    lines = [Markup("{}\n{}").format(round_name(one.round), state_of(one)) for one in shown]
    entries = [(f"{at}. {a_day(one.starts_on)}", to("one", one.id)) for at, one in enumerate(shown, page * PAGE + 1)]
    turn = pager(len(ended), page, lambda at: to("past", page=at))
    rows = menu(entries, pages=turn, then=last_row(to("list")))
    return Screen(paragraphs(_("<b>Earlier campaigns</b>"), numbered(lines, page * PAGE + 1)), rows)


def plan(of_round: int) -> Screen:
    """What a round is made of, before it begins."""
    lines = [
        _(
            "Day {n}: {title} ({kind}; {owner})",
            n=number(one.after + 1),
            title=template_title(one.key),
            kind=kind_name(one.kind),
            owner=owner_name(one.owner),
        )
        for one in ROUNDS[of_round]
    ]
    head = Markup("<b>{}</b>\n{}").format(round_name(of_round), round_about(of_round))
    more = _("Each step has a text that you can make your own, and you can add steps.")
    ways = ((Choice(_("Begin this round"), to("start", key=str(of_round))),), last_row(to("list")))
    return Screen(paragraphs(head, Markup("\n").join(lines), more), ways)


def ask_day(words: str) -> Markup:
    if words == "start":
        return _("When does the round begin? Choose a day, or write it: “tomorrow”, “Mon”, “24/11”.")
    return _("On which day is it to be done? Choose it, or write it: “tomorrow”, “Mon”, “24/11”.")


def begun(campaign: CampaignRow) -> Markup:
    return _(
        "The round begins on {day}. Give its steps to people: each hears what is theirs.", day=a_day(campaign.starts_on)
    )


def campaign(of: Progress, today: date, *, said: Markup | None = None) -> Screen:
    """How far a campaign is, and the ways on."""
    one = of.campaign
    head = Markup("<b>{}</b>\n{}").format(round_name(one.round), state_of(one, today))
    lines = [Markup("{} {}").format(bar(of.done, of.whole), _sum(of))]
    if of.skipped:
        lines.append(ngettext("{n} was left out.", "{n} were left out.", of.skipped))
    if of.joined:
        lines.append(
            ngettext(
                "{n} person has joined by a poster since it began.",
                "{n} people have joined by a poster since it began.",
                of.joined,
            )
        )
    else:
        lines.append(_("Nobody has joined by a poster since it began."))
    after = None if of.next is None else Markup("{}\n{}").format(_("<b>Next</b>"), step_line(of.next, today))
    if one.runs and of.next is None:
        after = _("All steps are done. You can end the round now.")
    next_one = [(_("Next: {title}", title=title_of(of.next)).unescape(), to("step", of.next.id))] if of.next else []
    ways = [
        Choice(_("All steps"), to("steps", one.id)),
        Choice(_("Press text"), to("press", one.id)),
        Choice(_("Posters"), to("posters", one.id)),
    ]
    ways += [Choice(_("End it"), to("stop", one.id))] if one.runs else []
    rows = menu(next_one, then=(*ways, back(to("list")), home()))
    return Screen(paragraphs(said or "", head, Markup("\n").join(lines), after or ""), rows)


def ask_end(of: Progress) -> Screen:
    """Whether a round is to end, and how."""
    left = len([step for step in of.steps if step.is_open])
    text = _("Shall “{round}” end here?", round=round_name(of.campaign.round))
    more = (
        ngettext(
            "{n} step is still open. Whoever has it hears that there is nothing left to do.",
            "{n} steps are still open. Whoever has one hears that there is nothing left to do.",
            left,
        )
        if left
        else Markup("")
    )
    ways = (
        Choice(_("It is done"), to("stop", of.campaign.id, key="done")),
        Choice(_("Stop it"), to("stop", of.campaign.id, key="stopped")),
    )
    return Screen(paragraphs(text, more), (*in_rows(ways), last_row(to("one", of.campaign.id))))


def ended(one: CampaignRow) -> Screen:
    text = (
        _("“{round}” is done. Well done!", round=round_name(one.round))
        if one.state == "done"
        else _("“{round}” is stopped.", round=round_name(one.round))
    )
    more = _("What was written stays, and you can begin the round anew at any time.")
    return Screen(paragraphs(text, more), ((Choice(_("Look at it"), to("one", one.id)),), (all_way(), home())))
