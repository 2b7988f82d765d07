"""What the demo's places tell beyond its input: tasks, days, demands and accessibility, read out of its words."""

import re
from datetime import time
from typing import Any

from demo.story import Place, Site
from enterprises.places.rules import MAX_TASKS, Demand, SiteAccess

_DEMANDS = {
    Demand.CUSTOMERS: r"kund|gäst|besök|butik|kassa|server",
    Demand.NUMBERS: r"kassa|räkna|lager|mäter|väger",
    Demand.HEAVY_LIFTING: r"lyft|bär|flytt|sten|möb|last",
    Demand.OUTDOORS: r"trädgård|park|skog|odl|ute|rabatt|gräs|djur|häst|snö",
    Demand.NOISE: r"såg|slip|borr|verkstad|maskin|disk",
    Demand.DUST: r"slip|såg|damm|färg|mjöl|hö|lim",
    Demand.MACHINES: r"såg|svarv|maskin|svets|fräs",
    Demand.COMPUTER: r"dator|webb|regist|mejl|system|bild",
    Demand.EARLY_MORNINGS: r"bak|frukost|bröd",
    Demand.READS_SWEDISH: r"order|beställning|recept|skylt|skriv|läs",
    Demand.DRIVING_LICENCE: r"kör bil|skåpbil|transport",
    Demand.STANDING: r"kök|städ|tvätt|butik|lager|verkstad",
}
_ACCESS = {
    SiteAccess.STEP_FREE_ENTRANCE: r"markplan|ramp|automatiska dörrar|utan trapp|inga trapp",
    SiteAccess.LIFT: r"hiss|markplan",
    SiteAccess.ACCESSIBLE_TOILET: r"toalett",
    SiteAccess.HEARING_LOOP: r"hörslinga",
    SiteAccess.QUIET_ROOM: r"vilrum|tyst",
    SiteAccess.DISABLED_PARKING: r"parkering",
    SiteAccess.PUBLIC_TRANSPORT: r"hållplats|buss|station|pendeltåg",
}
_FULL_DAY, _SHORT_DAY = (time(8), time(16)), (time(8, 30), time(15))
_TASK = re.compile(r"(^|, | och )(.+?)(?=, | och |$)")
_THINGS = {"affischer", "foldrar", "kablar", "kuddar", "lekar", "reservdelar", "trallar", "tvättstugor"}
_SHORT_DAY_HOURS = 26  # a week of four short days


def accessibility(site: Site) -> list[str]:
    told = site.accessibility_sv.lower()
    return [code for code, words in _ACCESS.items() if re.search(words, told)]


def told_beyond(place: Place) -> dict[str, Any]:
    """The rest of what `add_place` takes."""
    words = f"{place.name} {place.tasks_sv}".lower()
    starts, ends = _SHORT_DAY if place.hours_max <= _SHORT_DAY_HOURS else _FULL_DAY
    tasks = _tasks(place.tasks_sv)
    return {
        "tasks": tasks,
        "rotates": len(tasks) > 2,
        "weekdays": (1, 2, 3, 4) if place.hours_max <= _SHORT_DAY_HOURS else (1, 2, 3, 4, 5),
        "day_starts": starts,
        "day_ends": ends,
        "demands": [code for code, found in _DEMANDS.items() if re.search(found, words)],
    }


def _tasks(text: str) -> list[str]:
    """ "Slipar bord och stolar, limmar och oljar." → each thing that is done by itself."""
    found: list[str] = []
    for joint, part in _TASK.findall(text.strip(" .")):
        if found and not _is_done(part, found[-1], joint):
            found[-1] += joint + part
        else:
            found.append(part)
    return [task[0].upper() + task[1:] for task in found][:MAX_TASKS]


def _is_done(part: str, before: str, joint: str) -> bool:
    """Begins with a verb. After a verb with its object one word more is another object: "byter kedjor och bromsar"."""
    words = part.split()
    is_object = len(words) == 1 and len(before.split()) > 1 and joint == " och "
    return words[0].endswith("r") and words[0] not in _THINGS and not is_object
