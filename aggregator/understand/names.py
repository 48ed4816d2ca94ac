"""Names of people as they stand in a sentence, each with the office and country beside it.

A name is a run of capitalised words beside an office, a rank or the word "counterpart", or beside the verb
of an encounter. Han names are read after an office, Japanese and Korean names before it; scripts without
capitals are read after an office too. Ranks and honorifics are no part of a name.

Touches: nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from aggregator.understand.han import han_name_end, is_surname
from aggregator.understand.packs import GENERIC, MODEL, having, listed, table, trait
from aggregator.understand.passages import Page, Sentence
from aggregator.understand.posts import HONOUR, PLAIN, Post
from aggregator.understand.words import Hit, lower, within

LONGEST_NAME = 6                                # words: Malay and Arabic names with their particles

Mark = tuple[str, int, int, Post | None]        # what stands beside a name: its kind, where, and the office if it is one


@dataclass(frozen=True, slots=True)
class Nation:
    """A country named: page.text[start:end]."""

    start: int
    end: int
    code: str
    is_city: bool = False                       # named by one of its cities


@dataclass(frozen=True, slots=True)
class Spotted:
    """One mention of a name, with what stands beside it."""

    start: int
    end: int
    name: str
    post: Post | None
    country: str
    sure: bool                                  # an office, rank or encounter beside it
    is_counterpart: bool = False


_TOKEN = re.compile(r"[^\W\d_](?:[\w'’ʼ-]*\w)?", re.UNICODE)
_OF = re.compile(r"\s+(?:of|de|du|von|di|da|do|của)\s+(?:the\s+|la\s+|l['’])?")
_ACT_GAP = 2                                    # characters between a name and the verb beside it


@cache
def _no_names(language: str) -> frozenset[str]:
    """Words in capitals that are no part of a name: those of the language and of English; of all where it has none of its own."""
    if language in having("names") or trait(language, "case"):
        return frozenset(word for pack in (language, MODEL) for word in table(pack, "names").get("none", ()))
    words = {pack: table(pack, "names").get("none", ()) for pack in having("names")}
    return frozenset(word for pack, listed_words in words.items() for word in listed_words if len(word) > 3 or pack == MODEL)


class NameReader:
    """The marks of one page, and how names are read between them."""

    def __init__(self, page: Page, posts: Sequence[Post], nations: Sequence[Nation], acts: Sequence[Hit], titles: Sequence[Hit], matched: Sequence[Hit],
                 aside: Sequence[tuple[int, int]], language: str) -> None:
        self.page, self.language = page, language
        self.posts, self.nations = posts, nations
        self.none = _no_names(language)
        self.particles = frozenset(table(GENERIC, "names")["particle"])
        self.connectors = listed(language, "names", "connector")
        self.stops = listed(language, "names", "stop")
        self.by_end: dict[int, Mark] = {}
        self.by_start: dict[int, Mark] = {}
        self.marks: list[tuple[int, int]] = []
        for hit in titles:
            self._mark("title", hit.start, hit.end, None)
        for hit in matched:
            self._mark("counterpart", hit.start, hit.end, None)
        for post in posts:
            self._mark("post", post.start, post.end, post)
        for nation in nations:
            if not (nation.is_city and self._is_given_name(page, nation)):
                self._mark("nation", nation.start, nation.end, None)
        for start, end in aside:
            self.marks.append((start, end))
        self.act_ends = sorted({hit.end for hit in acts if hit.label.startswith("held")})
        self.beside_acts = {hit.start - gap for hit in acts if hit.label.startswith("held") for gap in range(1, _ACT_GAP + 1)}
        self.after_acts = {end + gap for end in self.act_ends for gap in range(1, _ACT_GAP + 1)}
        self.act_spans = [(hit.start, hit.end) for hit in acts if hit.end - hit.start > 2]
        blocked = bytearray(len(page.text) + 1)
        for start, end in (*self.marks, *self.act_spans):
            blocked[start:end] = b"\x01" * (end - start)
        self.blocked = blocked
        self.country_at = {(nation.start, nation.end): nation.code for nation in nations}

    def _is_given_name(self, page: Page, nation: Nation) -> bool:
        """Whether a city's name stands as a name: right after an office, right before another capital ("Minister Paris Alles")."""
        text = page.text
        return nation.start - 1 in self.by_end and text[nation.end:nation.end + 1] == " " and text[nation.end + 1:nation.end + 2].isupper()

    def _mark(self, kind: str, start: int, end: int, post: Post | None) -> None:
        self.marks.append((start, end))
        self.by_end[end] = (kind, start, end, post)
        self.by_start[start] = (kind, start, end, post)

    def read(self, sentence: Sentence) -> list[Spotted]:
        case = trait(self.language, "case")
        if case == "clinging":
            return self._read_clinging(sentence) + self._read_capitals(sentence)
        if case == "none":
            return self._read_uncased(sentence) + self._read_capitals(sentence)
        return self._read_capitals(sentence)

    # -- alphabets with capitals

    def _read_capitals(self, sentence: Sentence) -> list[Spotted]:
        text = self.page.text
        tokens = [(found.start(), found.end(), found.group()) for found in _TOKEN.finditer(text, sentence.start, sentence.end)]
        is_headline = sentence.part == "title" and _is_title_case(tokens)
        runs: list[list[tuple[int, int, str]]] = []
        run: list[tuple[int, int, str]] = []
        for number, (start, end, word) in enumerate(tokens):
            fits = word[0].isupper() and not self.blocked[start]
            if not fits and run and word in self.particles and not self.blocked[start] and number + 1 < len(tokens):
                after = tokens[number + 1]
                if after[2] in self.particles and number + 2 < len(tokens) and text[end:after[0]] == " ":
                    end, after = after[1], tokens[number + 2]       # "von der Leyen"
                is_joined = after[2][0].isupper() and not self.blocked[after[0]] and text[end:after[0]] in (" ", "-")
                fits = is_joined and (self.language != "fr" or word in ("bin", "binti", "bint", "ibn", "van", "von"))
            if fits and run and not self._adjoins(text[run[-1][1]:start], run[-1][2]):
                runs.append(run)
                run = []
            if fits:
                run.append((start, end, word))
            elif run:
                runs.append(run)
                run = []
        if run:
            runs.append(run)
        spotted = []
        for run in runs:
            trimmed = self._trim(run)
            if trimmed and len(trimmed) <= LONGEST_NAME:
                seen = self._weigh(trimmed, sentence, is_headline)
                if seen:
                    spotted.append(seen)
        return spotted

    @staticmethod
    def _adjoins(between: str, last: str) -> bool:
        return between in (" ", "\u00a0", "-", " -", "") or (between in (". ", ".", ".\u00a0") and len(last) <= 2)

    def _trim(self, run: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        """The run without words that are never part of a name."""
        first, last = 0, len(run)
        while first < last and (lower(run[first][2]) in self.none or run[first][2].lower().endswith(("'s", "’s"))):
            if self.language == "vi":
                return []
            first += 1
        for number in range(first, last):
            word = lower(run[number][2])
            if self.language != "vi" and number > first and len(word) > 3 and word in self.none:
                last = number
                break
        while last > first and run[last - 1][2] in self.particles:
            last -= 1
        kept = run[first:last]
        if kept and kept[-1][2].endswith(("'s", "’s")):
            start, end, word = kept[-1]
            kept[-1] = (start, end - 2, word[:-2])
        if any(len(word) > 4 and word.isupper() for _, _, word in kept) and not all(word.isupper() for _, _, word in kept) and len(kept) < 2:
            return []
        return kept

    def _weigh(self, run: list[tuple[int, int, str]], sentence: Sentence, is_headline: bool) -> Spotted | None:
        text = self.page.text
        start, end = run[0][0], run[-1][1]
        name = " ".join(text[start:end].split())
        left, country_left = self._left(start, sentence.start)
        right, country_right, whose = self._right(end, sentence.end)
        post = _best([found for found in left if found[0] == "post"], near_end=True)
        country = country_left
        has_mark = bool(left)
        if right and not whose:
            other = _best(right, near_end=False)
            if post is None or (post.title in PLAIN and other is not None and other.title not in PLAIN):
                post = other or post
            country = country or country_right
            has_mark = True
        if post and not country:
            country = self._of(end)
        beside_act = start in self.after_acts or end in self.beside_acts
        sure = has_mark or (beside_act and len(run) >= 2 and not is_headline)
        if len(run) == 1:
            word = run[0][2]
            if len(word) < 2 or (word.isupper() and len(word) > 3 and not has_mark):
                return None
            sure = bool(post and (post.title not in PLAIN or country)) or any(found[0] == "counterpart" for found in left)
        if is_headline and not has_mark:
            sure = False
        return Spotted(start, end, name, post, country, sure, any(found[0] == "counterpart" for found in left))

    def _of(self, end: int) -> str:
        """The country of "Name of Country"."""
        found = _OF.match(self.page.text, end)
        mark = self.by_start.get(found.end()) if found else None
        return self.country_at[(mark[1], mark[2])] if mark and mark[0] == "nation" else ""

    def _left(self, start: int, floor: int) -> tuple[list[Mark], str]:
        """The chain of offices, ranks and countries right before `start`, nearest first, and the country they are of."""
        text, country, place = self.page.text, "", start
        chain: list[Mark] = []
        for _ in range(8):
            end = place
            while end > floor and text[end - 1] in " ,.:()\u00a0\"“«'’-–" and place - end < 4:
                end -= 1
            if end - 2 > floor and text[end - 2:end] in ("'s", "’s") and end - 2 in self.by_end:
                end -= 2
            mark = None
            for probe in (end, end + 1, place):
                if probe in self.by_end and self.by_end[probe][1] >= floor:
                    mark = self.by_end[probe]
                    break
            if mark is None:
                word = re.search(r"[\w'’]+$", text[max(floor, end - 14):end])
                if word and chain and word.group().lower() in self.connectors:
                    place = end - len(word.group())
                    continue
                if word and word.group().lower() in (self.connectors if country else ("of", "de", "của", "du", "the")):
                    place = end - len(word.group())
                    continue
                if word and word.group().lower() in ("its", "son", "su", "его") and not country:
                    country = next((nation.code for nation in reversed(within(self.nations, max(floor, end - 100), end)) if nation.end <= end), "")
                break
            kind, first, last, _post = mark
            if kind == "nation":
                if chain and "," in text[last:place]:
                    break                       # "in Sochi, Russia, General X": where, not whose
                country = country or self.country_at[(first, last)]
            else:
                if chain and kind == "post" and "," in text[last:place] and self._follows_name(first, floor):
                    break                       # "X, Secretary of A, Minister Y said": the first office is X's
                if kind == "post" and not country:
                    country = next((nation.code for nation in within(self.nations, first, last) if nation.end <= last), "")
                chain.append(mark)
            place = first
        if not any(item[0] in ("post", "title", "counterpart") for item in chain):
            return [], ""
        return chain, country

    def _follows_name(self, start: int, floor: int) -> bool:
        """Whether what begins at `start` stands in apposition to a name: "X, …"."""
        before = self.page.text[max(floor, start - 40):start].rstrip(" \u00a0")
        word = re.search(r"(\w+),$", before)
        return bool(word and word.group(1)[0].isupper() and not self.blocked[start - 1 - (len(self.page.text[max(floor, start - 40):start]) - len(before)) - 1])

    def _right(self, end: int, ceiling: int) -> tuple[list[Mark], str, bool]:
        """The chain of offices after "Name, …", the country they are of, and whether the chain is another name's."""
        text, country, place = self.page.text, "", end
        chain: list[Mark] = []
        if text[end:end + 1] not in (",", "(", " ", "-", "–", "—") or not re.match(r"\s?[,(–—-]\s?", text[end:end + 3]):
            return [], "", False
        for _ in range(10):
            start = place
            while start < ceiling and text[start] in " ,(–—-\u00a0":
                start += 1
            mark = self.by_start.get(start)
            if mark is None or mark[2] > ceiling:
                word = _TOKEN.match(text, start, ceiling)
                if word and word.group().lower() in self.connectors and not (word.group()[0].isupper() and start > end + 2):
                    place = word.end()
                    continue
                if text[start:start + 2] in ("'s", "’s"):
                    place = start + 2
                    continue
                if chain and word and word.group()[0].isupper() and text[place:start] in (" ", "\u00a0"):
                    if len(chain) > 1 and "," in text[chain[0][2]:chain[-1][1]]:
                        return chain[:-1], country, False       # "X, Deputy Secretary of A, Minister Y said": the last office is Y's
                    return chain, country, True
                break
            kind, _first, last, _post = mark
            if kind == "nation":
                country = country or self.country_at[(mark[1], mark[2])]
            elif kind == "post":
                chain.append(mark)
            elif kind == "title" and not chain:
                break
            place = last
        return chain, country if chain else "", False

    # -- Han, kana and Hangul: names cling to the office

    def _read_clinging(self, sentence: Sentence) -> list[Spotted]:
        text, spotted = self.page.text, []
        for post in within(self.posts, sentence.start, sentence.end):
            if text[post.end:post.end + 1] in _BOTH:
                continue
            country = self._country_before(post.start, sentence.start)
            if self.language == "zh":
                name_end = han_name_end(text, post.end, sentence.end)
                if name_end > post.end:
                    start = post.end
                    spotted.append(Spotted(start, name_end, text[start:name_end], post, country, True))
            else:
                pattern = _BEFORE_JA if self.language == "ja" else _BEFORE_KO
                found = pattern.search(text, max(sentence.start, post.start - 14), post.start)
                if found and not self.blocked[found.start(1)]:
                    spotted.append(Spotted(found.start(1), found.end(1), found.group(1), post, self._country_before(found.start(1), sentence.start), True))
        if self.language == "zh":
            spotted += self._bare_han(sentence, spotted)
        return spotted

    def _bare_han(self, sentence: Sentence, known: list[Spotted]) -> list[Spotted]:
        text, found = self.page.text, []
        for start in self.act_ends[bisect_left(self.act_ends, sentence.start):bisect_left(self.act_ends, sentence.end)]:
            if text[start - 1] in "见見":
                end = han_name_end(text, start, sentence.end)
                if end > start and is_surname(text[start]):
                    found.append(Spotted(start, end, text[start:end], None, "", True))
        return found

    def _country_before(self, start: int, floor: int) -> str:
        for nation in reversed(within(self.nations, max(floor, start - 40), start)):
            if nation.end <= start:
                between = self.page.text[nation.end:start]
                return nation.code if len(between) <= 6 and not re.search(r"[，。、,;和与同]", between) else ""
        return ""

    # -- scripts without capitals

    def _read_uncased(self, sentence: Sentence) -> list[Spotted]:
        text, spotted = self.page.text, []
        for post in within(self.posts, sentence.start, sentence.end):
            place, country = post.end, self._country_before(post.start, sentence.start)
            taken: list[tuple[int, int]] = []
            for _ in range(6):
                found = _UNCASED.match(text, place, sentence.end)
                if not found:
                    break
                start = found.start(1)
                mark = self.by_start.get(start)
                if mark and mark[0] == "nation" and not taken:
                    country, place = country or self.country_at[(mark[1], mark[2])], mark[2]
                    continue
                if mark and mark[0] == "title" and not taken:
                    place = mark[2]
                    continue
                if mark or self.blocked[start] or found.group(1) in self.stops or len(taken) == 3:
                    break
                taken.append((start, found.end(1)))
                place = found.end(1)
                if self.language == "th" and len(taken) == 2:
                    break
            if taken and (len(taken) > 1 or self.language in ("hi", "ur", "bn")):
                start, end = taken[0][0], taken[-1][1]
                spotted.append(Spotted(start, end, text[start:end], post, country, True))
        return spotted


_UNCASED = re.compile(r"[\s,،]{0,2}([^\W\d_](?:[\w\u0900-\u0963\u064b-\u0652\u0e31-\u0e4e’'-]*)\.?)")
_BOTH = ("兼", "暨")           # "deputy prime minister and foreign minister": the name follows the second office
_BEFORE_JA = re.compile(r"(?:^|[^\u4e00-\u9fff\u30a0-\u30ff々・=＝])((?:[\u4e00-\u9fff々]{2,4}|[\u30a1-\u30ff・=＝]{3,16}))(?:[\u4e00-\u9fff]{0,3})$")
_BEFORE_KO = re.compile(r"(?:^|[\s(·‘“\"])([\uac00-\ud7a3]{2,5}(?:\s[\uac00-\ud7a3]{2,6})?)\s(?:[\uac00-\ud7a3]{1,8}\s)?$")
def _is_title_case(tokens: list[tuple[int, int, str]]) -> bool:
    long = [word for _, _, word in tokens if len(word) > 3 and word[0].isalpha() and word[0].lower() != word[0].upper()]
    return len(long) >= 4 and sum(word[0].isupper() for word in long) > 0.75 * len(long)


def _best(chain: Sequence[Mark], *, near_end: bool) -> Post | None:
    """The office of a chain that says most: a portfolio before a general one, an honour last."""
    def weight(post: Post) -> int:
        if post.title == HONOUR:
            return 0
        if post.title in PLAIN:
            return 1
        return 3 if " of " in post.title else 2
    posts = [post for _, _, _, post in chain if post is not None]
    return max(posts, key=weight, default=None)


