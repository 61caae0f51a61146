"""aiogram imported our way is aiogram: every model of it can be built, and it stays light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from aiogram import F, Router

from bot.intake.rooms import Rooms

ROOT = Path(__file__).parents[1]

BUILD_ALL = """
import handlers  # imports aiogram our way
import inspect, aiogram, aiogram.types, aiogram.methods
from pydantic import BaseModel
built = 0
for module in (aiogram.types, aiogram.methods):
    for name in module.__all__:
        model = getattr(module, name)
        if inspect.isclass(model) and issubclass(model, BaseModel) and not inspect.isabstract(model):
            model.model_rebuild(raise_errors=True)
            assert model.__pydantic_complete__, name
            built += 1
print(built)
"""

RESPONSES = """
import handlers
from aiogram.methods import GetMe, SendMessage
from aiogram.methods.base import Response
from aiogram.types import Message, Update, User
from pydantic import BaseModel, ValidationError
person = {"id": 1, "is_bot": False, "first_name": "Thandi"}
message = {"message_id": 7, "date": 1795500000, "chat": {"id": 1, "type": "private"}, "from": person, "text": "hi"}
assert Update.model_validate({"update_id": 1, "message": message}).message.from_user.first_name == "Thandi"
assert Response[Message].model_validate({"ok": True, "result": message}).result.text == "hi"
assert Response[User].model_validate({"ok": True, "result": person}).result.id == 1
assert SendMessage(chat_id=1, text="x").model_dump(exclude_none=True)["text"] == "x"
class Later(BaseModel):
    n: int
assert Later.__pydantic_complete__ and "defer_build" not in Later.model_config  # other models are as ever
try:
    Update.model_validate({"update_id": "no", "message": message})
except ValidationError:
    print("refused")
"""

LIGHT = """
import handlers.lean, sys
built = sum(
    1
    for name, model in vars(sys.modules["aiogram.types"]).items()
    if getattr(model, "__pydantic_complete__", False)
)
print(built)
"""

AT_ONCE = """
import handlers, aiogram.methods
from aiogram.methods.base import TelegramMethod
models = [getattr(aiogram.methods, name) for name in aiogram.methods.__all__]
methods = [model for model in models if issubclass(model, TelegramMethod)]
assert len(methods) > 150
print(sum(not model.model_config.get("defer_build") for model in methods))
"""

OUR_OWN = """
import handlers
from datetime import UTC, datetime
from aiogram import Bot
from aiogram.types import CallbackQuery, Chat, Message, Update, User
from bot.intake import made
bot = Bot("1:x")
at = datetime(2026, 11, 21, 9, tzinfo=UTC)
author = made.person(7, name="Thandi", language="zu")
said = made.saying(made.message(3, at, chat=7, author=author, text="/week"), bot, number=5)
on = made.message(3, at, chat=7, author=author, text="A week")
tap = made.tapping(on, bot, key="k", author=author, data="d", number=6)
for model in (CallbackQuery, Chat, Message, Update):
    assert not model.__pydantic_complete__, model
assert said.bot is said.message.bot is tap.bot is tap.callback_query.bot is tap.callback_query.message.bot is bot
assert said.event is said.message and tap.event_type == "callback_query"
user = User(id=7, is_bot=False, first_name="Thandi", language_code="zu")
def message(text):
    return Message(message_id=3, date=at, chat=Chat(id=7, type="private"), from_user=user, text=text)
assert said.model_dump() == Update(update_id=5, message=message("/week")).model_dump()
query = CallbackQuery(id="k", from_user=user, chat_instance="7", message=message("A week"), data="d")
assert tap.model_dump() == Update(update_id=6, callback_query=query).model_dump()
print("the same")
"""


WITHOUT_OTHERS = """
import sys
import bot.app
print(sorted({"pywa", "pywa_async", "httpx", "telegram", "matplotlib", "fpdf", "icalendar"} & set(sys.modules)))
"""


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_model_can_be_built() -> None:
    assert int(_run(BUILD_ALL)) > 400


def test_what_we_use_works() -> None:
    assert _run(RESPONSES) == "refused"


def test_few_models_are_built_on_import() -> None:
    """When a new version of aiogram builds its models some other way, this says that the trick is needed no more."""
    assert int(_run(LIGHT)) < 60


def test_no_method_is_built_on_import() -> None:
    """As above: a new version that defers its methods itself needs `BaseModel.model_config` changed no more."""
    assert int(_run(AT_ONCE)) == 0


def test_updates_of_our_own_need_no_validators() -> None:
    """What the web chat says is put together without them, and is what aiogram would have made of it."""
    assert _run(OUR_OWN) == "the same"


def test_a_town_loads_no_channel_that_it_has_not() -> None:
    """Nor what draws, prints and reckons, before somebody asks for it."""
    assert _run(WITHOUT_OTHERS) == "[]"


def test_a_trimmed_room_keeps_what_it_listens_to_and_what_guards_it() -> None:
    """A router that only filters guards the routers below it."""
    room, taps = Router(), Router()
    room.include_router(taps)
    room.message.filter(F.text)
    taps.message.register(_said)
    taps.callback_query.register(_said)
    Rooms().add(room)
    assert set(room.observers) == {"message"}
    assert set(taps.observers) == {"message", "callback_query"}


async def _said(event: object) -> None:
    """A handler for the routers above."""
