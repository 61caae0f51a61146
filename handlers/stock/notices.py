"""What the goods desk says unasked to its coordinators; what it says to those who claimed is in `goods.notices`."""

from __future__ import annotations

from handlers.kit.capability import Fields, Notice
from handlers.kit.goods_words import item_name
from handlers.kit.nav import anew, home
from handlers.kit.screens import Screen, in_rows
from handlers.stock.views import way_to, ways_of_rest
from handlers.stock.words import of_item
from locales import _
from town.settings import TownSettings


def _item(fields: Fields) -> str:
    return item_name(fields["item"], fields["names"])


def rest(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `goods.telling.fields_of`, amount (what is left)."""
    text = _(
        "Left over from {project}: <b>{what}</b>. What becomes of it?",
        what=of_item(fields["amount"], fields["unit"], _item(fields)),
        project=fields["project"],
    )
    choices = [*ways_of_rest(fields["batch"]), anew(way_to(fields["batch"])), anew(home())]
    return Screen(text, in_rows(choices))


NOTICES = (Notice(key="stock.rest", render=rest),)
