"""Which meeting a report is of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from aggregator.deduper.match import SCALE, compare, decide
from aggregator.deduper.terms import Ground
from storage.model import Party, Person
from tests import factory as make

FIELD = Person("Joan Field", "field joan", "Minister of Home Affairs", "AU")
RAVU = Person("Pio Ravu", "pio ravu", "Minister of Immigration", "FJ")


def told(
    id,
    *,
    source="au-press",
    title="Ministers of Australia and Fiji meet in Suva",
    body="The ministers of Australia and Fiji met in Suva on 4 March.",
    language="en",
    seen=timedelta(0),
    **facts,
):
    item = make.item(
        id=id,
        source_id=source,
        outlet=source,
        url=f"https://{source}.example/{id}",
        title=title,
        body=body,
        language=language,
        first_seen=make.NOW + seen,
        hash=id * 8,
    )
    return make.member(make.source(id=source, family=source, language=language), item, make.report(item_id=id, **facts))


def test_the_same_people_on_the_same_day_are_one_meeting():
    decision = decide(
        told("i-2", source="fiji-sun", title="Ravu hosts Field", body="Immigration Minister Pio Ravu hosted Joan Field in Suva."), {"m-1": (told("i-1"),)}
    )
    assert decision.meeting_id == "m-1"
    assert "same people: Joan Field, Pio Ravu" in decision.reasons
    assert "same day: 4 March 2026" in decision.reasons


def test_facts_carry_the_decision_where_no_word_is_shared():
    russian = told(
        "i-2",
        source="ru-press",
        title="Министры обсудили границу",
        body="Встреча министров прошла в Суве.",
        language="ru",
        people=(Person("Джоан Филд", "fild dzhoan", "Minister of Home Affairs", "AU"), Person("Пио Раву", "pio ravu", "Minister of Immigration", "FJ")),
    )
    assert decide(russian, {"m-1": (told("i-1"),)}).meeting_id == "m-1"


def test_another_counterpart_on_the_same_day_is_another_meeting_however_alike_the_words():
    tonga = told(
        "i-2",
        title="Ministers of Australia and Tonga meet in Suva",
        body="The ministers of Australia and Tonga met in Suva on 4 March.",
        parties=(Party("AU", "country", "party"), Party("TO", "country", "party")),
        people=(FIELD, Person("Sione Vea", "sione vea", "Minister of Police", "TO")),
    )
    decision = decide(tonga, {"m-1": (told("i-1"),)})
    assert decision.meeting_id is None
    assert compare(tonga, told("i-1")).conflict == "other counterpart: Tonga, not Fiji"


def test_the_same_pair_a_few_days_later_is_another_meeting():
    later = told("i-2", day=date(2026, 3, 7), body="The ministers of Australia and Fiji met again in Suva on 7 March.")
    assert decide(later, {"m-1": (told("i-1"),)}).meeting_id is None


def test_a_doubtful_day_does_not_forbid():
    doubtful = told("i-2", source="fiji-sun", day=date(2026, 3, 6), day_confidence=0.3)
    assert compare(doubtful, told("i-1")).conflict == ""
    assert decide(doubtful, {"m-1": (told("i-1"),)}).meeting_id == "m-1"


def test_two_hosts_of_one_visitor_on_one_day_are_two_meetings():
    with_premier = told("i-2", title="Prime Minister of Fiji receives Joan Field", people=(FIELD, Person("Anaru Tuki", "anaru tuki", "Prime Minister", "FJ")))
    assert decide(with_premier, {"m-1": (told("i-1"),)}).meeting_id is None


def test_two_reports_of_one_item_never_join_one_meeting():
    first = told("i-1")
    second = replace(first, report=replace(first.report, position=1))
    assert decide(second, {"m-1": (first,)}).meeting_id is None


def test_a_report_joins_the_meeting_that_was_announced():
    preview = told(
        "i-1",
        kind="preview",
        day=None,
        day_confidence=0.0,
        earliest=date(2026, 3, 3),
        latest=date(2026, 3, 6),
        title="Field to visit Fiji",
        body="Joan Field will meet Pio Ravu this week.",
    )
    assert decide(told("i-2", source="fiji-sun"), {"m-1": (preview,)}).meeting_id == "m-1"


def test_a_preview_of_next_month_does_not_join_the_meeting_of_today():
    ahead = told("i-2", kind="preview", day=date(2026, 4, 9), body="Joan Field will meet Pio Ravu on 9 April.")
    assert decide(ahead, {"m-1": (told("i-1"),)}).meeting_id is None


def test_a_reprint_says_what_it_is_a_copy_of():
    text = " ".join(f"Sentence {n} of the long statement tells in full what the two delegations agreed on matter {n}." for n in range(12))
    decision = decide(told("i-2", source="mirror", body=text + " Read also.", seen=timedelta(hours=1)), {"m-1": (told("i-1", body=text),)})
    assert (decision.meeting_id, decision.copy_of) == ("m-1", "i-1")


def test_a_meeting_between_the_two_lines_is_shown_as_possible_and_not_joined():
    vague = told(
        "i-2",
        source="fiji-sun",
        title="Guest at the harbour",
        body="A visitor from Australia came to see the new pier.",
        parties=(Party("AU", "country", "party"),),
        people=(),
        place="",
        act="",
        day=None,
        day_confidence=0.0,
    )
    decision = decide(vague, {"m-1": (told("i-1"),)})
    assert decision.meeting_id is None
    assert [name for name, *_ in decision.possible] == ["m-1"]


def test_a_template_filled_in_twice_is_no_copy():
    text = "The Minister of Home Affairs, Joan Field, received the {} in Suva on 4 March. They spoke of passports, of permits for nurses and of a new office in the harbour."
    pair = make.report().parties
    fiji = told("i-1", body=text.format("Ambassador of Fiji, Pio Ravu"), people=(FIELD, RAVU), parties=pair)
    tonga = told("i-2", body=text.format("Ambassador of Tonga, Sione Vea"), people=(FIELD, Person("Sione Vea", "sione vea", "Ambassador", "TO")),
                 parties=(Party("AU", "country", "party"), Party("TO", "country", "party")))  # fmt: skip
    assert decide(tonga, {"m-1": (fiji,)}).meeting_id is None


def test_one_wrong_fact_in_a_large_cluster_does_not_keep_a_report_out():
    cluster = tuple(told(f"i-{n}", source=f"outlet-{n}") for n in range(5))
    misread = told("i-9", source="outlet-9", day=date(2026, 3, 9))
    assert decide(told("i-10", source="fiji-sun"), {"m-1": (*cluster, misread)}).meeting_id == "m-1"


def test_with_nothing_to_compare_a_report_founds_a_meeting():
    assert decide(told("i-1"), {}).meeting_id is None


def test_the_origin_of_a_text_may_be_seen_after_its_copy():
    text = " ".join(f"Sentence {n} of the long statement tells in full what the two delegations agreed on matter {n}." for n in range(12))
    reprint = told("i-1", source="mirror", body=text)
    reprint = replace(reprint, item=replace(reprint.item, credit="Fiji Wire"))
    wire = told("i-2", source="fiji-wire", body=text, seen=timedelta(hours=1))
    wire = replace(wire, item=replace(wire.item, outlet="Fiji Wire"))
    decision = decide(wire, {"m-1": (reprint,)})
    assert (decision.meeting_id, decision.copy_of, decision.copies) == ("m-1", "", ("i-1",))


def test_a_reception_by_another_office_is_another_meeting_in_any_language():
    pair = make.report().parties
    talks = told("i-1", people=(FIELD, RAVU), parties=pair)
    reception = told("i-2", source="ja-press", language="ja", title="首相、会談", body="首相は会談した。", parties=pair,
                     people=(Person("土木太郎", "土木太郎", "Prime Minister", "FJ"),))  # fmt: skip
    decision = decide(reception, {"m-1": (talks,)})
    assert decision.meeting_id is None
    assert "other post for Fiji: government, not immigration" in [signal.reason for signal in compare(reception, talks).signals]


def test_words_that_every_text_here_has_do_not_join_two():
    one, other = (told(f"i-{n}", source=f"outlet-{n}", title=f"Consular hour {n}", body=f"Consular services and passports were discussed by officials of office {n}.",
                       people=(), parties=(), place="", act="", day=None, day_confidence=0.0) for n in (1, 2))  # fmt: skip
    words = "consular hour services and passports were discussed by officials of office".split()
    usual = Ground(3000, dict.fromkeys(words, 2500))
    assert compare(one, other, usual).score < compare(one, other).score
    assert decide(one, {"m-1": (other,)}, usual).meeting_id is None


def test_a_host_who_is_named_in_both_texts_has_one_guest_at_a_time():
    host = Person("Joan Field", "field joan", "Minister of Home Affairs", "AU")
    tuki = Person("Anaru Tuki", "anaru tuki", "Police Chief", "")
    first = told("i-1", people=(Person("Pio Ravu", "pio ravu", "Minister of Immigration", ""),), body="Pio Ravu was told by Joan Field in Suva of new boats.")
    second = told("i-2", source="fiji-sun", people=(host, tuki), body="Joan Field received Anaru Tuki in Suva.")
    against = {signal.name: signal.reason for signal in compare(second, first).signals}
    assert against["other_person"] == "other person: Anaru Tuki, not Pio Ravu"


def test_where_only_words_tell_they_have_a_table_of_their_own():
    plain = {"people": (), "parties": (), "act": "", "place": ""}
    words = "Rangers counted forty-one kakapo chicks on Codfish Island after the warmest rimu season since records began, volunteers said on Tuesday."
    found = compare(told("i-2", source="fiji-sun", title="Kakapo chicks", body=words, **plain), told("i-1", title="Kakapo chicks", body=words, **plain))
    assert "words_only" in {signal.name for signal in found.signals}
    assert SCALE.weights_of(found.signals) is SCALE.words_weights
    assert found.log_odds == SCALE.words_bias + sum(SCALE.words_weights[signal.name] * signal.value for signal in found.signals)
    assert SCALE.weights_of(compare(told("i-2", source="fiji-sun"), told("i-1")).signals) is SCALE.weights
