"""How much is loaded and how long it is asked. BENCH_… in the environment make it smaller for a quick look."""

import os
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Sizes:
    """Each is set by BENCH_<NAME>."""

    places: int = 100_000
    """Ten placements for each; in the small database one for ten."""
    clients: int = 8
    seconds: float = 6.0
    """For each leg of a round."""
    rounds: int = 5
    bookings: int = 24_000
    """Rounds that wait for a request."""
    rush: int = 200
    """Clients who want one of five seats."""
    requests: int = 10_000
    """How many a worker's memory is watched over."""
    days: int = 1_000_000
    """Of attendance in the month that is run; 500 for each invoice."""

    users: int = 200
    """People at work at once."""
    load_seconds: float = 600.0
    """How long they are."""
    placements: int = 100_000
    """Of the year that indicators are counted of; ten days of attendance for each."""

    def stamp(self) -> str:
        return f"{self.places}-{self.bookings}-{self.rush}-{self.placements}"


def from_environment() -> Sizes:
    usual = Sizes()
    given = {}
    for field in fields(Sizes):
        text = os.environ.get(f"BENCH_{field.name.upper()}")
        if text:
            given[field.name] = type(getattr(usual, field.name))(text)
    return Sizes(**given)
