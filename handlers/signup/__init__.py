"""Signing up, and one's own answers."""

from handlers.kit.capability import Capability
from handlers.signup import conversation, views
from handlers.signup.consent import privacy

__all__ = ["capability", "privacy"]

capability = Capability("signup", router=conversation.router, commands=views.COMMANDS)
