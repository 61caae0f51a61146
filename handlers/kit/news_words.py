"""What can be wrong with what the town says to many, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from locales import _, ngettext, number
from town import facts
from town.facts import Fact

NEWS: dict[type[Fact], Callable[[Any, ZoneInfo], Markup]] = {
    facts.NobodyHears: lambda fact, zone: _nobody(fact),
    facts.NoApprover: lambda fact, zone: ngettext(
        "{n} person has to say yes to this, and there are not so many who may. The mayor can give somebody a role.",
        "{n} people have to say yes to this, and there are not so many who may. The mayor can give somebody a role.",
        fact.needed,
    ),
    facts.ApprovedAlready: lambda fact, zone: _("Your yes to this is noted already. Now it needs somebody else's."),
    facts.NotWaiting: lambda fact, zone: _not_waiting(fact),
    facts.OwnMessage: lambda fact, zone: _("You wrote this yourself. You can call it off from its page."),
    facts.AudienceNameTaken: lambda fact, zone: _(
        "There are people called “{name}” already. Please choose another name.", name=fact.name
    ),
    facts.NameWithinName: lambda fact, zone: _(
        "This is made of people who have a name already, or of too many steps, so I can't keep it under another one."
    ),
    facts.AudienceWaitedFor: lambda fact, zone: _(
        "A message that has not gone out yet is for these people. Their name can be forgotten after that."
    ),
    facts.TooLongForPicture: lambda fact, zone: _(
        "With a photo there is room for {most} characters, and these are {units}. Make them shorter, or leave out the "
        "photo.",
        most=number(fact.most),
        units=number(fact.units),
    ),
    facts.RoundRuns: lambda fact, zone: _(
        "This round is being carried out already. Go on with it, or end it before you begin it anew."
    ),
    facts.RoundOver: lambda fact, zone: _("This campaign has ended, so nothing of it is changed any more."),
    facts.StepSettled: lambda fact, zone: _step_settled(fact),
    facts.PosterGone: lambda fact, zone: _("This poster was taken down. Make a new one for another place."),
    facts.UpdateOver: lambda fact, zone: _update_over(fact),
    facts.TooManyPhotos: lambda fact, zone: ngettext(
        "There is room for {n} photo. Take one out first.",
        "There is room for {n} photos. Take one out first.",
        fact.most,
    ),
    facts.BadVideo: lambda fact, zone: _(
        "I can't send that on as a link. Copy the whole address of the video: it begins with https:// and has at most "
        "{most} characters.",
        most=number(fact.most),
    ),
    facts.NothingToRepeat: lambda fact, zone: _(
        "There is nothing to send again: either all of it arrived, or it would come too late by now."
    ),
}


def _nobody(fact: Any) -> Markup:
    if fact.muted:
        return _("All of these people have turned such messages off, so nobody would get it. Please choose others.")
    return _("There is nobody like that in town at the moment. Please choose others.")


def _not_waiting(fact: Any) -> Markup:
    return {
        "proposed": _("This message still waits for somebody's yes."),
        "scheduled": _("This message has a yes already, and waits for its time."),
        "late": _("It is too late for this: the shift has begun."),
        "sending": _("This message is on its way already."),
        "paused": _("This message is held at the moment."),
        "sent": _("This message has gone out to everybody already."),
        "stopped": _("This message was stopped already."),
        "declined": _("This message was declined, so it does not go out."),
        "cancelled": _("This message was called off, so it does not go out."),
    }[fact.state]


def _update_over(fact: Any) -> Markup:
    if fact.state == "skipped":
        return _("This update was left out.")
    if fact.state == "draft":
        return _("This update is not ready yet.")
    return _("This update has gone out already: only a correction can be added, and not many of them.")


def _step_settled(fact: Any) -> Markup:
    if fact.state == "done":
        return _("This step is done already.")
    if fact.state == "skipped":
        return _("This step was skipped. Open it again if it is to be done after all.")
    return _("This step is open: it can be done, or skipped.")
