"""What holds the words that somebody looks for.

Every text is held folded (folding.py), so words are found with or without
diacritics, in any script, and by their beginning.

Touches: the database it was given.
"""

from __future__ import annotations

import re

from storage.database import Database, Values
from storage.folding import words

MOST_WORDS = 12         # that are looked for; each is one more look at every text

# Thai, Lao, Burmese and Khmer are written without spaces, so a word may begin inside a run of letters.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def condition(text: str) -> tuple[str, Values]:
    """What a text `w.words` must be to hold each word of `text`, or one that begins with it, with its values; ("", {}) when there is no word."""
    wanted = [_pattern(word) for word in text.split() if words(word)][:MOST_WORDS]
    return " AND ".join(f"w.words LIKE :word_{place}" for place in range(len(wanted))), {f"word_{place}": pattern for place, pattern in enumerate(wanted)}


def meetings_with(database: Database, text: str, limit: int, offset: int = 0) -> tuple[str, ...]:
    """The ids of meetings of which one report holds each word of `text`, or a word that begins with it; those reported last first."""
    every, values = condition(text)
    if not every:
        return ()
    rows = database.query(
        "SELECT c.meeting_id FROM item_words w JOIN items i ON i.id = w.item_id JOIN coverage c ON c.item_id = w.item_id"
        f" WHERE {every} GROUP BY c.meeting_id ORDER BY max(i.first_seen) DESC, c.meeting_id LIMIT :limit OFFSET :offset",
        {**values, "limit": limit, "offset": offset},
    )
    return tuple(id for (id,) in rows)


def _pattern(word: str) -> str:
    """What LIKE looks for. Folded words hold letters and digits only, so nothing in them is a wildcard."""
    return f"%{'' if _UNSPACED.search(word) else ' '}{' '.join(words(word))}%"
