"""What the texts of a source begin or end with."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.understand.boilerplate import LEFT, MOST_BLOCKS, NOTHING, Block, Boilerplate, blanked, from_json, learn, place, strip

STORIES = (
    "The ministers of Australia and Fiji met in Suva on Monday.\nThey agreed to train police officers together.",
    "The president of Kenya received the foreign minister of Japan in Nairobi.\nTrade was discussed over lunch at State House.",
    "A delegation from Peru visited the border post at Tumbes.\nBoth sides praised the work of the joint committee.",
    "Police chiefs of the Pacific opened their conference in Apia.\nThe next one will be held in Nadi.",
    "The interior minister of Chile flew to La Paz for talks.\nA treaty on extradition was signed there.",
)


def wrapped(head: str = "", tail: str = "", stories: tuple[str, ...] = STORIES) -> list[str]:
    return [f"{head}{story}{tail}" for story in stories]


def test_a_wrapper_round_every_story_is_learnt_and_taken_off():
    texts = wrapped("PACIFIC WIRE SERVICE\nYour news of the day\n", "\nDistributed by Pacific Wire. No responsibility is taken for its content.\n© 2026 Pacific Wire")
    known = learn(texts)
    for text, story in zip(texts, STORIES, strict=True):
        assert strip(text, known)[0] == story


def test_what_was_learnt_serves_texts_that_come_later():
    known = learn(wrapped("", "\nFollow us on every channel\n© 2025 Pacific Wire"))
    text = "The prime minister of Tonga called his colleague in Samoa.\nFollow us on every channel\n© 2027 Pacific Wire"
    assert strip(text, known)[0] == "The prime minister of Tonga called his colleague in Samoa."


def test_dates_and_headlines_among_the_blocks_go_with_them():
    texts = [
        f"Front page\n{day} March 2026, 10:2{day}\nListen to this story\n{story}\nRelated news\nHeadline number {word} of the day\nAnother one about {word}\nAll rights reserved"
        for day, (word, story) in enumerate(zip(("mangoes", "cricket", "rain", "ferries", "schools"), STORIES, strict=True), 1)
    ]
    known = learn(texts)
    assert [strip(text, known)[0] for text in texts] == list(STORIES)


def test_a_heading_of_related_news_takes_what_follows_with_it():
    texts = [f"{story}\nRead these too\nA headline on {word}\nSomething on {word}s" for word, story in zip(("fish", "dog", "cat", "bird", "cow"), STORIES, strict=True)]
    known = learn(texts)
    assert [block.opens for block in known.tail if block.key == "read these too"] == [True]
    assert [strip(text, known)[0] for text in texts] == list(STORIES)


def test_the_last_sentence_of_a_single_line_counts_as_a_block():
    texts = [story.replace("\n", " ") + " Subscribe to the Pacific Wire newsletter for more." for story in STORIES]
    known = learn(texts)
    assert strip(texts[0], known)[0] == STORIES[0].replace("\n", " ")


def test_two_texts_are_not_enough():
    assert learn(wrapped("", "\nFollow us", STORIES[:2])) == NOTHING


def test_versions_of_one_story_teach_nothing():
    story = ["The lead, as it was first told to us by {}.", *(f"Paragraph {word} tells of the talks at some length, and of lunch." for word in ("one", "two", "three", "four"))]
    texts = ["\n".join(story).format(who) for who in ("the ministry", "the embassy", "the palace", "the police")]
    assert learn(texts + [texts[0]] * 3) == NOTHING


def test_a_background_paragraph_in_the_middle_stays():
    texts = ["\n".join((one, "The two countries have had relations since 1971, and trade grows every year.", *["More on this story follows here, in words of its own: " + one] * 15))
             for one in STORIES]
    known = learn(texts)
    assert "have had relations since 1971" in strip(texts[0], known)[0]


def test_a_text_that_is_all_boilerplate_is_left_alone():
    known = learn(wrapped("", "\nFollow us on every channel"))
    assert strip("Follow us on every channel", known) == ("Follow us on every channel", ())


def test_a_text_without_the_blocks_is_left_alone():
    known = learn(wrapped("MASTHEAD OF THE PAPER\n", "\nFollow us on every channel"))
    text = "The prime minister of Tonga called his colleague in Samoa."
    assert strip(text, known) == (text, ())
    assert blanked(text, known) is text


def test_places_in_what_is_left_can_be_found_in_the_whole():
    known = learn(wrapped("MASTHEAD OF THE PAPER\n", "\nFollow us on every channel"))
    text = wrapped("MASTHEAD OF THE PAPER\n", "\nFollow us on every channel")[0]
    kept, removed = strip(text, known)
    at = kept.index("Suva")
    assert text[place(at, removed):][:4] == "Suva"
    assert "".join(text[span.start:span.end] for span in removed).count("MASTHEAD") == 1


def test_a_blanked_text_is_as_long_and_keeps_its_lines():
    known = learn(wrapped("MASTHEAD OF THE PAPER\n", "\nFollow us on every channel"))
    text = wrapped("MASTHEAD OF THE PAPER\n", "\nFollow us on every channel")[1]
    clean = blanked(text, known)
    assert len(clean) == len(text)
    assert clean.strip() == STORIES[1]
    assert clean.index("Nairobi") == text.index("Nairobi")
    assert clean.count("\n") == text.count("\n")


def test_what_was_learnt_can_be_kept_and_read_again():
    known = learn(wrapped("MASTHEAD OF THE PAPER\n", "\nRead these too\n© 2026 Đài Á Châu"))
    assert from_json(known.as_json()) == known
    assert "masthead of the paper" in known.as_json()


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "nonsense", '{"head": 3}', '{"head": [["a"]]}', "null"])
def test_what_cannot_be_read_is_learnt_anew(text):
    assert from_json(text) == NOTHING


def test_what_was_known_stays_while_there_is_room():
    known = Boilerplate(tail=tuple(Block(f"old block {chr(97 + n % 26)}{n}", 3) for n in range(MOST_BLOCKS)))
    fresh = learn(wrapped("", "\nFollow us on every channel"), known)
    assert fresh.tail[0].key == "follow us on every channel"
    assert len(fresh.tail) == MOST_BLOCKS
    assert learn([], known) == known


@given(st.lists(st.text(alphabet="ab c.\n", max_size=60), max_size=8), st.text(alphabet="ab c.\n", max_size=80))
def test_whatever_was_learnt_a_text_keeps_its_middle(texts, text):
    known = learn(texts)
    kept, removed = strip(text, known)
    assert kept in text
    assert not removed or len(kept) >= LEFT
    assert len(blanked(text, known)) == len(text)


@pytest.mark.parametrize("hostile", ["a", "\n", ". ", "a\n", "\u0300", "。", "1\n", "a. b! "])
def test_hostile_texts_cost_next_to_nothing(hostile):
    began = time.process_time()
    known = learn([hostile * 300_000] * 4 + [f"{n} {hostile}" * 50_000 for n in range(20)])
    strip(hostile * 300_000, known)
    blanked(hostile * 300_000, known)
    assert time.process_time() - began < 1.0
