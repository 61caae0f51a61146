"""The words of boards: the mayor's list, and the question about a new one."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import anew, back, home, menu, page_of, pager
from handlers.kit.news_taps import BoardTap, NewsTap
from handlers.kit.screens import Choice, Screen, cut, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import TownTap
from locales import _, a_day
from storage.queries.boards import CHANNEL, BoardRow

PAGE = 5
MOST_TITLE = 60


def to(do: str, account_id: int = 0, page: int = 0) -> str:
    return BoardTap(do=do, id=account_id, page=page).pack()


def _title(title: str) -> str:
    """What a board is called; the town may have been in a group for long before it heard that."""
    return cut(title, MOST_TITLE) if title else _("name not known yet").unescape()


def _all() -> Choice:
    return Choice(_("Groups and channels"), to("list"))


def listed(every: Sequence[BoardRow], page: int) -> Screen:
    """All boards; numbered, so that a number can be typed."""
    shown, page = page_of(every, page, PAGE)
    lines, entries = [], []
    for place, board in enumerate(shown, page * PAGE + 1):
        mark = "–" if not board.updates else "✓" if board.reachable else "⚠"
        lines.append(Markup("{}. {} {}").format(place, mark, _line(board)))
        entries.append((f"{place}. {mark} {_title(board.title)}", to("one", board.account_id)))
    text = paragraphs(
        _("<b>Where the weekly update is posted</b>"),
        Markup("\n").join(lines)
        if lines
        else _("The town is in no group and no channel yet, so the update is posted nowhere."),
        _(
            "To add one: in Telegram, make the town's bot a member of your group, or an administrator of your channel. "
            "I ask you then."
        ),
    )
    ways = [Choice(_("The weekly update"), NewsTap(do="draft").pack()), back(TownTap(do="home").pack()), home()]
    return Screen(text, menu(entries, pages=pager(len(every), page, lambda at: to("list", page=at), PAGE), then=ways))


def _line(board: BoardRow) -> Markup:
    title = _title(board.title)
    if board.kind == CHANNEL:
        return _("{title} (channel)", title=title)
    return _("{title} (group)", title=title)


def one(board: BoardRow, zone: ZoneInfo) -> Screen:
    """A board, and what can be done with it."""
    added = a_day(board.added_at.astimezone(zone).date())
    if board.updates:
        state = _("The weekly update is posted there, as soon as it goes out.")
        change = Choice(_("Stop posting there"), to("off", board.account_id))
    else:
        state = _("Nothing is posted there.")
        change = Choice(_("Post the update there"), to("on", board.account_id))
    shut = "" if board.reachable else _("I may not write there now: please see to it in Telegram that I may.")
    drop = Choice(_("Take it off the list"), to("sure", board.account_id))
    head, since = Markup("<b>{}</b>").format(_line(board)), _("I am in it since {day}.", day=added)
    text = paragraphs(head, state, shut, since)
    return Screen(text, (*in_rows([change, drop]), (back(to("list")), home())))


def switched(*, on: bool) -> Markup:
    return _("The next update is posted there.") if on else _("Nothing is posted there.")


def sure_to_drop(board: BoardRow) -> Screen:
    text = _(
        "Take “{title}” off the list? Nothing is posted there any more. To have it back, put the bot out in Telegram "
        "and add it anew.",
        title=_title(board.title),
    )
    yes, no = (
        Choice(_("Yes, take it off"), to("drop", board.account_id)),
        Choice(_("No, leave it"), to("one", board.account_id)),
    )
    return Screen(text, in_rows([yes, no]))


def dropped(board: BoardRow) -> Markup:
    return _("“{title}” is off the list.", title=_title(board.title))


def asked(board: BoardRow, by: str) -> Screen:
    """The question about a new board, under which its answers stay."""
    title = _title(board.title)
    if board.kind == CHANNEL:
        said = _("The bot was made an administrator of the channel “{title}”.", title=title)
    else:
        said = _("The bot was added to the group “{title}”.", title=title)
    who = _("It was {name} who did it.", name=by) if by else _("I do not know who did it.")
    text = paragraphs(
        said,
        who,
        _("Post the weekly update there? Until you say yes, I post nothing."),
    )
    choices = [
        anew(Choice(_("Yes, post it"), to("on", board.account_id))),
        anew(Choice(_("No"), to("off", board.account_id))),
        anew(_all()),
        anew(home()),
    ]
    return Screen(text, in_rows(choices, 2))
