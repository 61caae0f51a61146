"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.needs import conversation
from locales import N_

capability = Capability(
    "needs",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command(
            "needs",
            N_("What your home needs in a week"),
            N_("needs|survey|what we need|what my home needs|needs survey"),
        ),
        Command(
            "production",
            N_("What is made, and what is needed"),
            N_("production|made and needed|what is made|production against need"),
            role="coordinator",
        ),
    ),
)
