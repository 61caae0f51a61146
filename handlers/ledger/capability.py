"""What the ledger's room brings."""

from handlers.kit.capability import Capability
from handlers.ledger import conversation
from handlers.ledger.notices import NOTICES

capability = Capability("ledger", router=conversation.router, by_steward=True, notices=NOTICES)
