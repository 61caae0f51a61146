"""What the room brings into the house."""

from handlers.agenda import conversation
from handlers.kit.capability import Capability, Command
from locales import N_

capability = Capability(
    "agenda",
    router=conversation.router,
    by_steward=True,
    commands=(Command("calendar", N_("Your shifts in your calendar"), N_("calendar|my calendar|ics")),),
)
