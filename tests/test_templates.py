"""WhatsApp's templates: every notice has one, and all keep Meta's rules, in every language, whatever fills them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import catalogue
from handlers.kit import templates
from handlers.kit.screens import Choice, Screen
from handlers.kit.templates import (
    BY_NAME,
    LANGUAGE_CODES,
    MARKETING,
    MOST_FILLED,
    MOST_FIXED,
    PARAMETERS,
    TEMPLATES,
    UTILITY,
    Template,
    as_message,
    choices_of,
    filled,
    one_line,
    submission,
    template_for,
    templates_for,
    usable,
)
from locales import LANGUAGES, _, speaking
from tests.conversations.test_languages import FIELDS, RIVERBEND
from tests.emulators.whatsapp_submissions import HOLE, broken_rules
from tests.emulators.whatsapp_templates import Templates

BOTH = pytest.mark.parametrize("language", LANGUAGES)
REMINDER = "townbell_shift_reminder"
BIG = 2**31 - 1
HOME = Screen("<b>Hello</b>", ((Choice("My week", "home"),),))


def in_account(**changed: Any) -> list[dict[str, Any]]:
    """An account, as Graph lists it, with every template approved; `changed` are properties of the shift reminder."""
    account = Templates()
    for one in templates.submissions():
        account.approve(**one | (changed if (one["name"], one["language"]) == (REMINDER, "en") else {}))
    return [one.json() for one in account.matching()]


def test_every_notice_has_one_family() -> None:
    keys = [key for template in TEMPLATES for key in template.keys]
    assert sorted(keys) == sorted(catalogue.notices()), "a notice without a template, or the other way round"
    assert 8 <= len(TEMPLATES) <= 12, "a dozen: each is read by Meta in each language"


def test_a_notice_that_there_is_not_has_none() -> None:
    with pytest.raises(KeyError):
        template_for("no.such")


def test_what_nobody_asked_for_is_marketing() -> None:
    marketing = {key for template in TEMPLATES if template.category == MARKETING for key in template.keys}
    assert marketing == {"broadcast.message", "task.call", "news.update", "news.post"}
    assert {template.category for template in TEMPLATES} == {MARKETING, UTILITY}
    assert template_for("broadcast.emergency").category == UTILITY


def test_meta_has_our_languages() -> None:
    assert set(LANGUAGE_CODES) == set(LANGUAGES)


@BOTH
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_no_rule_of_metas_is_broken(template: Template, language: str) -> None:
    handed_in = submission(template, language, RIVERBEND.name)
    assert broken_rules(handed_in) == []
    body, buttons = handed_in["components"]
    assert len(HOLE.sub("", body["text"])) <= MOST_FIXED, "else less room is left for the notice"
    assert set(HOLE.findall(body["text"])) == set(PARAMETERS)
    with speaking(language):
        assert buttons["buttons"][0]["text"] == _("Show me").unescape()
    for example in body["example"]["body_text_named_params"]:
        assert not re.search(r"[\n\t]| {4}", example["example"])


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("{{name}}, this is about your hours in {{town}} this week: {{text}}. Thank you.", "none first or last"),
        ("Hello {{name}} of {{town}}, this is about your hours of this week: {{text}}.", "none first or last"),
        ("Hello {{name}} {{town}}, this is about your hours of this week: {{text}}. Thank you.", "none beside another"),
        ("Hello {{name}} of {{town}}: {{text}} thanks", "words enough"),
        ("Hello {{name}} of {{town}}, " + "this is long " * 50 + "{{text}} thanks", "without its parameters"),
    ],
)
def test_the_rules_are_looked_at(text: str, broken: str) -> None:
    handed_in = submission(TEMPLATES[0], "en", "Riverbend")
    handed_in["components"][0]["text"] = text
    assert [rule for rule in broken_rules(handed_in) if broken in rule]


@BOTH
def test_no_two_bodies_are_the_same(language: str) -> None:
    with speaking(language):
        assert len({template.text() for template in TEMPLATES}) == len(TEMPLATES)


@BOTH
@pytest.mark.parametrize("key", sorted(FIELDS))
def test_every_notice_fills_its_template(key: str, language: str) -> None:
    account = _approved()
    with speaking(language):
        for fields in FIELDS[key][:2]:  # the limits hold whatever it is: `test_whatever_people_wrote_fits`
            screen = catalogue.render(key, fields, RIVERBEND)
            for template in templates_for(key, screen):
                one = filled(
                    template, screen, row_id=2**31 - 1, town=RIVERBEND.name, name="Anna <b> & co", whose=2**31 - 1
                )
                assert (one.name, one.language) == (template.name, LANGUAGE_CODES[language])
                check(one.parameters["text"])
                sent = account.fill(as_message(one))  # refuses what Meta refuses
                assert len(sent.text) <= MOST_FILLED
                assert [(choice.title, choice.id) for choice in sent.choices] == list(one.buttons)
                assert one.buttons[0][1] == f"as:{BIG}:mail:{BIG}"


@lru_cache(maxsize=1)
def _approved() -> Templates:
    account = Templates()
    for one in templates.submissions():
        account.approve(**one)
    return account


def check(text: str) -> None:
    """What is true of every parameter."""
    assert text
    assert not re.search(r"[\n\t\r]| {2}", text)
    assert "&amp;" not in text
    assert "&lt;" not in text


def test_a_reminder_can_be_answered_at_once() -> None:
    for language, coming in (("en", "Coming"), ("es", "Sí, voy"), ("af", "Ek kom"), ("zu", "Ngiyeza")):
        with speaking(language):
            screen = catalogue.render("shift.reminder", FIELDS["shift.reminder"][0], RIVERBEND)
            template = templates_for("shift.reminder", screen)[0]
            one = filled(template, screen, row_id=5, town="Riverbend")
        assert one.buttons[0][1] == "mail:5"
        assert one.buttons[1] == (coming, "shift:coming:7")
        assert one.buttons[2][1] == "shift:cant:7"


def test_its_buttons_are_what_can_be_typed() -> None:
    screen = catalogue.render("shift.reminder", FIELDS["shift.reminder"][0], RIVERBEND)
    one = filled(template_for("shift.reminder"), screen, row_id=5, town="Riverbend")
    assert [(choice.label, choice.data) for choice in choices_of(REMINDER, screen, row_id=5)] == list(one.buttons)
    assert choices_of(REMINDER, HOME, row_id=5) == [Choice("Show me", "mail:5")]


def test_without_answers_on_its_screen_the_plain_family_is_used() -> None:
    assert templates_for("shift.reminder", HOME) == (BY_NAME["townbell_shift_news"],)
    one = filled(template_for("shift.reminder"), HOME, row_id=5, town="Riverbend")
    assert (one.name, one.buttons) == ("townbell_shift_news", (("Show me", "mail:5"),))
    assert [template.name for template in templates_for("goods.yours", HOME)] == ["townbell_goods"]


def test_whoever_has_no_name_is_greeted_too() -> None:
    one = filled(template_for("role.given"), HOME, row_id=5, town=" River\nbend ", name="")
    assert one.parameters == {"name": "neighbour", "town": "River bend", "text": "Hello"}


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ("<b>A reminder:</b>\n\nBread &amp; &lt;b&gt;\nMill Lane", "A reminder: Bread & <b> · Mill Lane"),
        ("Really?\nYes.\n• One\n– Two", "Really? Yes. One · Two"),
        ('See <a href="https://a.example/?b=1&amp;c=2">the page</a>.', "See the page (https://a.example/?b=1&c=2)."),
        ('<a href="https://a.example">https://a.example</a>', "https://a.example"),
        ("a\tb   c\u2028d\x07\u00a0e", "a b c · d e"),
    ],
)
def test_a_screen_on_one_line(html: str, line: str) -> None:
    assert one_line(html) == line


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=3000), st.text(max_size=200), st.text(max_size=200))
def test_whatever_people_wrote_fits(words: str, town: str, name: str) -> None:
    html = str(_("Said: {words}", words=words[:1900]))
    one = filled(template_for("broadcast.message"), Screen(html), row_id=5, town=f"x{town}", name=name)
    for value in one.parameters.values():
        assert not re.search(r"[\n\t\r]| {2}", value)
        assert value.strip()
    units = sum(len(value.encode("utf-16-le", "surrogatepass")) // 2 for value in one.parameters.values())
    assert units <= MOST_FILLED - MOST_FIXED


# -- the account -------------------------------------------------------------------------------------------------------


def test_an_approved_template_is_usable() -> None:
    account = in_account()
    assert all(usable(account, template, language) for template in TEMPLATES for language in LANGUAGES)
    assert not usable([], TEMPLATES[0], "en")


@pytest.mark.parametrize("state", ["PENDING", "REJECTED", "PAUSED", "DISABLED"])
def test_no_other_is(state: str) -> None:
    account = in_account(state=state)
    assert not usable(account, BY_NAME[REMINDER], "en")
    assert usable(account, BY_NAME[REMINDER], "es")


@pytest.mark.parametrize(
    "changed",
    [
        {"buttons": ["Show me"]},
        {"buttons": ["Show me", "Can't come", "Coming"]},
        {"buttons": ["Show me", {"type": "URL", "text": "Coming", "url": "https://a.example"}, "Can't come"]},
        {"body": "Hello {{name}}, here is a reminder for you of your shift: {{text}} Thank you."},
        {"body": "Hello {{1}}, a reminder from the town of {{2}} of your shift there: {{3}} Thank you."},
        {"body": "Hello {{name}} in {{town}}: {{text}} " + "Thank you. " * 30},
        {"header": "News for {{name}}"},
    ],
)
def test_what_cannot_be_filled_in_as_it_is_here_is_not_used(changed: dict[str, Any]) -> None:
    assert not usable(in_account(**changed), BY_NAME[REMINDER], "en")


def test_other_words_around_the_same_parameters_are_no_harm() -> None:
    body = "Dear {{name}}, {{town}} would like to remind you of this: {{text}} Will you be there?"
    assert usable(in_account(body=body), BY_NAME[REMINDER], "en")
