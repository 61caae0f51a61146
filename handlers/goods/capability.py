"""What the room brings into the house."""

from handlers.goods import conversation
from handlers.goods.jobs import JOBS
from handlers.goods.notices import NOTICES
from handlers.kit.capability import Capability, Command
from locales import N_

capability = Capability(
    "goods",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command(
            "goods",
            N_("What the projects make: free goods"),
            N_("goods|free goods|bread|food|shop|groceries|what is there"),
        ),
    ),
    notices=NOTICES,
    jobs=JOBS,
)
