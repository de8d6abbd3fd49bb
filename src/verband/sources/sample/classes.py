"""Size class, urbanity, centre function and social structure, in the words of the published files."""

from __future__ import annotations

from verband.sources.sample.model import PROVINCE_NAME, Municipality, Province

_SIZES = (
    (5_000, "minderdan5000inwoners"),
    (10_000, "5000tot10000inwoners"),
    (20_000, "10000tot20000inwoners"),
    (50_000, "20000tot50000inwoners"),
    (100_000, "50000tot100000inwoners"),
    (150_000, "100000tot150000inwoners"),
    (250_000, "150000tot250000inwoners"),
)
_URBANITY = (
    (12_000, "Nietstedelijk"),
    (30_000, "Weinigstedelijk"),
    (60_000, "Matigstedelijk"),
    (150_000, "Sterkstedelijk"),
)
_CENTRE = ((10_000, "Zonder"), (25_000, "Weinig"), (60_000, "Redelijk"))
_SOCIAL = ((-0.6, "Goed"), (0.2, "Redelijk"), (1.0, "Matig"))


def size_class(people: int) -> str:
    """Size class of a municipality."""
    return next((name for limit, name in _SIZES if people < limit), "250000inwonersofmeer")


def urbanity(people: int) -> str:
    """Urbanity class; in the sample it follows size."""
    return next((name for limit, name in _URBANITY if people < limit), "Zeersterkstedelijk")


def centre_function(people: int) -> str:
    """Centre function (grant measure)."""
    return next((name for limit, name in _CENTRE if people < limit), "Sterk")


def social_structure(province: Province, item: Municipality, year: int) -> str:
    """Social structure (grant measure), from the planted need."""
    need = province.need_of(item, year)
    return next((name for limit, name in _SOCIAL if need < limit), "Zwak")


def municipality_classes(province: Province, item: Municipality, year: int) -> tuple[str, str, str, str, int]:
    """Name, province, size class, urbanity and inhabitants."""
    people = province.inhabitants[item.code, year]
    return item.name, PROVINCE_NAME, size_class(people), urbanity(people), people
