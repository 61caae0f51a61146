"""The words of production against need: all items, one of them, its picture."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_skeleton
from markupsafe import Markup

from handlers.kit.drawing import Frame
from handlers.kit.goods_words import an_amount, item_name, unit_name
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, bar, cut, in_rows
from handlers.kit.shift_words import bold, paragraphs
from handlers.kit.taps import DeskTap
from handlers.needs.chart import Words
from handlers.needs.production import Overview, Production
from handlers.needs.survey_views import to
from locales import _, decimal, locale, ngettext, number, percent
from town.amounts import UNITS, WHOLE
from town.needs import LEAST_HOMES

PAGE = 5
"""Items on a page: with two to page, the file and three ways out, ten choices at most."""

TITLE = 28
"""Characters of an item's name above its picture, where there is one line."""

LARGE = 10 * WHOLE
"""From here on, tenths tell nothing."""


def card(of: Overview, page: int) -> Screen:
    """All items, with how far what is made of each reaches."""
    shown, page = page_of(of.items, page, PAGE)
    first = page * PAGE + 1
    lines = [_line(one, of, at) for at, one in enumerate(shown, first)]
    text = paragraphs(
        Markup("{}\n{}").format(bold(_("Made and needed in a week")), _answered(of)),
        *lines,
        _("A full bar is the goal: {percent} of what is needed.", percent=percent(of.goal)) if lines else _nothing(),
    )
    then = [Choice(_("As a file"), to("file"))] if of.items else []
    then += [back(DeskTap(do="more").pack()), home()]
    labels = [(_name(one), to("item", one.item.id, page)) for one in shown]
    turn = pager(len(of.items), page, lambda at: to("list", page=at), PAGE)
    return Screen(text, menu(labels, pages=turn, then=then))


def item(one: Production, of: Overview, page: int) -> Screen:
    """One item and its last weeks."""
    weeks = [
        _("{week}: {amount}", week=_short(monday), amount=_amount(made, one)) for monday, made in one.weeks.items()
    ]
    text = paragraphs(
        bold(_name(one)),
        _need(one, of),
        _made(one, of),
        Markup("{}\n{}").format(_("Made in the weeks from:"), Markup("\n").join(weeks)),
        _("{amount} of it spoiled later. It counts all the same, since it was made.", amount=_amount(one.spoiled, one))
        if one.spoiled
        else "",
    )
    picture = Choice(_("As a picture"), to("chart", one.item.id, page))
    return Screen(text, (*in_rows([picture]), (back(to("list", page=page)), home())))


def picture(one: Production, of: Overview, page: int) -> Screen:
    """The same numbers as the picture, for whoever cannot see it."""
    screen = item(one, of, page)
    return Screen(screen.html, (in_rows([Choice(_("As a card"), to("item", one.item.id, page))])[0], screen.rows[-1]))


def chart_words(one: Production) -> Words:
    """What is written into the picture."""
    title = _("{item}, {unit} by week", item=cut(_name(one), TITLE), unit=unit_name(one.item.unit)).unescape()
    frame = Frame(title, tuple(map(_short, one.weeks)), lambda height: decimal(round(height * WHOLE)), whole=False)
    return Words(frame, _("made").unescape(), _("needed").unescape(), _("goal").unescape())


def goal_of(one: Production, of: Overview) -> int | None:
    """What is to be made in a week, as its line is drawn."""
    return None if one.need is None or not of.goal else one.need * of.goal // 100


def caption() -> Markup:
    return _(
        "Made and needed of each item, in a week. What fewer than {least} homes have said is left blank.",
        least=number(LEAST_HOMES),
    )


def below() -> Screen:
    return Screen(_("Here is the file."), ((back(to("list")), home()),))


# -- parts -------------------------------------------------------------------------------------------------------------


def _line(one: Production, of: Overview, at: int) -> Markup:
    name = Markup("{}. {}").format(number(at), bold(_name(one)))
    if one.percent is None:
        return Markup("{}\n{}").format(name, _unknown(one))
    reach = _(
        "{made} of {need}, {percent}",
        made=decimal(_rounded(one.made, one)),
        need=_amount(one.need or 0, one),
        percent=percent(one.percent),
    )
    return Markup("{} {}\n{}").format(name, bar(one.percent, of.goal), reach)


def _unknown(one: Production) -> Markup:
    if one.need is None:
        return _("{amount} made; the need is not known yet", amount=_amount(one.made, one))
    return _("{amount} made; nobody who answered needs it", amount=_amount(one.made, one))


def _answered(of: Overview) -> Markup:
    if of.whole.homes < LEAST_HOMES:
        return ngettext("{n} home has answered so far.", "{n} homes have answered so far.", of.whole.homes)
    return _(
        "{homes} homes with {people} of about {all} people have answered.",
        homes=number(of.whole.homes),
        people=number(of.whole.people),
        all=number(of.people),
    )


def _nothing() -> Markup:
    return _("There is no item yet. Make one at the goods desk, and people can say how much of it they need.")


def _need(one: Production, of: Overview) -> Markup:
    answers = one.answers
    if one.need is None:
        return _hidden(one)
    if not answers.amount:
        return ngettext(
            "Of {n} home that answered, none needs it.", "Of {n} homes that answered, none needs it.", answers.homes
        )
    return _(
        "Needed in a week: <b>{need}</b> in the whole town, reckoned from {homes} homes with {people} of about {all} "
        "people, who need {amount}.",
        need=_amount(one.need, one),
        homes=number(answers.homes),
        people=number(answers.people),
        all=number(of.people),
        amount=_amount(answers.amount, one),
    )


def _hidden(one: Production) -> Markup:
    homes, least = one.answers.homes, number(LEAST_HOMES)
    if not homes:
        return _("Nobody has said yet how much of it they need. Anybody can, with /needs.")
    if homes < LEAST_HOMES:
        return ngettext(
            "{n} home has said how much of it they need. From {least} on I show the sum, so that nobody's own answer "
            "can be seen.",
            "{n} homes have said how much of it they need. From {least} on I show the sum, so that nobody's own answer "
            "can be seen.",
            homes,
            least=least,
        )
    return _(
        "{homes} homes have answered, and fewer than {least} of them need it. So that nobody's own answer can be seen, "
        "I show no sum.",
        homes=number(homes),
        least=least,
    )


def _made(one: Production, of: Overview) -> Markup:
    made = ngettext(
        "Made in a week: <b>{amount}</b>, in the last week that is over.",
        "Made in a week: <b>{amount}</b>, as the mean of the last {n} weeks that are over.",
        len(one.counted),
        amount=_amount(one.made, one),
    )
    if one.percent is None:
        return made
    reach = _(
        "That is {percent} of what is needed; the goal is {goal}.", percent=percent(one.percent), goal=percent(of.goal)
    )
    return Markup("{}\n{} {}").format(made, reach, bar(one.percent, of.goal))


def _name(one: Production) -> str:
    return item_name(one.item.name, one.item.names)


def _amount(amount: int, one: Production) -> Markup:
    return an_amount(_rounded(amount, one), one.item.unit)


def _rounded(amount: int, one: Production) -> int:
    """As it is said: whole ones where there are only whole ones or many, else tenths; not nothing where there is."""
    to_ = WHOLE if UNITS[one.item.unit].counted or amount >= LARGE else WHOLE // 10
    return max((amount + to_ // 2) // to_ * to_, to_ if amount else 0)


def _short(week: date) -> str:
    """A Monday without its weekday: "23 Nov"."""
    return str(format_skeleton("MMMd", datetime(week.year, week.month, week.day), locale=locale()))
