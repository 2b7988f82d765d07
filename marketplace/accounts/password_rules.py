"""Which passwords will do: long, and not easily guessed. Anything else goes, and none expires."""

import re

from zxcvbn import zxcvbn

from marketplace.errors import Invalid

MIN_PASSWORD = 12
_LOOKED_AT = 72
"""Characters that the guessing is reckoned from: a longer password is no easier, and reckoning takes time."""
_GUESSES = 10**9
"""That it has to withstand, as zxcvbn reckons them. Online, a hundred a day are let through."""
_OF_THE_PRODUCT = (
    "platstorget",
    "arbetsträning",
    "lösenord",
    "handläggare",
    "handledare",
    "samordnare",
    "sommar",
)


def check_new_password(password: str, *about: str) -> None:
    """`about`: what others know of whose it is, such as name and address. Raises Invalid beside the field."""
    if len(password) < MIN_PASSWORD:
        raise Invalid(f"Välj ett lösenord med minst {MIN_PASSWORD} tecken.", field="password")
    known = [word for text in about for word in re.split(r"\W+", text.lower()) if len(word) > 2]
    guessed = zxcvbn(password[:_LOOKED_AT], user_inputs=[*known, *_OF_THE_PRODUCT])
    if guessed["guesses"] < _GUESSES:
        raise Invalid(
            "Lösenordet är lätt att gissa. Ta flera ord som inte hör ihop, och inte namn, årtal eller tangenter i rad.",
            field="password",
        )
