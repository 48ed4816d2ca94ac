"""Visits to sources.

scheduler.py    which sources are visited now: one round, or round after round. Read this first
lines.py        the sources of each host in a line: which may be visited now, and the visits in order
visiting.py     one visit: fetch, read, hand over, remember how it went
reading.py      what a document holds for us, with the articles it links to
again.py        which entries are items we have already, under another id
robots.py       whether a page may be read, by its host's robots.txt
moves.py        when a permanent redirect is believed
pace.py         when to come back
outage.py       the network was gone and is back
habits.py       how long a source may be silent before it is worth a warning
desk.py         the one thread that touches the store
sieve.py        the words a source's entries must have, or must not
"""
