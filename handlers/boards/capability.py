"""What the room brings into the house."""

from handlers.boards import conversation, notices
from handlers.kit.capability import Capability, Command
from locales import N_

capability = Capability(
    "boards",
    router=conversation.router,
    commands=(
        Command(
            "boards",
            N_("Where the weekly update is posted"),
            N_("boards|where it is posted|groups and channels|channels"),
            role="mayor",
        ),
    ),
    notices=notices.NOTICES,
)
