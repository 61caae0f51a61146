"""The questions about a new poll. Those that have a usual answer are asked only of who changes it at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.wizard import RETURN, STEP, GoTo, Scene, Stay, Step
from handlers.polls import actions, asking
from handlers.polls.moments import OPENS, read_close, read_moment
from town.audience import parse
from town.facts import BadPoints, NotAllowed, NotFound
from town.polls import LEAST_OPTIONS, MOST_POINTS, Kind, read_options, read_quorum
from town.text import clean

SO_FAR = "@options"
"""Of a draft: the options that were written so far."""

LONG = (1440, 3 * 1440, 7 * 1440, 14 * 1440)


def kind_in(draft: dict[str, Any]) -> str:
    return str(draft.get("kind", ""))


def only_changed(name: str) -> Callable[[Scene], bool]:
    """A question that is passed by, unless somebody is just being asked it."""
    return lambda scene: scene.draft.get(STEP) == name


def _chosen(scene: Scene, labels: dict[str, str]) -> list[Choice]:
    return [pick(scene, value, label) for value, label in labels.items()]


def choice_of(
    name: str, ask: Callable[[Scene], Awaitable[Any]], labels: Callable[[Scene], dict[str, str]], across: int = 1
) -> Step:
    """A question with a few answers, that is asked of who changes it alone."""

    async def show(scene: Scene) -> Screen:
        return Screen(await ask(scene), in_rows(_chosen(scene, labels(scene)), across))

    async def tapped(scene: Scene, value: str) -> Any:
        if value not in labels(scene):
            raise NotFound(what="question")
        return value

    return Step(name, show, tapped=tapped, free=False, when=only_changed(name))


# -- what is asked -----------------------------------------------------------------------------------------------------


async def _ask_question(scene: Scene) -> Screen:
    return Screen(asking.question())


async def _type_question(scene: Scene, text: str) -> Any:
    question = clean(text, actions.MOST_QUESTION)
    scene.draft.pop("words", None)  # those of another question
    return question


async def _ask_about(scene: Scene) -> Screen:
    return Screen(asking.about(), ((pick(scene, "none", asking.leave_out()),),))


async def _type_about(scene: Scene, text: str) -> Any:
    about = clean(text, actions.MOST_ABOUT, lines=True)
    scene.draft.pop("words", None)
    return about


async def _no_about(scene: Scene, value: str) -> Any:
    scene.draft.pop("words", None)
    return ""


async def _ask_kind(scene: Scene) -> Screen:
    return Screen(asking.kind(), in_rows(_chosen(scene, asking.kinds())))


async def _take_kind(scene: Scene, value: str) -> Any:
    if value not in asking.kinds():
        raise NotFound(what="question")
    scene.draft["kind"] = value
    scene.draft.pop("words", None)
    scene.draft.pop("most", None)
    if RETURN in scene.draft and value != Kind.YESNO and "options" not in scene.draft:
        return GoTo("options", come_back=False)
    if RETURN in scene.draft and value == Kind.POINTS and "points" not in scene.draft:
        return GoTo("points", come_back=False)
    return value


async def _ask_options(scene: Scene) -> Screen:
    so_far = scene.draft.get(SO_FAR, [])
    choices = [pick(scene, "done", asking.done())] if len(so_far) >= LEAST_OPTIONS else []
    choices += [pick(scene, "anew", asking.again())] if so_far else []
    return Screen(asking.options(so_far), in_rows(choices))


async def _type_options(scene: Scene, text: str) -> Any:
    scene.draft[SO_FAR] = read_options(text, scene.draft.get(SO_FAR, []))
    return Stay()


async def _take_options(scene: Scene, value: str) -> Any:
    if value == "anew":
        scene.draft[SO_FAR] = []
        return Stay()
    names = read_options("", scene.draft.get(SO_FAR, []), least=LEAST_OPTIONS)
    scene.draft["options"] = names
    scene.draft.pop("words", None)
    scene.draft.pop("most", None)
    if RETURN in scene.draft and kind_in(scene.draft) == Kind.POINTS and "points" not in scene.draft:
        return GoTo("points", come_back=False)
    return names


async def _ask_points(scene: Scene) -> Screen:
    return Screen(asking.points(), in_rows([pick(scene, str(many), str(many)) for many in (5, 10, 20)], 3))


async def _take_points(scene: Scene, text: str) -> Any:
    text = text.strip()
    if not (text.isdecimal() and len(text) < 4 and 2 <= int(text) <= MOST_POINTS):
        raise BadPoints(most=MOST_POINTS)
    return int(text)


async def _ask_most(scene: Scene) -> Screen:
    many = len(scene.draft["options"])
    choices = [pick(scene, str(some), str(some)) for some in range(1, min(many, 7))]
    return Screen(asking.most(many), (*in_rows(choices, 3), (pick(scene, "0", asking.any_number()),)))


async def _take_most(scene: Scene, text: str) -> Any:
    text = text.strip()
    if not (text.isdecimal() and len(text) < 3 and int(text) <= len(scene.draft["options"])):
        raise NotFound(what="question")
    return int(text)


# -- whom, and how -----------------------------------------------------------------------------------------------------


async def _ask_audience(scene: Scene) -> Screen:
    found = await actions.must_ask(scene.unit, who=scene.who)
    entries = [(asking.audience_label(audience, name), str(audience)) for audience, name in found]
    return Screen(asking.audience(), pages(scene, entries))


async def _take_audience(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    if value not in {str(audience) for audience, _name in await actions.must_ask(scene.unit, who=scene.who)}:
        raise NotAllowed(needed="caller")
    return value


async def _ask_benefits(scene: Scene) -> Any:
    audience = parse(scene.draft["audience"])
    every, some = [
        await actions.how_many(scene.unit, who=scene.who, audience=audience, benefits_only=only, now=scene.now)
        for only in (False, True)
    ]
    return asking.benefits(every, some)


async def _ask_quorum(scene: Scene) -> Screen:
    choices = [pick(scene, str(share), asking.quorum_label(share)) for share in (0, 25, 50, 75)]
    return Screen(asking.quorum(), in_rows(choices, 2))


async def _type_quorum(scene: Scene, text: str) -> Any:
    return list(read_quorum(text))


async def _take_quorum(scene: Scene, value: str) -> Any:
    share = id_in(value, "question")
    if share > 100:
        raise NotFound(what="question")
    return [share, False]


async def _ask_opens(scene: Scene) -> Screen:
    return Screen(asking.opens(), ((pick(scene, "now", asking.now_label()),),))


async def _type_opens(scene: Scene, text: str) -> Any:
    return read_moment(text, scene.who, scene.now, at=OPENS).isoformat()


async def _open_now(scene: Scene, value: str) -> Any:
    return ""


async def _ask_closes(scene: Scene) -> Screen:
    usual = scene.who.town.poll_minutes
    lengths = sorted({*LONG, usual})
    return Screen(asking.closes(), in_rows([pick(scene, str(one), asking.long_label(one)) for one in lengths], 2))


async def _type_closes(scene: Scene, text: str) -> Any:
    found = read_close(text, scene.who, scene.now)
    return found.isoformat() if isinstance(found, datetime) else found


async def _take_closes(scene: Scene, value: str) -> Any:
    minutes = id_in(value, "question")
    if minutes not in {*LONG, scene.who.town.poll_minutes}:
        raise NotFound(what="question")
    return minutes


def of_the_question() -> Sequence[Step]:
    """What everybody is asked: the question, and what can be chosen."""
    return (
        Step("question", _ask_question, typed=_type_question),
        Step("about", _ask_about, typed=_type_about, tapped=_no_about),
        Step("kind", _ask_kind, tapped=_take_kind, free=False),
        Step(
            "options",
            _ask_options,
            typed=_type_options,
            tapped=_take_options,
            when=lambda scene: kind_in(scene.draft) != Kind.YESNO,
        ),
        Step(
            "points",
            _ask_points,
            typed=_take_points,
            tapped=_take_points,
            when=lambda scene: kind_in(scene.draft) == Kind.POINTS,
        ),
        Step("audience", _ask_audience, tapped=_take_audience, free=False),
    )


def of_the_rules() -> Sequence[Step]:
    """What has a usual answer."""

    async def said(scene: Scene, words: Callable[[], Any]) -> Any:
        return words()

    return (
        Step("most", _ask_most, typed=_take_most, tapped=_take_most, when=only_changed("most")),
        choice_of("benefits", _ask_benefits, lambda scene: asking.benefits_labels()),
        choice_of("secret", lambda scene: said(scene, asking.secret), lambda scene: asking.secret_labels()),
        choice_of("hidden", lambda scene: said(scene, asking.hidden), lambda scene: asking.hidden_labels()),
        Step("quorum", _ask_quorum, typed=_type_quorum, tapped=_take_quorum, when=only_changed("quorum")),
        choice_of(
            "takes",
            lambda scene: said(scene, asking.takes),
            lambda scene: asking.takes_labels(kind_in(scene.draft)),
        ),
        choice_of("proxies", lambda scene: said(scene, asking.proxies), lambda scene: asking.proxies_labels()),
        Step("opens", _ask_opens, typed=_type_opens, tapped=_open_now, counted=True, when=only_changed("opens")),
        Step("closes", _ask_closes, typed=_type_closes, tapped=_take_closes, counted=True, when=only_changed("closes")),
    )
