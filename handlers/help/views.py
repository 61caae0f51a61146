"""What the town says to somebody who is lost."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.nav import home
from handlers.kit.news_taps import NewsTap
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import ListTap, MeTap
from locales import N_, _

COMMANDS = (
    Command("help", N_("What I can do"), N_("help|menu|what can you do")),
    Command("cancel", N_("Leave what you are in the middle of"), N_("cancel|stop it|leave it")),
)


def _ways() -> tuple[tuple[Choice, ...], ...]:
    return in_rows(
        [
            home(),
            Choice(_("Shifts"), ListTap(by="").pack()),
            Choice(_("The town's news"), NewsTap(do="list").pack()),
            Choice(_("My answers"), MeTap(do="open").pack()),
        ]
    )


def help_screen(commands: Sequence[Command]) -> Screen:
    lines = [_("<b>What I can do for you</b>")]
    lines += [Markup("/{} – {}").format(command.name, _(command.about)) for command in commands]
    lines.append(Markup(""))
    lines.append(_("You can tap, or write: a choice's words or its number work as well."))
    return Screen(Markup("\n").join(lines), _ways())


def not_understood(text: str) -> Screen:
    return Screen(
        _("I did not understand that. You can tap one of these, or write “help” to see all I can do."), _ways()
    )


def only_words() -> Screen:
    return Screen(_("I can read words and buttons, but not that. What shall we do?"), _ways())


def old_button() -> Screen:
    return Screen(_("That button is from long ago and does nothing any more. What shall we do?"), _ways())


def left(kept: bool) -> Screen:
    if kept:
        return Screen(_("We leave it there. I keep what you wrote, in case you go on later."), _ways())
    return Screen(_("There is nothing to leave: you are free. What shall we do?"), _ways())
