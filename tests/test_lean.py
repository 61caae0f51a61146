"""aiogram imported our way is aiogram: every model of it can be built, and it stays light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
from pydantic import ValidationError
person = {"id": 1, "is_bot": False, "first_name": "Thandi"}
message = {"message_id": 7, "date": 1795500000, "chat": {"id": 1, "type": "private"}, "from": person, "text": "hi"}
assert Update.model_validate({"update_id": 1, "message": message}).message.from_user.first_name == "Thandi"
assert Response[Message].model_validate({"ok": True, "result": message}).result.text == "hi"
assert Response[User].model_validate({"ok": True, "result": person}).result.id == 1
assert SendMessage(chat_id=1, text="x").model_dump(exclude_none=True)["text"] == "x"
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
