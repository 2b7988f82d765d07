"""A participant's code: how it is written, how long it holds, and what is said when it does not."""

import secrets
from datetime import date, timedelta

from marketplace.errors import Invalid

ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without I, L, O, U, 0 and 1, which are read as each other; no word can be made by chance."""

LENGTH = 10
"""30¹⁰ codes: with a few tries a quarter of an hour nobody finds one by guessing."""

CODE_DAYS = 60
"""Calendar days that a code holds. A choice with study visits takes weeks, and the plan is agreed after it."""

OPENINGS_A_DAY = 30
"""Times that a code opens the page in a day: more than a person needs, fewer than a list of strangers."""


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def written(code: str) -> str:
    """In two groups, as it is shown and printed."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def bare(text: str) -> str:
    """What somebody has typed, without the case, hyphens and spaces that do not matter."""
    return "".join(
        character for character in text.upper() if not character.isspace() and character not in "-–_."
    )


def read_code(text: str) -> str:
    """The code in what somebody has typed. Raises Invalid."""
    code = bare(text)
    if len(code) != LENGTH:
        raise Invalid(f"Koden har {LENGTH} tecken. Du skrev {len(code)}. Skriv hela koden.", field="code")
    if set(code) - set(ALPHABET):
        raise Invalid(WRONG_SV, field="code")
    return code


WRONG_SV = "Koden stämmer inte. Titta på varje tecken och skriv igen."

TOO_OFTEN_SV = (
    "Koden har använts många gånger i dag. Försök igen i morgon. Eller be din handläggare om en ny kod."
)


def expiry(given_on: date) -> date:
    """The last day on which a code given on the day holds."""
    return given_on + timedelta(days=CODE_DAYS)


def check_holds(*, expires_on: date, is_revoked: bool, today: date) -> None:
    """Raises Invalid for a code that was right once."""
    if is_revoked:
        raise Invalid("Koden gäller inte längre. Be din handläggare om en ny kod.", field="code")
    if today > expires_on:
        raise Invalid("Koden har gått ut. Be din handläggare om en ny kod.", field="code")
