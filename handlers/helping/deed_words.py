"""What stewards did, in words: from a tap's data, a command, or the question that was answered."""

from __future__ import annotations

from markupsafe import Markup

from locales import _


def in_words(what: str) -> Markup:
    """One deed (`storage.tables.Deed.what`) as a person would say it."""
    if what.startswith("/"):
        return _("asked for {command}", command=what)
    if what.startswith(("w:", "answer:")):
        return _("answered a question")
    kind, _colon, rest = what.lstrip("!").partition(":")
    said = acts().get((kind, rest.partition(":")[0]))
    return said if said is not None else _looked(kind)


def acts() -> dict[tuple[str, str], Markup]:
    """What changes something, by kind of tap and what it does."""
    return _about_shifts() | _about_goods() | _about_the_rest()


def _about_shifts() -> dict[tuple[str, str], Markup]:
    took, gave = _("took a place on a shift"), _("gave a place on a shift back")
    cannot, every = _("said that they cannot come"), _("changed their standing sign-up")
    return {
        ("shift", "join"): took,
        ("shift", "accept"): took,
        ("check", "join"): took,
        ("cover", "take"): took,
        ("shift", "leave"): gave,
        ("shift", "release"): gave,
        ("shift", "unwait"): _("left a waiting list"),
        ("shift", "decline"): _("turned a place down"),
        ("shift", "coming"): _("said that they come"),
        ("shift", "cant"): cannot,
        ("cover", "which"): cannot,
        ("series", "hold"): every,
        ("series", "skipped"): every,
        ("series", "keep"): every,
        ("series", "leave"): every,
        ("swap", "ask"): _("asked for a swap"),
        ("swap", "accept"): _("agreed to a swap"),
    }


def _about_goods() -> dict[tuple[str, str], Markup]:
    goods, back, line = _("took goods"), _("gave goods back"), _("joined a waiting list for goods")
    return {
        ("goods", "got"): goods,
        ("goods", "order"): _("ordered goods"),
        ("goods", "wait"): line,
        ("goods", "waitpay"): line,
        ("goods", "changed"): _("changed how much they take"),
        ("goods", "gaveback"): back,
        ("goods", "unwait"): _("left a waiting list"),
        ("claim", "name"): _("named who collects their goods"),
        ("need", "withdrawn"): _("took back what their home needs"),
    }


def _about_the_rest() -> dict[tuple[str, str], Markup]:
    answered, heard = _("answered an invitation"), _("changed what reaches them")
    return {
        ("report", "new"): _("reported hours"),
        ("report", "withdraw"): _("took reported hours back"),
        ("stand", "ended"): _("ended an exemption"),
        ("meet", "yes"): answered,
        ("meet", "no"): answered,
        ("meet", "maybe"): answered,
        ("motion", "withdraw"): _("took a proposal back"),
        ("power", "left"): _("left their home and its meter"),
        ("hear", "on"): heard,
        ("hear", "off"): heard,
        ("hear", "back"): heard,
        ("aid", "code"): _("asked for a code for their own phone"),
        ("forthem", "spoken"): _("said, as they agreed in speech, that somebody in another chat is they too"),
        ("forthem", "written"): _("said, as they agreed in writing, that somebody in another chat is they too"),
        ("chat", "notme"): _("said that somebody in another chat is not they"),
        ("me", "data"): _("asked for all that the town keeps about them"),
    }


def _looked(kind: str) -> Markup:
    """Where else they were, by kind of tap."""
    if kind in ("home", "list", "shift", "cover", "swap", "series", "check", "ics", "task"):
        return _("was at their week and shifts")
    if kind in ("report", "ledger", "contest", "stand"):
        return _("was at their hours")
    if kind in ("goods", "claim", "draw", "order", "need", "recall"):
        return _("was at goods and needs")
    if kind in ("meet", "motion"):
        return _("was at meetings and the agenda")
    if kind in ("news", "hear", "mail", "cast"):
        return _("was at messages")
    if kind in ("me", "skill", "power"):
        return _("was at their page")
    return _("looked at something")
