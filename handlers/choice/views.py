"""The words of what somebody wants to hear of."""

from __future__ import annotations

from markupsafe import Markup

from handlers.choice.actions import ALL, Hearing
from handlers.kit.capability import Command
from handlers.kit.hearing_words import (
    come_back,
    topic_label,
    topic_line,
    topics_listed,
    what_comes,
    what_reaches_me,
)
from handlers.kit.nav import HOME, back, home
from handlers.kit.news_taps import ChoiceTap
from handlers.kit.screens import Choice, Row, Screen, in_rows
from handlers.kit.taps import MeTap
from handlers.kit.wizard import RESUME, option
from locales import N_, _
from storage.queries.mutes import STOPPED
from town.topics import TOPICS

COMMANDS = (
    Command("topics", N_("What reaches you, and what does not"), N_("topics|what reaches me|fewer messages|mute")),
)


def _to(do: str, key: str = "") -> str:
    return ChoiceTap(do=do, key=key).pack()


def page(now: Hearing) -> Screen:
    """What comes and what does not, with a switch for each."""
    lines = [_("<b>What reaches me</b>")]
    lines += [_line(topic, topic not in now.topics_off) for topic in TOPICS]
    lines += [Markup(""), what_comes(), _("Tap one to turn it off or on. STOP turns all of it off, START on again.")]
    switches = [_switch(topic, topic not in now.topics_off) for topic in TOPICS]
    ways = [
        *([] if now.is_deaf else [Choice(_("Everything off"), _to("off", ALL))]),
        *([Choice(_("Everything on"), _to("on", ALL))] if now.topics_off else []),
        Choice(_("Reminders"), MeTap(do="reminders").pack()),
    ]
    leave: Row = (back(MeTap(do="open").pack()), home())
    return Screen(Markup("\n").join(lines), (*in_rows(switches, 2), *in_rows(ways, 2), leave))


def _line(topic: str, on: bool) -> Markup:
    names = {"topic": topic_label(topic), "what": topic_line(topic)}
    return _("✓ <b>{topic}</b>: {what}", **names) if on else _("✗ <b>{topic}</b> (off): {what}", **names)


def _switch(topic: str, on: bool) -> Choice:
    label = f"✓ {topic_label(topic)}" if on else f"✗ {topic_label(topic)}"
    return Choice(label, _to("off" if on else "on", topic))


def switched(now: Hearing, *, on: bool) -> str:
    """The toast for a switch."""
    if not now.changed:
        return _("It is so already.")
    if len(now.changed) > 1:
        return _("All of it is on.") if on else _("All of it is off.")
    name = topic_label(now.changed[0])
    return _("{topic}: on.", topic=name) if on else _("{topic}: off.", topic=name)


# -- STOP and START ----------------------------------------------------------------------------------------------------


def stopped(now: Hearing, *, left: bool, kept: str) -> Screen:
    """What stopped, what still comes, and how to come back.

    `left`: they were in the middle of something, and may have meant nothing but that. `kept` names the wizard where
    they left a draft.
    """
    if now.changed:
        head = _("It is off from now on: {topics}.", topics=topics_listed(now.changed))
    else:
        head = _("All of it was off already: {topics}.", topics=topics_listed(TOPICS))
    again = come_back()
    if left and now.changed:
        how = _("If you only wanted to leave the question, write START, or tap “{again}”.", again=again.label)
    else:
        how = _("If you want it again, write START, or tap here.")
    parts = [head, what_comes(), how]
    ways = [again, what_reaches_me(), home()]
    if kept:
        parts.append(_("I have kept what you wrote: you can go back to it."))
        ways.insert(1, option(kept, "-", RESUME, _("Back to where I was")))
    return Screen(Markup("\n\n").join(parts), in_rows(ways))


def only_of(name: str) -> Markup:
    """Said first on a phone that several share: whose word it was."""
    return _("This is so for {name} alone: the others on this phone hear from me as before.", name=name)


def back_again(now: Hearing) -> Screen:
    """What is on again, and what stays off."""
    if not now.changed and not now.off:
        return page(now).before(_("All of it is on: nothing was turned off."))
    if now.changed:
        head = _("Welcome back. It is on again: {topics}.", topics=topics_listed(now.changed))
    else:
        head = _("Nothing was stopped.")
    rest = [one.topic for one in now.off if one.how != STOPPED]
    if rest:
        head = Markup("{} {}").format(head, _("You had turned this off before: {topics}.", topics=topics_listed(rest)))
    return page(now).before(head)


def not_here(*, waits: bool) -> Screen:
    """To somebody who writes STOP and is no resident. `waits`: they have asked to be let in."""
    if waits:
        text = _(
            "Nothing comes to you but the one answer you asked for: whether you are let in. I only answer when you "
            "write."
        )
    else:
        text = _("You have not joined, so nothing comes to you by itself. I only answer when you write.")
    return Screen(text, ((Choice(_("Go on"), HOME),),))
