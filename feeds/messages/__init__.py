"""The words we write ourselves, in each language we write.

words.py     the messages of a language, filled in
en.toml      English; every message must be here
vi.toml      Vietnamese; what is missing is said in English
"""
