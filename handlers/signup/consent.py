"""The privacy notice: what everybody agrees to, in the chat and on the web's own page."""

from __future__ import annotations

from markupsafe import Markup

from locales import _

VERSION = 5
"""Which wording somebody agreed to: raise it when the notice changes."""


def privacy(town: str) -> list[Markup]:
    """The privacy notice, a paragraph each: read before consent, and on the web's own page."""
    return [
        _(
            "{town} keeps your name, your street or neighbourhood, your language and your address in the chat, your "
            "skills, interests and free times, your roles, the shifts you sign up for and the hours that were "
            "confirmed. This is what running the town needs.",
            town=town,
        ),
        _(
            "Of people under age it keeps the birth date, for the limits that protect them. Of what you learn it keeps "
            "who signed it off; the masters of a skill see the names of those who say they know it or learn it."
        ),
        _(
            "It keeps what you claim, collect and order, what your home says it uses, whether you voted (of a secret "
            "vote, never what), which meetings you come to, what you do not want to hear of, which of its messages "
            "reached you, and by which poster you came."
        ),
        _(
            "It keeps the messages of the web chat, and what it writes to you unasked, for a year; which messages it "
            "has read and what it answered, for eight days, so that none counts twice."
        ),
        _(
            "Residents who swap a shift or hand one over see the names of those who could take it; of two with the "
            "same name, the street too. If you ask for a secret calendar address, whoever has it sees your shifts."
        ),
        _(
            "The coordinators of the shifts you join see your name. The mayor and the coordinators of the whole town "
            "see your name and street when they let people in or give roles. If you take on a role, those whom it "
            "concerns see your name. Nobody else gets your data; it is not sold, and not used for advertising."
        ),
        _(
            "It keeps which chats are yours, your number where WhatsApp tells it, and when you last wrote. Who shares "
            "a chat with you can read what is written there. If a coordinator speaks for you, it keeps that you "
            "agreed, and what they did in your name."
        ),
        _(
            "You can see and change your answers at any time with /me. The chat you use (Telegram or WhatsApp, for "
            "example) also sees what is written there, under its own rules."
        ),
    ]
