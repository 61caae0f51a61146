"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.motions import conversation
from handlers.motions.notices import NOTICES
from locales import N_

capability = Capability(
    "motions",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command("motions", N_("The agenda of the next meeting"), N_("motions|motion|agenda of the meeting|the agenda")),
    ),
    notices=NOTICES,
)
