"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.recalls import conversation
from handlers.recalls.notices import NOTICES
from locales import N_

capability = Capability(
    "recalls",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command("recall", N_("Recall goods"), N_("recall|recall goods|call back|product recall"), role="coordinator"),
    ),
    notices=NOTICES,
)
