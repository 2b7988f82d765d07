"""Free text: what somebody types, as a question to PostgreSQL's text search that can never be malformed."""

import re

MOST_WORDS = 8
SHORTEST_WORD = 2
LONGEST_WORD = 40
LONGEST_TEXT = 200
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Letters and digits that belong together, small, each once; the first of them when there are very many."""
    found = [word[:LONGEST_WORD] for word in _WORD.findall(text[:LONGEST_TEXT].lower())]
    return list(dict.fromkeys(word for word in found if len(word) >= SHORTEST_WORD))[:MOST_WORDS]


def text_query(text: str) -> str:
    """For `to_tsquery`: every word as the beginning of one, so that "trädgård" finds "trädgårdsarbete". Empty when
    there is no word to search for."""
    return " & ".join(f"'{word}':*" for word in words_of(text))
