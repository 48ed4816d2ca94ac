"""What an item says: encounters with their day, place, people, parties, act, agreements and topics.

reading.py         an item as its reports: the steps below in order. Read this first
packs.py           what each language needs, as data: one folder per language
passages.py        an item's text laid out: parts, paragraphs, sentences, quotes
words.py           phrases found in a text, per language
matching_words.py  phrases whose words may end in several ways
dates.py           which days a text speaks of
day.py             which of them is the day of the meeting
posts.py           which offices a text names
names.py           names as they stand in a sentence, with what stands beside them
han.py             where a name written in Han ends
cases.py           Slavic names put back into the nominative
people.py          who took part
authority.py       who a name in office is, by a table of office-holders
syllables.py       whether two spellings of a name sound alike
spellings.py       how a syllable is written in other scripts
sounds.py          a word as the sounds its letters may stand for
boilerplate.py     what every text of a source begins or ends with
acts.py            what was done: talks, a reception, a call …
telling.py         what each sentence says of encounters
kinds.py           whether an item reports, announces or recalls
encounters.py      one item, several meetings
agreements.py      what was signed
signing.py         whether anything was signed
countries.py       which countries a text names
parties.py         which of them met, and which are only mentioned
places.py          where
topics.py          about what
data/              the packs of the languages, and the words for countries

Touches: nothing.
"""
