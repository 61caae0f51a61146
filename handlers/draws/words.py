"""What a draw's screens and notices say alike."""

from __future__ import annotations

from markupsafe import Markup

from locales import _
from storage.tables import Sharing


def rule_line(sharing: str, item: str, *, precedence: bool) -> Markup:
    """Who comes before others, whatever their lots; nothing where everybody is equal."""
    if sharing == Sharing.LEAST:
        return _(
            "Who has never had {item} comes first, then those who had it longest ago. The lot decides among those who "
            "are equal.",
            item=item,
        )
    if precedence:
        return _(
            "Who went without in the last draw of {item} comes first this time, and more so after several. The lot "
            "decides among those who are equal.",
            item=item,
        )
    return Markup("")
