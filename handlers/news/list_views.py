"""Updates that were sent, as everybody finds and reads them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import PAGE, home, menu, pager
from handlers.kit.screens import Choice, Screen, cut, in_rows
from handlers.kit.shift_words import bold
from handlers.news import telling, words
from handlers.news.notices import shifts
from handlers.news.reading import Found, Read
from handlers.news.views import past, to
from locales import _, language, ngettext, number
from storage.queries.updates import UpdateRow

LINE = 80
"""Characters of an update's words in a list."""


def found(of: Found) -> Screen:
    """A page of updates, the newest first."""
    key = " ".join(of.words)
    write = [Choice(_("This week's update"), to("draft"))] if of.writes and not key else []
    ways = [Choice(_("Find"), to("find"))] + ([past()] if key else [])
    if not of.listed:
        text = (
            _("No update has “{words}” in it.", words=key)
            if key
            else _("There is no weekly update yet: the mayor's first one will stand here.")
        )
        return Screen(text, (*in_rows([*write, *(ways if key else [])]), (home(),)))
    head = (
        ngettext("{n} update with “{words}”:", "{n} updates with “{words}”:", of.total, words=key)
        if key
        else bold(_("The mayor's weekly updates"))
    )
    first = of.page * PAGE + 1
    lines = [Markup("{}. {}").format(number(at), _line(one)) for at, one in enumerate(of.listed, first)]
    entries = [
        (f"{at}. {words.short_week(one.week)}: {_said(one)}", to("one", one.id))
        for at, one in enumerate(of.listed, first)
    ]
    turn = pager(of.total, of.page, lambda at: to("list", page=at, key=key))
    rows = menu(entries, pages=turn)
    return Screen(Markup("\n").join([head, *lines]), (*rows, (*(write or ways[-1:]), home())))


def _said(one: UpdateRow) -> str:
    return " ".join(one.words(language())[0].split()) or words.hours_line(one.counted).unescape()


def _line(one: UpdateRow) -> Markup:
    text, said_in = one.words(language())
    line = Markup("<b>{}</b>: {}").format(words.short_week(one.week), cut(_said(one), LINE))
    return Markup(" ").join(part for part in (line, words.mark(said_in) if text else "") if part)


def ask_words() -> Markup:
    return _("What are you looking for? One or more words of it, for example “bread”.")


def one(read: Read, web: str | None, zone: ZoneInfo) -> Screen:
    """An update, all of it. `web` is its page's address, None where there is none to look at."""
    update = read.update
    links = [Choice(_("On the web"), url=web)] if web is not None else []
    links += [Choice(_("Watch the video"), url=update.video)] if update.video else []
    correct = [Choice(_("Put something right"), to("correct", update.id))] if read.may_correct else []
    return Screen(
        telling.in_full(read.fields, zone), (*in_rows(links, 2), *in_rows([shifts(), *correct]), (past(), home()))
    )
