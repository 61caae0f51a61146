"""What a person on WhatsApp reads, as the tests take it in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from bot.delivery.outcome import Outgoing
from bot.delivery.whatsapp_forms import forms_of
from bot.delivery.whatsapp_marks import UNSEEN, marked
from tests.lines import as_plain

people_write = st.text(st.sampled_from("ab *_~`>&<é\n.:-") | st.characters(codec="utf-8", exclude_characters=UNSEEN))


@given(people_write)
def test_what_people_write_is_read_as_it_was_written(text: str) -> None:
    assert as_plain(marked(str(escape(text)))) == text


def test_our_own_marks_are_not_read() -> None:
    html = "<b>Bread</b> and <i>milk</i>, <s>not</s> <code>7F3</code>\n<blockquote>“Good *bread*”</blockquote>Bye"
    assert as_plain(marked(html)) == "Bread and milk, not 7F3\n“Good *bread*”\nBye"
    assert as_plain(marked("<b>*All* of us</b>")) == "*All* of us"


def test_labels_that_were_cut_are_still_whole_to_who_reads() -> None:
    label = "I can't come after all, sorry"
    [form] = forms_of(Outgoing("Bread", (((label, "a"),), (("My week", "home"),))))
    [first, _second] = form.content["action"]["buttons"]
    assert first["reply"]["title"] != label
    assert label in as_plain(form.content["body"]["text"])
