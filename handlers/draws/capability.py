"""What the room brings into the house."""

from handlers.draws import conversation
from handlers.draws.jobs import JOBS
from handlers.draws.notices import NOTICES
from handlers.kit.capability import Capability, Command
from locales import N_

capability = Capability(
    "draws",
    router=conversation.router,
    by_steward=True,
    commands=(Command("draws", N_("Draws of scarce goods"), N_("draws|draw|the draw|lots|lottery")),),
    notices=NOTICES,
    jobs=JOBS,
)
