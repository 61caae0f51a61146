"""Campaigns in words: rounds, steps and their texts, posters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from handlers.campaigns import first_round, second_round, third_round
from handlers.kit.nav import back, home
from handlers.kit.news_taps import CampaignTap
from handlers.kit.screens import Choice
from locales import _, a_day, a_length, number, short_day, speaking
from storage.queries.campaigns import CampaignRow, StepRow
from storage.queries.posters import PosterRow
from town.campaigns import Kind, Owner, template_of
from town.settings import TownSettings

WORDS = first_round.WORDS | second_round.WORDS | third_round.WORDS


def to(do: str, id: int = 0, *, n: int = 0, page: int = 0, key: str = "") -> str:
    """The data of a choice of this room."""
    return CampaignTap(do=do, id=id, n=n, page=page, key=key).pack()


def round_name(of_round: int) -> Markup:
    return {
        1: _("Round 1: the plan and the electricity"),
        2: _("Round 2: projects and benefits"),
        3: _("Round 3: investors and businesses"),
    }[of_round]


def round_button(of_round: int) -> Markup:
    return {1: _("1. The plan"), 2: _("2. The projects"), 3: _("3. The investors")}[of_round]


def round_about(of_round: int) -> Markup:
    return {
        1: _("It tells the town of the plan, asks people to take part, and explains the electricity."),
        2: _("It shows the projects, and what they bring: soon, and in some years."),
        3: _("It invites investors, shops and firms, and people who can teach us something."),
    }[of_round]


def owner_name(owner: Owner) -> Markup:
    """Who a step is suggested to."""
    return {
        Owner.MAYOR: _("the mayor"),
        Owner.COORDINATOR: _("a coordinator of the town"),
        Owner.PROJECTS: _("the coordinators of the projects"),
        Owner.TREASURER: _("the treasurer"),
        Owner.ANYBODY: _("somebody who writes well"),
    }[owner]


def kind_name(kind: Kind) -> Markup:
    """What a text is made for."""
    return {
        Kind.CHAT: _("A message for the chat"),
        Kind.NOTICE: _("A notice for windows and walls"),
        Kind.TALK: _("Talking points"),
        Kind.LETTER: _("A letter"),
        Kind.RADIO: _("For the radio"),
        Kind.PAPER: _("For the newspaper"),
        Kind.OWN: _("Our own words"),
    }[kind]


def title_of(step: StepRow) -> str:
    """What a step is called: the town's own words, or ours in the current language."""
    return step.title or template_title(step.key)


def template_title(key: str) -> str:
    """What a template is called, in the current language."""
    return _(WORDS[key][0]).unescape() if key in WORDS else ""


def template_text(key: str, town: TownSettings) -> str:
    """A template's text as plain words in the current language, about this town."""
    if key not in WORDS:
        return ""
    return _(WORDS[key][1], town=town.name, hours=a_length(town.required_minutes)).unescape()


def words_of(step: StepRow, town: TownSettings) -> str:
    """A step's text: the town's own, or ours in the current language."""
    return step.text or template_text(step.key, town)


def poster_words(of_round: int, language: str, town: TownSettings) -> tuple[str, str]:
    """The headline and the lines of a poster of a round, in a language."""
    with speaking(language):
        headline = {
            1: _("{town}: join in!", town=town.name),
            2: _("Made in {town}", town=town.name),
            3: _("{town} invites you", town=town.name),
        }[of_round].unescape()
        lines = {
            1: template_text("1.posters", town),
            2: _(
                "Grown, baked and built by us.\nFree for whoever takes part: {hours} a week.\n"
                "Scan the code and look around.",
                hours=a_length(town.required_minutes),
            ).unescape(),
            3: template_text("3.notice", town),
        }[of_round]
    return headline, lines


def is_late(step: StepRow, today: date) -> bool:
    return step.is_open and step.due is not None and step.due < today


def step_line(step: StepRow, today: date) -> Markup:
    """A step in a list: its day, what it is, whose, and what became of it."""
    parts = [Markup("{}: {}").format(_("no date") if step.due is None else short_day(step.due), title_of(step))]
    if step.owner:
        parts.append(Markup.escape(step.owner))
    if step.state == "done":
        parts.append(_("done"))
    elif step.state == "skipped":
        parts.append(_("left out"))
    elif is_late(step, today):
        parts.append(_("overdue"))
    return Markup(" · ").join(parts)


def step_mark(step: StepRow) -> str:
    """What stands before a step's title on a button."""
    return {"done": "✓ ", "skipped": "– "}.get(step.state, "")


def when(step: StepRow) -> Markup:
    return _("no date") if step.due is None else Markup.escape(a_day(step.due))


def suggested(step: StepRow) -> Owner | None:
    """To whom a step of ours is suggested."""
    template = template_of(step.key)
    return None if template is None else template.owner


def kind_of(step: StepRow) -> Kind:
    template = template_of(step.key)
    return Kind.OWN if template is None else template.kind


def state_of(campaign: CampaignRow, today: date | None = None) -> Markup:
    """Where a campaign stands; `today` tells whether its first day is still to come."""
    if campaign.runs and today is not None and today < campaign.starts_on:
        return _("It begins on {day}.", day=a_day(campaign.starts_on))
    if campaign.runs:
        return _("It began on {day}.", day=a_day(campaign.starts_on))
    if campaign.state == "done":
        return _("It is done. It began on {day}.", day=a_day(campaign.starts_on, year=True))
    return _("It was stopped. It began on {day}.", day=a_day(campaign.starts_on, year=True))


def drew(poster: PosterRow) -> Markup:
    """What a poster brought."""
    return _("signed up: {joined} · came: {visits}", joined=number(poster.joined), visits=number(poster.visits))


def all_way() -> Choice:
    return Choice(_("All campaigns"), to("list"))


def last_row(data: str) -> tuple[Choice, Choice]:
    return back(data), home()


def numbered(lines: Sequence[Markup], start: int = 1) -> Markup:
    """Lines with their numbers before them."""
    return Markup("\n").join(Markup("{}. {}").format(at, line) for at, line in enumerate(lines, start))
