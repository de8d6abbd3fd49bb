"""Municipality: its codes, addresses and names through time, and finding one from what a person types.

Codes are those of CBS (``GM0363``); public addresses are those of TOOI. Names repeat: Bergen is two municipalities,
so an ambiguous text is an error that lists the codes, never a choice.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from verband.domain.reference import reference
from verband.errors import BadInputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SUFFIX = re.compile(r"\s*\([^()]*\)\s*$")
_DAMAGED = re.compile(r"[^\w\s'’ʼ`,.()/-]|[\d_]|[ÃÂ�]")


FIRST_FICTIONAL_CODE = "GM9000"
"""CBS uses numbers below 2,000; invented municipalities are numbered from here."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality as the screens show it.

    Attributes
    ----------
    code
        CBS code, ``GM`` and four digits.
    name
        Latest official name.
    province
        Name of the province; ``None`` if not known.
    inhabitants
        On 1 January of the year asked; ``None`` if not known.
    size_class
        Code of the size class; ``None`` without inhabitants.
    predecessors
        Codes of municipalities that went into it.
    successor
        Code of the main successor; ``None`` while it exists.
    """

    code: str
    name: str
    province: str | None = None
    inhabitants: int | None = None
    size_class: str | None = None
    predecessors: tuple[str, ...] = ()
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What a text was found to mean.

    Attributes
    ----------
    code, name
        The municipality and its latest name.
    exact
        Whether the text was its code, its address or a published name letter for letter.
    """

    code: str
    name: str
    exact: bool


@cache
def _identifier(name: str) -> tuple[str, re.Pattern[str]]:
    row = next(row for row in reference("identifiers") if row["name"] == name)
    return row["template"], re.compile(row["pattern"], re.IGNORECASE)


@cache
def provinces() -> Mapping[str, str]:
    """Names of the provinces by CBS code (``20`` to ``31``)."""
    return {row["code"]: row["name"] for row in reference("provinces")}


def municipality_code(text: str) -> str | None:
    """Return the code that a text like ``GM0197``, ``gm197``, ``197`` or ``0197`` writes; ``None`` if it is none."""
    template, pattern = _identifier("municipality_code")
    found = pattern.fullmatch(text.strip())
    return template.format(number=int(found[1])) if found else None


def tooi(code: str) -> str:
    """Return the public TOOI address of a municipality.

    Raises
    ------
    BadInputError
        If the code is not one.
    """
    known = municipality_code(code)
    if known is None:
        raise BadInputError(f"{code!r} is not a municipality code", todo="Codes look like GM0363")
    return _identifier("municipality_tooi")[0].format(number=int(known[2:]))


def code_from_tooi(address: str) -> str | None:
    """Return the code in a TOOI address of a municipality; ``None`` if the text is no such address."""
    found = _identifier("municipality_tooi")[1].fullmatch(address.strip())
    return municipality_code(found[1]) if found else None


@cache
def normalise_name(name: str, *, keep_suffix: bool = False) -> str:
    """Reduce a name to what identifies it: no case, accents, apostrophes, dashes, ``gemeente`` or suffix.

    Parameters
    ----------
    name
        E.g. ``Gemeente Súdwest-Fryslân`` or ``Hengelo (O.)``.
    keep_suffix
        Keep what stands between brackets at the end, which tells Bergen (L.) from Bergen (NH.).
    """
    text = name.strip()
    without = _SUFFIX.sub("", text)
    if not keep_suffix or re.search(r"\(\s*gemeente\s*\)$", text, re.IGNORECASE):
        text = without
    text = unicodedata.normalize("NFKD", text.replace("ĳ", "ij").replace("Ĳ", "IJ"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).casefold()
    text = re.sub(r"['’‘ʼ`´.]", "", text)
    text = re.sub(r"[^\w]+", " ", text).strip()
    return re.sub(r"^gemeente (?=.)", "", text)


def is_damaged(name: str) -> bool:
    """Whether a published name holds signs of a broken encoding and is better not believed."""
    return bool(_DAMAGED.search(name)) or not normalise_name(name)


class MunicipalityIndex:
    """All municipalities and names that occur in yearly lists; build it with :meth:`from_records`."""

    def __init__(self, names: Iterable[tuple[int, str, str]]) -> None:
        self._latest: dict[str, str] = {}
        self._published: dict[str, set[str]] = defaultdict(set)
        self._full: dict[str, set[str]] = defaultdict(set)
        self._base: dict[str, set[str]] = defaultdict(set)
        for _, code, name in sorted(names):
            if is_damaged(name):
                self._latest.setdefault(code, name)
                continue
            self._latest[code] = name
            self._published[name.strip()].add(code)
            self._full[normalise_name(name, keep_suffix=True)].add(code)
            self._base[normalise_name(name)].add(code)
        for row in reference("municipality_aliases"):
            if row["code"] in self._latest:
                self._base[normalise_name(row["alias"])].add(row["code"])

    @classmethod
    def from_records(cls, rows: Iterable[Mapping[str, object]]) -> MunicipalityIndex:
        """Build from rows with ``code``, ``name`` and ``year``, in any order.

        Raises
        ------
        BadInputError
            If a code or year cannot be read.
        """
        names = []
        for row in rows:
            code = municipality_code(str(row.get("code") or ""))
            year = str(row.get("year") or "")
            if code is None or not re.fullmatch(r"\d{4}", year):
                where = f"municipality list, {row.get('code')} in {row.get('year')}"
                raise BadInputError("the code or the year cannot be read", where=where, todo="Codes look like GM0363")
            names.append((int(year), code, str(row.get("name") or "")))
        return cls(names)

    def __contains__(self, code: object) -> bool:
        return code in self._latest

    def name(self, code: str) -> str:
        """Return the latest undamaged name of a municipality.

        Raises
        ------
        UnknownNameError
            If the code does not occur.
        """
        if code not in self._latest:
            raise self._unknown(code)
        return self._latest[code]

    def codes(self) -> tuple[str, ...]:
        """All codes that ever occur, in order."""
        return tuple(sorted(self._latest))

    def find(self, text: str) -> Match:
        """Find a municipality by code, TOOI address or a name it has or had.

        Raises
        ------
        UnknownNameError
            If nothing or more than one municipality is meant; the message suggests or lists.
        """
        code = municipality_code(text) or code_from_tooi(text)
        if code is not None:
            if code not in self._latest:
                raise UnknownNameError(f"there is no municipality {code}", todo="Give a name or another code")
            return Match(code, self._latest[code], exact=True)
        bare = _SUFFIX.sub("", text.strip())
        if re.search(r"\(\s*gemeente\s*\)$", text.strip(), re.IGNORECASE):
            text = bare
        stages = (
            (self._published.get(text.strip()), True),
            (self._full.get(normalise_name(text, keep_suffix=True)), False),
            # With a suffix that no list has, Hengelo (Gld.) would become the Hengelo of another province.
            (None if bare != text.strip() else self._base.get(normalise_name(text)), False),
        )
        base = self._base.get(normalise_name(text), set())
        for found, exact in stages:
            if not found:
                continue
            # A bare name that also belongs to another municipality under a suffix is ambiguous too.
            meant = found | base if bare == text.strip() and found <= base else found
            if len(meant) > 1:
                listed = ", ".join(f"{self._latest[other]} {other}" for other in sorted(meant))
                raise UnknownNameError(
                    f"{text.strip()!r} can be more than one municipality: {listed}", todo="Give the code"
                )
            code = next(iter(meant))
            return Match(code, self._latest[code], exact=exact)
        raise self._unknown(text)

    def _unknown(self, text: str) -> UnknownNameError:
        wanted = normalise_name(text)
        close = [name for name in sorted(self._base) if len(wanted) > 3 and re.search(rf"\b{re.escape(wanted)}", name)]
        close += difflib.get_close_matches(wanted, sorted(self._base), n=5, cutoff=0.6)
        codes = dict.fromkeys(code for name in close for code in sorted(self._base[name]))
        listed = ", ".join(f"{self._latest[code]} {code}" for code in list(codes)[:6])
        todo = f"Did you mean {listed}?" if listed else "Give the name or the code, such as Zwolle or GM0193"
        return UnknownNameError(f"there is no municipality {text.strip()!r}", todo=todo)
