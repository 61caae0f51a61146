"""The screens of posters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.campaigns.posting import Ways
from handlers.campaigns.words import drew, last_row, numbered, to
from handlers.kit.nav import home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from locales import LANGUAGES, _, a_day
from storage.queries.posters import PosterRow
from town.week import local

PAGE = 4


def listed(found: Sequence[PosterRow], page: int, campaign_id: int) -> Screen:
    """All posters, the best first."""
    back_to = to("one", campaign_id) if campaign_id else to("list")
    new = Choice(_("New poster"), to("new", campaign_id))
    if not found:
        text = _(
            "There is no poster yet. Each has a code of its own: so you see how many people come by it, and which "
            "place is worth it."
        )
        return Screen(text, ((new,), last_row(back_to)))
    shown, page = page_of(found, page, PAGE)
    start = page * PAGE + 1
    lines = [_line(one) for one in shown]
    entries = [(f"{at}. {one.place}", to("poster", one.id, n=campaign_id)) for at, one in enumerate(shown, start)]
    turn = pager(len(found), page, lambda at: to("posters", campaign_id, page=at), PAGE)
    ways = (new, Choice(_("As a table"), to("table", campaign_id)), *last_row(back_to))
    head = _("<b>Posters</b>, the one that works best first")
    return Screen(paragraphs(head, numbered(lines, start)), menu(entries, pages=turn, then=ways))


def _line(one: PosterRow) -> Markup:
    gone = Markup(" · {}").format(_("taken down")) if one.gone_at is not None else Markup("")
    return Markup("{}: {}{}").format(one.place, drew(one), gone)


def poster(one: PosterRow, ways: Ways, campaign_id: int, zone: ZoneInfo) -> Screen:
    """One poster: where it hangs, what it says, where it leads, and what it brought."""
    hung = _("Made on {day}", day=_day(one.made_at, zone))
    lines = [Markup("<b>{}</b>").format(one.place), Markup("{} · {}").format(hung, LANGUAGES[one.language])]
    lines += [_("Taken down on {day}", day=_day(one.gone_at, zone))] if one.gone_at is not None else []
    lines.append(drew(one))
    leads = [_("It leads to:"), *(Markup.escape(link) for link in ways.all)] if ways.all else [_no_link()]
    words = Markup("<b>{}</b>\n{}").format(one.headline, one.text)
    can = []
    if one.gone_at is None:
        can += [Choice(_("Print it"), to("paper", one.id))] if ways.all else []
        can.append(Choice(_("Take it down"), to("down", one.id, n=campaign_id)))
    parts = (Markup("\n").join(lines), words, Markup("\n").join(leads))
    return Screen(paragraphs(*parts), (*in_rows(can, 2), last_row(to("posters", campaign_id))))


def _no_link() -> Markup:
    return _("Nothing leads to the town from outside yet, so there is no code to print.")


def ask_down(one: PosterRow, campaign_id: int) -> Screen:
    text = _(
        "Is the poster at “{place}” gone? From then on its code counts nobody; what it brought stays in the list.",
        place=one.place,
    )
    sure = Choice(_("Take it down"), to("down", one.id, n=campaign_id, key="sure"))
    return Screen(text, ((sure,), last_row(to("poster", one.id, n=campaign_id))))


def made(one: PosterRow, campaign_id: int) -> Screen:
    text = _("The poster for “{place}” is made. Print it on A4, and hang it where people wait.", place=one.place)
    ways = (Choice(_("Print it"), to("paper", one.id)), Choice(_("The poster"), to("poster", one.id, n=campaign_id)))
    return Screen(text, (ways, (Choice(_("Posters"), to("posters", campaign_id)), home())))


def caption(one: PosterRow) -> Markup:
    return _("The poster for “{place}”.", place=one.place)


def after_paper(one: PosterRow) -> Screen:
    text = _("Try the code with your own phone before you hang it up: you are not counted.")
    return Screen(
        text, ((Choice(_("The poster"), to("poster", one.id)),), (Choice(_("Posters"), to("posters")), home()))
    )


def table_caption() -> Markup:
    return _("All posters, and what they brought.")


def after_table() -> Screen:
    text = _("The one that brought most people comes first.")
    return Screen(text, ((Choice(_("Posters"), to("posters")), home()),))


def no_paper(one: PosterRow) -> Screen:
    return Screen(_no_link(), (last_row(to("poster", one.id)),))


def _day(instant: datetime, zone: ZoneInfo) -> str:
    return a_day(local(instant, zone).date())


# -- the questions -----------------------------------------------------------------------------------------------------


def ask_place() -> Markup:
    return _("Where will it hang? For example “Bakery door”. By this you find it in the list.")


def ask_language() -> Markup:
    return _("In which language?")


def ask_headline(ours: str) -> Markup:
    return paragraphs(_("What is its headline? A few words that one reads from across the street. Ours is:"), ours)


def ask_lines(ours: str) -> Markup:
    return paragraphs(_("What stands below? Up to three short lines, each on a line of its own. Ours are:"), ours)


def ours_label() -> Markup:
    return _("Take these")
