"""What the treasurer sees: weeks, days and lines of the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.goods_words import an_amount, item_name
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.reasons import in_words
from handlers.kit.screens import Choice, Row, Screen, in_rows
from handlers.orders.actions import WEEK, OneEntry, Week
from handlers.orders.papers import title_of
from handlers.orders.views import customer, to
from locales import _, a_date, a_date_stamp, a_day, a_time, money, ngettext, short_day
from storage.queries.takings import Balance, EntryRow, Takings
from storage.tables import MoneyKind

DAYS = 4
"""With two to page, two weeks to turn to, the file and the way home: ten choices."""

LINES = 6


def week(found: Week, page: int, today: date) -> Screen:
    """A week of takings by day and project; `today` in the town."""
    shown, page = page_of(found.days, page, DAYS)
    lines = [_("<b>Takings</b>, week of {day}", day=a_date(found.monday))]
    if not found.days:
        lines.append(_("Nothing was taken in that week."))
    lines += [_of_currency(currency, found.days) for currency in sorted({one.currency for one in found.days})]
    lines += [_of_day(one) for one in shown]
    lines += [_check(currency, found.balances) for currency in sorted({one.currency for one in found.balances})]
    rows = menu(
        [(f"{short_day(one.day)} {one.project}", to("day", one.project_id, key=one.day.isoformat())) for one in shown],
        pages=(
            *pager(len(found.days), page, lambda turned: to("takings", page=turned, key=_key(found.monday)), DAYS),
            *_weeks(found.monday, today),
        ),
        then=[Choice(_("The month as a file"), to("file", key=_key(found.monday))), home()],
    )
    return Screen(Markup("\n").join(lines), rows)


def _key(monday: date) -> str:
    return monday.isoformat()


def _weeks(monday: date, today: date) -> tuple[Row, ...]:
    row = [Choice(_("The week before"), to("takings", key=_key(monday - WEEK)))] if monday.year > 1970 else []
    if monday + WEEK <= today:
        row.append(Choice(_("The week after"), to("takings", key=_key(monday + WEEK))))
    return (tuple(row),) if row else ()


def _of_currency(currency: str, days: Iterable[Takings]) -> Markup:
    these = [one for one in days if one.currency == currency]
    return _(
        "In all: <b>{net}</b> (paid {sold}, given back {refunded}, put right {corrected})",
        net=money(sum(one.net for one in these), currency),
        sold=money(sum(one.sold for one in these), currency),
        refunded=money(sum(one.refunded for one in these), currency),
        corrected=money(sum(one.corrected for one in these), currency),
    )


def _of_day(one: Takings) -> Markup:
    if one.sold == one.net:
        return _("• {day}, {project}: {net}", day=a_day(one.day), project=one.project, net=money(one.net, one.currency))
    return _(
        "• {day}, {project}: {net} (paid {sold}, given back {refunded}, put right {corrected})",
        day=a_day(one.day),
        project=one.project,
        net=money(one.net, one.currency),
        sold=money(one.sold, one.currency),
        refunded=money(one.refunded, one.currency),
        corrected=money(one.corrected, one.currency),
    )


def _check(currency: str, balances: Iterable[Balance]) -> Markup:
    """The check of the books: what all accounts say together, from the first day on."""
    these = [one for one in balances if one.currency == currency]
    cash = sum(one.balance for one in these if one.kind == MoneyKind.CASH)
    debits, credits = sum(one.debits for one in these), sum(one.credits for one in these)
    if debits == credits:
        return _(
            "The books balance: {cash} in cash since the first day, and as much in sales.", cash=money(cash, currency)
        )
    return _(
        "The books do not balance: {debits} against {credits}. Please tell whoever runs the town's program.",
        debits=money(debits, currency),
        credits=money(credits, currency),
    )


def day(entries: Sequence[EntryRow], project_id: int, of: date, page: int, zone: ZoneInfo) -> Screen:
    """The lines of a project's day."""
    shown, page = page_of(entries, page, LINES)
    head = entries[0].project if entries else _("Takings")
    lines = [Markup("<b>{}</b>, {}").format(head, a_day(of, year=True))]
    if not entries:
        lines.append(_("Nothing was taken on that day."))
    lines += [_line(one, zone) for one in shown]
    rows = menu(
        [(title_of(one.kind, one.number), to("entry", one.id)) for one in shown],
        pages=pager(len(entries), page, lambda turned: to("day", project_id, turned, of.isoformat()), LINES),
        then=[back(to("takings", key=of.isoformat())), home()],
    )
    return Screen(Markup("\n").join(lines), rows)


def _line(one: EntryRow, zone: ZoneInfo) -> Markup:
    return _(
        "• {time} {paper}: {name}, {item}, {amount}: {total}",
        time=a_time(one.at, zone),
        paper=title_of(one.kind, one.number),
        name=customer(one),
        item=item_name(one.item, one.names),
        amount=an_amount(one.quantity, one.unit),
        total=money(one.cash, one.currency),
    )


def entry(found: OneEntry, zone: ZoneInfo) -> Screen:
    """One line of the books, and what may be done about it."""
    one = found.entry
    lines = [
        _("<b>{paper}</b>, {project}", paper=title_of(one.kind, one.number), project=one.project),
        _("{when}, written by {name}", when=a_date_stamp(one.at, zone), name=one.by),
        _line(one, zone),
    ]
    if one.first_number is not None:
        lines.append(_("It takes back number {first}.", first=one.first_number))
    if one.reason:
        lines.append(_("Reason: {reason}", reason=in_words(one.reason)))
    if one.back_number is not None:
        lines.append(_("It was taken back by number {number}.", number=one.back_number))
    choices = [Choice(_("The paper"), to("receipt", one.number))]
    if found.can_refund:
        choices.append(Choice(_("Give the money back"), to("refund", one.id)))
    if found.can_correct:
        choices.append(Choice(_("It was a mistake"), to("correct", one.id)))
    return Screen(
        Markup("\n").join(lines),
        in_rows([*choices, back(to("day", one.project_id, key=one.day.isoformat())), home()]),
    )


def caption(lines: int, first: date, last: date) -> Markup:
    """What is said with the file."""
    return ngettext(
        "The books from {first} to {last}: {n} line.",
        "The books from {first} to {last}: {n} lines.",
        lines,
        first=a_date(first),
        last=a_date(last),
    )
