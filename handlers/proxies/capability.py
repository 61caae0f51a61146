"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.proxies import conversation
from handlers.proxies.notices import NOTICES
from locales import N_

capability = Capability(
    "proxies",
    router=conversation.router,
    commands=(
        Command("proxies", N_("Who votes for me, and for whom I vote"), N_("proxies|proxy|my proxy|my proxies")),
    ),
    notices=NOTICES,
)
