"""An entry as an item.

items.py        clean text, canonical link, UTC, an id that is the same everywhere. Read this first
known.py        which entries were in the last document word for word, so that they need not be read again
links.py        a link in its canonical form
markup.py       HTML made harmless, and as plain text
language.py     which language a text is in
credit.py       whom a text credits
"""
