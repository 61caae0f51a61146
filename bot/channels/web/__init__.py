"""The web chat: pages, a small JSON API with a live socket, and an aiogram session that answers into the history."""

from bot.channels.web.channel import WebChannel
from bot.channels.web.sample_api import Sample, Someone

__all__ = ["Sample", "Someone", "WebChannel"]
