"""Visits to sources.

scheduler.py    which sources are visited now: one round, or round after round. Read this first
visiting.py     one visit: fetch, parse, read the articles, hand over, remember how it went
robots.py       whether a page may be read, by its host's robots.txt
pace.py         when to come back
sieve.py        the words a source's entries must have, or must not
"""
