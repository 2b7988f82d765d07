"""Invented people. No name is anyone's, and no personal number can be: see docs/adr/0011-invented-people.md."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from stdnum import luhn

from marketplace.reference.rules import Sex


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WOMEN = _words("""
    Agnes Alva Amina Anja Annika Asta Ayan Barbro Birgit Camilla Carina Cecilia Dana Ebba Edit Elif Elin Ellen Elsa
    Eva Fadumo Farah Freja Greta Gunilla Hanna Hedda Helin Ida Inger Ingrid Iris Jasmin Jenny Johanna Karin Kerstin
    Khadija Klara Lena Leyla Linnea Lisbet Lovisa Maja Malin Margareta Maria Marta Mona Moa Nadia Nina Olga Pia Rana
    Rebecka Rosa Rut Saga Samira Sara Selma Signe Siv Sofia Stina Svea Tilda Tora Ulla Vera Wilma Yasmin Ylva Zahra
""")
_MEN = _words("""
    Abdi Adam Ahmed Albin Aldin Anders Anton Arvid Axel Ali Bengt Birger Bo Christer Dani David Edvin Elias Emil
    Erik Fredrik Göran Gustav Hamid Hampus Harald Hassan Henrik Hugo Idris Ivar Jakob Jamal Jens Joel Johan Jonas
    Kalle Karim Kjell Lars Leo Linus Ludvig Magnus Mattias Mehmet Mikael Mohamed Nils Noel Olle Omar Oskar Patrik
    Per Rasmus Reza Robin Rolf Samir Sebastian Sigurd Sixten Stefan Sten Svante Tage Tariq Tomas Ture Viktor Ville
""")
_FIRST_HALVES = _words("""
    Alm Ask Asp Berg Björk Brunn Dal Ek En Fager Fjäll Flod Furu Gran Grön Hag Hassel Hav Hed Hägg Kvarn Lin Ljung
    Lund Lönn Mar Mel Mo Mål Myr Mån Norr Näck Ny Ren Rosen Rönn Silver Sjö Skog Sol Sten Ström Sund Söder Tall
    Tran Törn Udd Vall Vass Vik Vind Vår Väster Åker Äng Öst
""")
_SECOND_HALVES = _words("""
    backe blom borg bris bro dag damm falk flinga fors gren glans gård hjelm klint krona kulla kvist lid ljus löv
    mark mossa måne ros skär sky sping stig strimma tjärn topp torn val vide våg våning ång
""")
_TRIPLED, _DOUBLED = re.compile(r"(.)\1\1"), r"\1\1"  # Tall + lid is Tallid


def full_name(rng: Random, sex: Sex) -> str:
    """A first name and a family name put together of halves, so that it is hardly anyone's."""
    first = rng.choice(_WOMEN if sex is Sex.WOMAN else _MEN)
    family = rng.choice(_FIRST_HALVES) + rng.choice(_SECOND_HALVES)
    return f"{first} {_TRIPLED.sub(_DOUBLED, family)}"


def unique_names(rng: Random, sexes: Iterator[Sex]) -> Iterator[str]:
    """A name that none before it has, for each sex asked for."""
    used: set[str] = set()
    for sex in sexes:
        name = full_name(rng, sex)
        while name in used:
            name = full_name(rng, sex)
        used.add(name)
        yield name


_COORDINATION_DAYS = 60
_BIRTH_NUMBER = {Sex.WOMAN: "238", Sex.MAN: "239", Sex.OTHER: "238"}
"""Those of the example numbers that Skatteverket publishes for tests; even for a woman, odd for a man."""
_OLDEST, _YOUNGEST = 62, 19  # years when the history begins


def personal_numbers(rng: Random, sex: Sex, begins_on: date, how_many: int) -> list[str]:
    """Different coordination numbers with valid check digits, for adults when the history begins."""
    oldest = begins_on - timedelta(days=365 * _OLDEST)
    span = 365 * (_OLDEST - _YOUNGEST)
    born = rng.sample(range(span), how_many)
    return [personal_number(oldest + timedelta(days=days), sex) for days in born]


def personal_number(born: date, sex: Sex) -> str:
    """ÅÅÅÅMMDD-NNNN in the form of a coordination number: sixty is added to the day."""
    day = born.day + _COORDINATION_DAYS
    eight = f"{born.year:04d}{born.month:02d}{day:02d}"
    nine = eight[2:] + _BIRTH_NUMBER[sex]
    return f"{eight}-{_BIRTH_NUMBER[sex]}{luhn.calc_check_digit(nine)}"


NEEDS = (
    "",
    "",
    "",
    "Behöver korta arbetspass i början.",
    "Arbetar bäst i lugn miljö.",
    "Bör inte lyfta tungt.",
    "Behöver muntliga instruktioner, en sak i taget.",
    "Läser långsamt. Bilder hjälper.",
    "Behöver sitta ned en del av dagen.",
    "Trivs bäst i en liten grupp.",
    "Behöver kunna ta paus när det behövs.",
    "Vill öva svenska i arbetet.",
)
"""What bears on the work; nothing about diagnosis or background."""
