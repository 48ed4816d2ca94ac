"""A meeting drawn from all its members."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.deduper.merge import meeting_id_for, merge
from storage.model import Agreement, Party, Person, Quote
from tests import factory as make


def told(
    id,
    *,
    source="au-press",
    role="outlet",
    family="",
    title="Ministers of Australia and Fiji meet in Suva",
    language="en",
    seen=0,
    copy_of="",
    summary="",
    body="The ministers of Australia and Fiji met in Suva on 4 March. They spoke of borders.",
    **facts,
):
    item = make.item(
        id=id, source_id=source, outlet=source, title=title, language=language, body=body, summary=summary, first_seen=make.NOW + timedelta(hours=seen)
    )
    claim = make.coverage(item_id=id, kind=facts.get("kind", "report"), copy_of=copy_of)
    return make.member(make.source(id=source, name=source, role=role, family=family or source), item, make.report(item_id=id, **facts), claim)


def test_a_meeting_does_not_depend_on_the_order_of_its_reports():
    members = [
        told("i-1"),
        told("i-2", source="ke", title="A longer title about the same meeting of ministers", seen=1),
        told("i-3", source="tz", day=None, seen=2),
        told("i-4", source="fj", day=date(2026, 3, 5), day_confidence=0.6, seen=3, place="Nadi"),
        told("i-5", source="ru", language="ru", seen=3, copy_of="i-3"),
    ]
    assert len({merge("m-1", order) for order in permutations(members)}) == 1


facts = st.fixed_dictionaries({
    "kind": st.sampled_from(["report", "preview", "retrospective"]),
    "day": st.sampled_from([None, date(2026, 3, 4), date(2026, 3, 5)]),
    "day_confidence": st.sampled_from([0.3, 0.9]),
    "place": st.sampled_from(["", "Suva", "Nadi"]),
    "parties": st.lists(st.builds(Party, st.sampled_from(["AU", "FJ", "TO"]), st.just("country"), st.sampled_from(["party", "place", "mention"])), max_size=3, unique_by=lambda p: p.code).map(tuple),
    "people": st.lists(st.builds(Person, st.sampled_from(["Joan Field", "Field Joan", "Pio Ravu", "Pio Ratu Ravu", "Ana Tuki"]), st.sampled_from(["a b", "c d"]),
                                 st.sampled_from(["", "Minister"]), st.sampled_from(["", "AU", "FJ"])), max_size=3).map(tuple),
    "seen": st.integers(0, 3),
    "role": st.sampled_from(["official", "agency", "outlet", "republisher"]),
    "language": st.sampled_from(["en", "ru"]),
    "copy_of": st.sampled_from(["", "i-0", "i-1", "i-9"]),
    "family": st.sampled_from(["one", "two"]),
})  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(facts, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_no_mixture_of_facts_makes_the_order_matter(rows, random):
    members = [told(f"i-{n}", **row) for n, row in enumerate(rows)]
    shuffled = members[:]
    random.shuffle(shuffled)
    drawn = merge("m-1", members)
    assert merge("m-1", shuffled) == drawn
    assert drawn.published <= drawn.updated
    assert 1 <= drawn.origins <= len(members)
    assert (drawn.state == "held") == any(row["kind"] != "preview" for row in rows)


def test_the_title_comes_from_the_official_source_in_the_readers_language():
    members = (told("i-1", title="Outlet's title of the meeting"), told("i-2", source="gov", role="official", title="The ministry's title of the meeting", seen=1),
               told("i-3", source="gov-ru", role="official", language="ru", title="Встреча министров Австралии и Фиджи в Суве", seen=2))  # fmt: skip
    assert merge("m-1", members).title == "The ministry's title of the meeting"
    assert merge("m-1", members, languages=("ru", "en")).language == "ru"


def test_a_report_gives_the_title_before_a_preview_does():
    members = (
        told("i-1", role="official", kind="preview", title="Minister to visit Suva next week"),
        told("i-2", source="paper", title="Ministers have met in Suva", seen=24),
    )
    assert merge("m-1", members).title == "Ministers have met in Suva"


def test_a_planned_meeting_is_held_once_a_report_says_so():
    preview = told("i-1", kind="preview")
    assert merge("m-1", (preview,)).state == "planned"
    assert merge("m-1", (preview, told("i-2", source="ke", seen=24))).state == "held"


def test_the_day_is_what_most_origins_say_and_a_reprint_is_no_second_voice():
    right, other = told("i-1"), told("i-2", source="ke", seen=1)
    wrong = told("i-3", source="tz", day=date(2026, 3, 5), day_confidence=0.95, seen=2)
    reprints = [told(f"i-{n}", source=f"mirror-{n}", day=date(2026, 3, 5), day_confidence=0.95, seen=3, copy_of="i-3") for n in (4, 5, 6)]
    assert merge("m-1", (right, other, wrong, *reprints)).day == date(2026, 3, 4)


def test_both_days_are_kept_with_their_items_when_outlets_disagree():
    quote = Quote("body", 0, "4 March")
    drawn = merge("m-1", (told("i-1", day_quote=quote), told("i-2", source="ke", day=date(2026, 3, 5), seen=1), told("i-3", source="tz", seen=2)))
    days = [account for account in drawn.accounts if account.fact == "day"]
    assert [(a.value, a.items) for a in days] == [("2026-03-04", ("i-1", "i-3")), ("2026-03-05", ("i-2",))]
    assert days[0].quote == quote


def test_people_are_joined_across_spellings_and_shown_in_full():
    ivanov = Person("Иван Иванов", "ivan ivanov", "", "RU")
    full, short = Person("Ivan Petrovich Ivanov", "ivan ivanov", "Minister of Internal Affairs", "RU"), Person("Ivanov", "ivanov", "", "RU")
    drawn = merge(
        "m-1",
        (told("i-1", language="ru", people=(ivanov,)), told("i-2", source="ke", people=(short,), seen=1), told("i-3", source="tz", people=(full,), seen=2)),
    )
    assert [(p.name, p.post, p.country) for p in drawn.people] == [("Ivan Petrovich Ivanov", "Minister of Internal Affairs", "RU")]


def test_copies_and_one_family_count_as_one_origin():
    wire = told("i-1", source="wire-en", family="wire")
    sister = told("i-2", source="wire-fr", family="wire", language="fr", seen=1)
    mirror = told("i-3", source="mirror", copy_of="i-1", seen=2)
    assert merge("m-1", (wire, sister, mirror)).origins == 1
    own = merge("m-1", (wire, sister, mirror, told("i-4", source="paper", seen=3)))
    assert (own.origins, own.outlets) == (2, 4)


def test_a_reprint_moves_nothing_and_a_new_origin_moves_updated():
    first, mirror, own = told("i-1"), told("i-2", source="mirror", copy_of="i-1", seen=2), told("i-3", source="paper", seen=5)
    alone = merge("m-1", (first,))
    assert merge("m-1", (first, mirror)).updated == alone.updated
    grown = merge("m-1", (first, mirror, own))
    assert grown.updated - alone.updated == timedelta(hours=5)
    assert grown.published == alone.published


def test_a_new_fact_in_a_reprint_moves_updated():
    first, mirror = told("i-1"), told("i-2", source="mirror", copy_of="i-1", seen=2, agreements=(Agreement("plan for joint patrols"),))
    assert merge("m-1", (first, mirror)).updated - merge("m-1", (first,)).updated == timedelta(hours=2)


def test_two_meetings_updated_by_one_item_differ_in_the_fraction_of_a_second():
    one, two = merge("m-1", (told("i-1"),)), merge("m-2", (told("i-1"),))
    assert one.updated != two.updated
    assert abs(one.updated - two.updated) < timedelta(seconds=1)


def test_a_country_that_most_outlets_only_mention_is_no_party():
    tonga = Party("TO", "country", "party")
    mention = replace(tonga, role="mention")
    pair = make.report().parties
    drawn = merge(
        "m-1", (told("i-1", parties=(*pair, tonga)), told("i-2", source="ke", parties=(*pair, mention)), told("i-3", source="tz", parties=(*pair, mention)))
    )
    assert [p.code for p in drawn.parties if p.role == "party"] == ["AU", "FJ"]


def test_the_summary_is_a_few_sentences_of_the_best_source_and_no_initial_ends_one():
    body = "Gen. J. Field met Mr. Ravu in Suva. They spoke of borders. A plan was signed. Weather was fine. More tomorrow."
    assert merge("m-1", (told("i-1", body=body),)).summary == "Gen. J. Field met Mr. Ravu in Suva. They spoke of borders. A plan was signed."


def test_a_meeting_told_in_passing_is_titled_by_its_own_sentence():
    aside = "Later Joan Field called on the President of Fiji. They recalled the flood."
    member = told("i-1", title="Ravu and Field hold talks", position=1, passage=Quote("body", 0, aside), body=aside)
    assert merge("m-1", (member,)).title == "Later Joan Field called on the President of Fiji."


def test_ids_are_minted_from_the_founding_report():
    assert meeting_id_for("i-1", 0) == meeting_id_for("i-1", 0)
    assert len({meeting_id_for("i-1", 0), meeting_id_for("i-1", 1), meeting_id_for("i-2", 0)}) == 3


def test_one_holder_of_an_office_is_one_person_in_scripts_that_cannot_be_compared():
    russian = told("i-1", language="ru", people=(Person("Марат Тулегенов", "marat tulegenov", "Minister of Internal Affairs", "KZ"),))
    chinese = told("i-2", source="cn", language="zh", people=(Person("马拉特·图列格诺夫", "马拉特图列格诺夫", "Minister of Internal Affairs", "KZ"),), seen=1)
    drawn = merge("m-1", (russian, chinese))
    assert [person.name for person in drawn.people] == ["Марат Тулегенов"]


def test_two_holders_of_an_office_in_one_report_are_two_people():
    both = told("i-1", language="zh", people=(Person("马拉特", "马拉特", "Minister of Internal Affairs", "KZ"), Person("阿里", "阿里", "Minister of Internal Affairs", "KZ")))
    assert len(merge("m-1", (both,)).people) == 2


def test_a_paper_is_named_once_in_the_readers_language_and_in_full():
    members = (
        told("i-1", language="vi", agreements=(Agreement("bản ghi nhớ về phòng, chống ma túy"),)),
        told("i-2", source="a", agreements=(Agreement("memorandum of understanding"),), seen=1),
        told("i-3", source="b", agreements=(Agreement("memorandum of understanding on fighting synthetic drugs"),), seen=2),
    )
    assert merge("m-1", members).agreements == ("memorandum of understanding on fighting synthetic drugs",)


def test_of_many_topics_those_that_two_origins_or_a_title_name_are_kept():
    many = tuple((topic, None) for topic in ("drugs", "trade", "training", "defence", "immigration"))
    titled = (("extradition-and-legal-assistance", Quote("title", 0, "Ministers")),)
    assert merge("m-1", (told("i-1", topics=(*many, *titled)), told("i-2", source="b", topics=(("drugs", None),), seen=1))).topics == (
        "drugs", "extradition-and-legal-assistance")  # fmt: skip
    assert len(merge("m-1", (told("i-1", topics=many),)).topics) <= 4


def test_a_party_that_one_origin_of_many_names_is_a_slip():
    pair, more = make.report().parties, (*make.report().parties, Party("SG", "country", "party"))
    members = (told("i-1", parties=pair), told("i-2", source="b", parties=pair, seen=1), told("i-3", source="c", parties=more, seen=2))
    assert [p.code for p in merge("m-1", members).parties if p.role == "party"] == ["AU", "FJ"]
    assert [p.code for p in merge("m-1", members[2:]).parties if p.role == "party"] == ["AU", "FJ", "SG"]


def test_a_conference_lasts_from_the_first_day_reported_to_the_last():
    members = tuple(told(f"i-{n}", source=f"s-{n}", act="conference", day=date(2026, 3, 4 + n), day_confidence=0.95, seen=n) for n in range(3))
    drawn = merge("m-1", members)
    assert (drawn.day, drawn.day_end) == (date(2026, 3, 4), date(2026, 3, 6))
    talks = tuple(replace(m, report=replace(m.report, act="talks")) for m in members)
    assert merge("m-1", talks).day_end is None


def test_a_title_that_says_who_met_goes_before_one_that_does_not():
    vague = told("i-1", source="gov", role="official", title="A new page in a long and warm friendship")
    clear = told("i-2", source="press", title="Field and Ravu hold talks in Suva", seen=1, act_quote=Quote("title", 15, "hold talks"))
    assert merge("m-1", (vague, clear)).title == "Field and Ravu hold talks in Suva"


def test_where_no_report_says_the_day_the_likeliest_is_the_first_that_any_takes_for_it():
    open_days = [
        told("i-1", day=None, earliest=date(2026, 3, 3), latest=date(2026, 3, 5), alternatives=(date(2026, 3, 5), date(2026, 3, 4))),
        told("i-2", source="ke", seen=1, day=None, earliest=date(2026, 3, 2), latest=date(2026, 3, 4), alternatives=(date(2026, 3, 4),)),
    ]
    met = merge("m-1", open_days)
    assert (met.day, met.likely) == (None, date(2026, 3, 4))
    dated = merge("m-1", [*open_days, told("i-3", source="fj", seen=2, day=date(2026, 3, 3))])
    assert (dated.day, dated.likely) == (date(2026, 3, 3), None)
