"""The privacy notice: what everybody agrees to, in the chat and on the web's own page."""

from __future__ import annotations

from markupsafe import Markup

from locales import _

VERSION = 1
"""Which wording somebody agreed to: raise it when the notice changes."""


def privacy(town: str) -> list[Markup]:
    """The privacy notice, a paragraph each: read before consent, and on the web's own page."""
    return [
        _(
            "{town} keeps your name, your street or neighbourhood, your skills, interests and free times, the shifts "
            "you sign up for and the hours that were confirmed. This is what running the town needs, and nothing else.",
            town=town,
        ),
        _(
            "The coordinators of the shifts you join see your name. Nobody else gets your data; it is not sold, and "
            "not used for advertising."
        ),
        _(
            "You can see and change your answers at any time with /me. The chat you use (Telegram, for example) also "
            "sees what is written there, under its own rules."
        ),
    ]
