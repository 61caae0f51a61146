"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.power import conversation
from locales import N_

capability = Capability(
    "power",
    router=conversation.router,
    by_steward=True,
    commands=(Command("home", N_("Your home and its meter"), N_("home|my home|meter|electricity")),),
)
