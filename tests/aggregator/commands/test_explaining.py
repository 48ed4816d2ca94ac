"""What an item says, with the words that told us, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console
from rich.text import Text

from aggregator.commands.explaining import ExplainError, explain, explained, gathered
from storage.model import Agreement, Part, Party, Person, Quote
from storage.store import open_store
from tests.factory import NOW, coverage, item, meeting, member, report, source

BODY = (
    "SUVA — On 4 March the Minister of Home Affairs of Australia, Joan Field, held talks in Suva with Pio Ravu.\n"
    "A paragraph without any fact.\nAnother one.\nAnd a third.\nAnd a fourth, [of all] things.\n"
    "They signed a memorandum on border control.\nA last one."
)


def quote(words: str, part: Part = "body") -> Quote:
    return Quote(part, BODY.index(words), words)


STORY = item(body=BODY)
TOLD = report(
    day=date(2026, 3, 4), day_quote=quote("4 March"), place="Suva", place_quote=quote("in Suva"), act="talks", act_quote=quote("held talks"),
    parties=(Party("AU", "country", "party", quote("Australia")), Party("FJ", "country", "party"), Party("NZ", "country", "mention")),
    people=(Person("Joan Field", "field joan", "Minister of Home Affairs", "AU", quote("Joan Field")), Person("Pio Ravu", "pio ravu", "", "FJ", quote("Pio Ravu"))),
    agreements=(Agreement("memorandum on border control", quote("memorandum on border control")),), topics=(("border-management", quote("border control")),),
)
CLAIM = coverage(score=0.93, reasons=("same people: Joan Field, Pio Ravu", "same day: 4 March 2026"))


def shown(one, *, markup: bool = False) -> str:
    return "\n".join(one.lines(markup=markup))


def test_every_fact_is_shown_with_its_words_or_as_concluded():
    text = shown(explained(STORY, [TOLD], [CLAIM], {"m-1": meeting()}))
    assert "2026-03-04 (90% sure) — “4 March”" in text
    assert "Joan Field, Minister of Home Affairs (Australia) — “Joan Field”" in text
    assert "Fiji — concluded" in text
    assert "New Zealand (mention only)" in text
    assert "border-management — “border control”" in text


def test_the_text_is_shown_with_the_words_marked_and_the_rest_left_out():
    text = shown(explained(STORY, [TOLD], [CLAIM], {"m-1": meeting()}))
    assert "On [day: 4 March] the Minister of Home Affairs of [party: Australia], [person: Joan Field], [act: held talks] [place: in Suva] with [person: Pio Ravu]." in text
    assert "signed a [agreement+topic: memorandum on border control]." in text
    assert "Another one." in text
    assert text.count("…") == 0

    far = replace(STORY, body=BODY.replace("Another one.\n", "Another one.\n" + "More.\n" * 9))
    moved = replace(TOLD, agreements=(), topics=())
    text = shown(explained(far, [moved], [CLAIM], {"m-1": meeting()}))
    assert "More." not in text
    assert text.rstrip().endswith("…")


def test_why_it_was_joined_is_said_with_score_and_reasons():
    text = shown(explained(STORY, [TOLD], [replace(CLAIM, copy_of="i-9")], {"m-1": meeting(title="Talks in Suva")}))
    assert "It is of meeting m-1: Talks in Suva" in text
    assert "0.93; its text is that of i-9" in text
    assert "same day: 4 March 2026" in text


def test_an_item_of_several_meetings_shows_each_report_by_position():
    second = replace(TOLD, position=1, kind="preview", agreements=(), topics=())
    one = explained(STORY, [second, TOLD], [CLAIM], {"m-1": meeting()})
    assert [told.position for told in one.reports] == [0, 1]
    text = shown(one)
    assert "Report 1 of 2:" in text
    assert "Report 2 of 2 that is to come:" in text
    assert "It joined no meeting." in text


def test_an_item_without_a_report_says_so():
    assert "It reports no official meeting." in shown(explained(STORY, [], [], {}))


def test_markup_in_a_text_is_shown_as_it_stands():
    hostile = item(title="[bold]Ministers[/] meet \\", body="[red]Suva[/red] [link=x] " + "\\")
    told = report(place_quote=Quote("body", 5, "Suva"), day_quote=Quote("body", 24, "\\"), people=(Person("[/]", "x", "[blink]"),))
    console = Console(width=200, record=True, quiet=True)
    one = explained(hostile, [told], [replace(CLAIM, reasons=("[b]same[/b]",))], {})
    console.print(*one.lines(markup=True), sep="\n")
    plain = "\n".join(Text.from_markup(line).plain for line in one.lines(markup=True))
    assert "[bold]Ministers[/] meet \\" in plain
    assert "[red]Suva[/red] [link=x] \\" in plain
    assert "[/], [blink]" in plain
    assert "[b]same[/b]" in plain


def test_a_quote_of_an_older_text_marks_nothing():
    short = item(body="Cut.")
    one = explained(short, [TOLD], [CLAIM], {})
    assert all(text.marks == () for text in one.texts if text.part == "body")


def test_a_long_line_is_shown_around_its_marks():
    body = "a" * 5_000 + " Suva " + "b" * 5_000
    told = report(place_quote=Quote("body", 5_001, "Suva"), people=(), parties=(), topics=())
    text = shown(explained(item(body=body), [told], [], {}))
    assert "[place: Suva]" in text
    assert len(text) < 2_500


def test_the_json_has_facts_quotes_marks_and_reasons():
    one = json.loads(json.dumps(explained(STORY, [TOLD], [CLAIM], {"m-1": meeting()}).as_json()))
    (told,) = one["reports"]
    assert told["score"] == 0.93
    assert told["facts"][0] == {"name": "day", "value": "2026-03-04 (90% sure)", "quote": {"part": "body", "start": BODY.index("4 March"), "text": "4 March"}}
    assert {"start": BODY.index("4 March"), "end": BODY.index("4 March") + 7, "facts": ["day"]} in one["marks"]["body"]
    assert one["item"]["id"] == "i-1"


def test_a_meeting_shows_each_member_with_score_and_reasons():
    members = [member(source(), STORY, TOLD, coverage(reasons=("the first report of this meeting",))),
               member(source(id="fj"), item(id="i-2", outlet="FJ News", language="fr"), report(item_id="i-2"), coverage(item_id="i-2", score=0.82, reasons=("same place: Suva",)))]
    one = gathered(meeting(agreements=("memorandum on border control",)), members, [("m-2", 0.6, ("same people",))])
    text = shown(one)
    assert "1.00  AU Press (en): Ministers of Australia and Fiji meet in Suva" in text
    assert "0.82  FJ News (fr):" in text
    assert "same place: Suva" in text
    assert "0.60  possibly the same meeting: m-2" in text
    assert json.dumps(one.as_json())
    assert "Joan Field" in "\n".join(one.lines(markup=True))


@pytest.fixture
def store():
    with open_store("sqlite::memory:") as held:
        held.sources.configure([source(), source(id="fj")], NOW)
        held.items.save(STORY, "{}", NOW)
        held.items.save(item(id="i-2", source_id="fj", url="https://fj.example/2"), "{}", NOW)
        held.meetings.save_reports("i-1", (TOLD,))
        held.meetings.save(meeting(id="m-abc234"))
        held.meetings.cover(replace(CLAIM, meeting_id="m-abc234"))
        yield held


@pytest.mark.parametrize("what", ["i-1", " i-1 ", "https://au.example/1", "https://au.example/1?utm_source=feed", "HTTPS://AU.example/1#top"])
def test_an_item_is_found_by_its_id_or_address(store, what):
    assert explain(store, what).item.id == "i-1"


@pytest.mark.parametrize("what", ["m-abc234", "http://127.0.0.1:8080/meeting/m-abc234.html", "meeting/m-abc234.html#reports", "tag:au.example,2026:m-abc234"])
def test_a_meeting_is_found_by_its_id_or_page(store, what):
    one = explain(store, what)
    assert one.meeting.id == "m-abc234"
    assert [line.item_id for line in one.members] == ["i-1"]
    assert one.asked == ""


def test_a_meeting_that_became_another_leads_to_it(store):
    store.meetings.save(meeting(id="m-old222"))
    store.meetings.remove("m-old222", "m-abc234", NOW)
    one = explain(store, "m-old222")
    assert (one.meeting.id, one.asked) == ("m-abc234", "m-old222")
    assert "m-old222 has become this meeting." in shown(one)


def test_items_at_one_address_are_named(store):
    store.items.save(item(id="i-3", source_id="fj", url="https://au.example/1", title="Reprint"), "{}", NOW)
    one = explain(store, "https://au.example/1")
    assert {one.item.id, *one.others} == {"i-1", "i-3"}


@pytest.mark.parametrize("what", ["", "i-99", "m-zzz", "https://nowhere.example/", "[bold]", "javascript:alert(1)", "x" * 10_000])
def test_what_is_not_held_is_refused_with_what_would_be(store, what):
    with pytest.raises(ExplainError, match="an item is named by"):
        explain(store, what)
