"""What the room brings into the house."""

from handlers.household import conversation, notices
from handlers.kit.capability import Capability, Command
from locales import N_

capability = Capability(
    "household",
    router=conversation.router,
    commands=(
        Command(
            "phone",
            N_("Who shares this phone, and who speaks"),
            N_("phone|our phone|share this phone|who is speaking|somebody else speaks"),
        ),
    ),
    notices=notices.NOTICES,
)
