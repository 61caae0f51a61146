"""The screens of items: the list, one of them, its names in each language."""

from __future__ import annotations

import json
from collections.abc import Sequence

from markupsafe import Markup

from handlers.kit.goods_words import item_name
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Row, Screen, in_rows
from handlers.stock import item_asking
from handlers.stock.words import to
from locales import LANGUAGES, _
from storage.queries.items import ItemRow
from town.amounts import UNITS

PAGE = 5


def name_of(item: ItemRow) -> str:
    return item_name(item.name, item.names)


def items(listed: Sequence[ItemRow], page: int, *, retired: bool) -> Screen:
    """The items that are made, or those that are made no more."""
    listed = sorted(listed, key=lambda one: name_of(one).casefold())
    shown, page = page_of(listed, page, PAGE)
    do = "retired" if retired else "items"
    if retired:
        text = _("<b>Items that are not made any more</b>") if listed else _("Every item is still being made.")
        then = [back(to("items")), home()]
    else:
        text = _("<b>Items</b>\n\nWhat the town's projects make. Choose one to see or change it.")
        if not listed:
            text = _("There is no item yet: make the first one, such as Bread or Milk.")
        then = [
            Choice(_("New item"), to("newitem")),
            Choice(_("Not made any more"), to("retired")),
            back(to("home")),
            home(),
        ]
    rows = menu(
        [(name_of(one), to("item", one.id)) for one in shown],
        pages=pager(len(listed), page, lambda turned: to(do, page=turned), PAGE),
        then=then,
    )
    return Screen(text, rows)


def item(one: ItemRow, currency: str, *, may: bool, fresh: bool = False) -> Screen:
    """An item; `may`: whoever looks at it may change it; `fresh`: it is new, and wants a batch."""
    text = item_asking.about_item(one, currency)
    ways: list[Choice] = []
    if may and one.retired_at is None:
        ways = [Choice(_("Change it"), to("edit", one.id)), Choice(_("Names"), to("names", one.id))]
        ways.append(Choice(_("Picture"), to("picture" if one.picture_id else "edit_picture", one.id)))
        ways.append(Choice(_("Make it no more"), to("retire", one.id)))
    elif may:
        ways = [Choice(_("Bring it back"), to("bring", one.id))]
    else:
        text = Markup("{}\n\n{}").format(
            text, _("Whoever made it can change it, and so can the town's coordinators and the mayor.")
        )
    if fresh:
        ways.insert(0, Choice(_("New batch"), to("new")))
    return Screen(text, _on(ways))


def edit(one: ItemRow, currency: str) -> Screen:
    """What can be changed of an item."""
    choices = [
        Choice(_("The name"), to("edit_name", one.id)),
        Choice(_("Allowance for one"), to("edit_allowance", one.id)),
        Choice(_("Allowance for a home"), to("edit_home", one.id)),
        Choice(_("The price"), to("edit_price", one.id)),
        Choice(_("How it is shared"), to("edit_sharing", one.id)),
    ]
    if not UNITS[one.unit].counted:
        choices.insert(1, Choice(_("The smallest amount"), to("edit_step", one.id)))
    return Screen(
        Markup("{}\n\n{}").format(item_asking.about_item(one, currency), _("What would you like to change?")),
        in_rows([*choices, back(to("item", one.id)), home()], 2),
    )


def names(one: ItemRow) -> Screen:
    """An item's name in each language."""
    own: dict[str, str] = json.loads(one.names)
    lines = [_("<b>{name}</b> is called:", name=one.name)]
    lines += [Markup("{}: {}").format(tongue, own.get(code) or "–") for code, tongue in LANGUAGES.items()]
    lines.append(_("Where there is no name of its own, it is called “{name}”.", name=own.get("en") or one.name))
    choices = [Choice(tongue, to("call", one.id, key=code)) for code, tongue in LANGUAGES.items()]
    return Screen(Markup("\n").join(lines), (*in_rows(choices, 2), (back(to("item", one.id)), home())))


def picture(one: ItemRow) -> Screen:
    """What stands below an item's picture, for whoever may change it."""
    choices = [
        Choice(_("Another picture"), to("edit_picture", one.id)),
        Choice(_("Take the picture away"), to("unpicture", one.id)),
        back(to("item", one.id)),
        home(),
    ]
    return Screen(_("This is how people see <b>{item}</b>.", item=name_of(one)), in_rows(choices))


def sure_to_retire(one: ItemRow) -> Screen:
    text = _(
        "Make {item} no more? What is up of it stays up, and you can bring it back at any time.", item=name_of(one)
    )
    return Screen(text, in_rows([Choice(_("Yes, no more"), to("retire", one.id, 1)), back(to("item", one.id)), home()]))


def made() -> Markup:
    return _("It is on the list now. With “Names” you can say what it is called in other languages.")


def has_picture() -> Markup:
    return _("Everybody can see the picture now.")


def no_picture() -> str:
    return _("The picture is gone.").unescape()


def retired() -> str:
    return _("It is off the list.").unescape()


def is_back() -> str:
    return _("It is on the list again.").unescape()


def _on(ways: Sequence[Choice]) -> tuple[Row, ...]:
    return in_rows([*ways, back(to("items")), home()], 2)
