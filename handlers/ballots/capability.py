"""What the room brings into the house."""

from handlers.ballots import conversation
from handlers.kit.capability import Capability, Command
from locales import N_

capability = Capability(
    "ballots",
    router=conversation.router,
    commands=(
        Command(
            "receipt", N_("Find a secret vote in the count"), N_("receipt|look up a receipt|is my vote in the count")
        ),
    ),
)
