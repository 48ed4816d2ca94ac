"""Which meeting an item reports, and what the meeting then is.

keys.py       what makes two reports worth comparing
names.py      whether two spellings are one person's name
terms.py      the words of a text, and what a shared one is worth
copies.py     which text is a reprint of which
facts.py      two reports side by side: who is in both, and who is missed
signals.py    what speaks for and against two reports being of one meeting
conflicts.py  what forbids two reports to be of one meeting
match.py      signals weighed into one decision, with reasons
repair.py     meetings that were touched, looked at again
merge.py      a meeting drawn from all its members
rulings.py    what people's rulings mean for items and meetings
people.py     its people, each once over all spellings
data/         tables: words of posts, common words
"""
