"""A game in a JSON file: a formula of total weight and number of members, or a number per coalition.

``{"members": {"A": {"weight": 12000}}, "cost": {"formula": "fixed + slope * weight ** 0.9", "fixed": 250000, "slope":
9}}`` or ``{"cost": {"A": 10, "B": 12, "A+B": 15}}``; with ``worth`` instead of ``cost`` it is a benefit game.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from verband.errors import BadInputError
from verband.numerics.cooperative_games.arithmetic import FormulaError, arithmetic
from verband.numerics.cooperative_games.coalitions import Array
from verband.sources.files import SourceFile
from verband.sources.game_rules import GameFile, demand_number, lacking, unknown
from verband.sources.json_files import load_json, type_word
from verband.sources.json_places import JsonPath, place_of, place_of_no_number, repeated_key

_RESERVED = ("weight", "members")


class GameInJson:
    """Reads a game from JSON; places are looked up when something is wrong."""

    def __init__(self, file: SourceFile) -> None:
        self.file, self.text = file, file.text()[0]

    def _fault(self, what: str, path: JsonPath, todo: str, *, key: bool = False, offset: int = 0) -> BadInputError:
        line, column = place_of(self.text, path, key=key)
        return BadInputError(what, where=f"{self.file.name}, line {line}, column {column + offset}", todo=todo)

    def _load(self) -> object:
        try:
            return load_json(self.file)
        except BadInputError as error:
            try:
                json.loads(self.text)
            except RecursionError:
                raise error from None
            except ValueError:
                todo = "Look there for a comma, quote or bracket too many or too few; numbers take a decimal point"
                raise BadInputError(error.what, where=error.where, todo=todo) from None
            if (twice := repeated_key(self.text)) is not None:
                name, line, column = twice
                raise BadInputError(
                    f"{name!r} stands there more than once",
                    where=f"{self.file.name}, line {line}, column {column}",
                    todo="Give every member, coalition and value a name of its own",
                ) from error
            if (place := place_of_no_number(self.text)) is not None:
                where = f"{self.file.name}, line {place[0]}, column {place[1]}"
                raise BadInputError(error.what, where=where, todo="Write a number") from error
            raise

    def read(self, *, benefit: bool) -> GameFile:
        """Read the game.

        Raises
        ------
        BadInputError
            If it is none, with line and column.
        """
        document = self._load()
        if not isinstance(document, dict):
            raise self._fault(
                f"the file holds {type_word(document)}, not an object", (), 'Write {"members": ..., "cost": ...}'
            )
        extra = [key for key in document if key not in ("members", "cost", "worth")]
        if extra:
            raise self._fault(
                f"{extra[0]!r} means nothing here", (extra[0],), "Keep members and cost (or worth)", key=True
            )
        kind = self._kind(document, benefit=benefit)
        body = document[kind]
        if not isinstance(body, dict):
            raise self._fault(
                f"{kind} is {type_word(body)}, not an object", (kind,), "Give a formula, or a number per coalition"
            )
        members, weights, today = self._members(document)
        if "formula" not in body:
            members, values = self._table(body, kind, members)
            return GameFile(
                self.file.name, members, kind == "worth", values, None, {}, weights, today, self.file.name, ()
            )
        if members is None:
            raise self._fault("there are no members", (), 'Add "members": {"A": {"weight": 12000}, ...}')
        return self._formula(body, kind, members, weights, today)

    def _kind(self, document: Mapping[str, object], *, benefit: bool) -> str:
        if benefit and "worth" not in document:
            raise self._fault(
                "a benefit game needs 'worth'", ("cost",),
                "The file has cost: leave --benefit out, or name it worth" if "cost" in document else "Add worth",
                key=True,
            )  # fmt: skip
        if not benefit and "cost" not in document:
            if "worth" in document:
                raise self._fault("'worth' makes a benefit game", ("worth",), "Add --benefit", key=True)
            raise self._fault("there is no 'cost'", (), 'Add "cost": {"formula": ...}, or a number per coalition')
        return "worth" if benefit else "cost"

    def _members(self, document: Mapping[str, object]) -> tuple[tuple[str, ...] | None, Array | None, Array | None]:
        if "members" not in document:
            return None, None, None
        given = document["members"]
        about = self._by_name(given)
        names = tuple(name.strip() for name in about)
        if len(names) < 2:
            raise self._fault("a game takes two members or more", ("members",), "Add members")
        return names, self._per_member(about, "weight"), self._per_member(about, "today")

    def _by_name(self, given: object) -> dict[str, dict[str, object]]:
        """What is said about each member, by the name as written."""
        if isinstance(given, list):
            given = self._listed(given)
        if not isinstance(given, dict):
            raise self._fault(
                f"members is {type_word(given)}, not an object", ("members",), 'Write {"A": {"weight": 12000}, ...}'
            )
        names: set[str] = set()
        for name, about in given.items():
            short = name.strip()
            if not short:
                raise self._fault("a member has no name", ("members", name), "Give it one", key=True)
            if short in names:
                raise self._fault(f"{short!r} stands there more than once", ("members", name), "Rename one", key=True)
            names.add(short)
            if not isinstance(about, dict):
                raise self._fault(
                    f"{name} is {type_word(about)}, not an object", ("members", name), 'Write {"weight": 12000}'
                )
            extra = [key for key in about if key not in ("weight", "today")]
            if extra:
                raise self._fault(
                    f"{extra[0]!r} means nothing here",
                    ("members", name, extra[0]),
                    "Known are weight and today",
                    key=True,
                )
        return given

    def _listed(self, given: list[object]) -> dict[object, dict[str, object]]:
        for number, name in enumerate(given):
            if not isinstance(name, str):
                raise self._fault(
                    f"a member is {type_word(name)}, not a name", ("members", number), "Write its name as text"
                )
            if name in given[:number]:
                raise self._fault(
                    f"{name!r} stands there more than once", ("members", number), "Give each a name of its own"
                )
        return {name: {} for name in given}

    def _per_member(self, given: Mapping[str, Mapping[str, object]], key: str) -> Array | None:
        if not any(key in about for about in given.values()):
            return None
        numbers = []
        for name, about in given.items():
            if key not in about:
                raise self._fault(f"{name} has no {key}", ("members", name), f"Give every member a {key}, or none")
            number = self._number(about[key], ("members", name, key), f"the {key} of {name}")
            if key == "weight" and number < 0:
                raise self._fault(f"the weight of {name} is below 0", ("members", name, key), "Mend it")
            numbers.append(number)
        return np.array(numbers)

    def _number(self, value: object, path: JsonPath, what: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._fault(f"{what} is {type_word(value)}, not a number", path, "Write a number, without quotes")
        try:
            return float(value)
        except OverflowError:
            raise self._fault(f"{what} is too large", path, "Write a smaller number") from None

    def _table(
        self, body: Mapping[str, object], kind: str, members: tuple[str, ...] | None
    ) -> tuple[tuple[str, ...], Array]:
        written = list(body)
        if members is None:
            members = tuple(text.strip() for text in written if "+" not in text)
            at: JsonPath = (kind,)
        else:
            at = ("members",)
        for name in members:
            if "+" in name:
                raise self._fault(f"the name {name!r} holds a plus sign", at, "Names in coalitions are joined by it")
        line, column = place_of(self.text, at)
        demand_number(members, f"{self.file.name}, line {line}, column {column}")
        bit = {name: 1 << number for number, name in enumerate(members)}
        values = np.full(1 << len(members), np.nan)
        values[0] = 0.0
        for text in written:
            mask = 0
            for part in text.split("+"):
                name = part.strip()
                if name not in bit:
                    fault = unknown(name, text, members, "")
                    raise self._fault(fault.what, (kind, text), fault.todo, key=True)
                if mask & bit[name]:
                    raise self._fault(f"{name} stands twice in {text}", (kind, text), "Name each member once", key=True)
                mask |= bit[name]
            if not np.isnan(values[mask]):
                raise self._fault(f"{text} stands there more than once", (kind, text), "Give it once", key=True)
            values[mask] = self._number(body[text], (kind, text), f"the {kind} of {text}")
        missing = np.flatnonzero(np.isnan(values))
        if len(missing):
            raise self._fault(lacking(members, missing, kind), (kind,), "Give every coalition a number")
        return members, values

    def _formula(
        self,
        body: Mapping[str, object],
        kind: str,
        members: tuple[str, ...],
        weights: Array | None,
        today: Array | None,
    ) -> GameFile:
        text = body["formula"]
        if not isinstance(text, str):
            raise self._fault(f"the formula is {type_word(text)}, not text", (kind, "formula"), "Write it in quotes")
        parameters = {}
        for name, value in body.items():
            if name == "formula":
                continue
            if name in _RESERVED or not name.isidentifier():
                reason = "has a meaning of its own" if name in _RESERVED else "cannot be used in a formula"
                raise self._fault(f"the name {name!r} {reason}", (kind, name), "Choose another name", key=True)
            parameters[name] = self._number(value, (kind, name), name)
        try:
            found = arithmetic(text, {*parameters, *_RESERVED})
        except FormulaError as error:
            raise self._fault(
                f"the formula is refused: {error}", (kind, "formula"),
                "Use numbers, the names given, + - * / ** and brackets only", offset=error.column,
            ) from error  # fmt: skip
        if "weight" in found.names and weights is None:
            raise self._fault(
                "the formula names weight, and no member has one", ("members",), 'Write {"A": {"weight": 12000}, ...}'
            )
        remarks = tuple(
            f"{name} is given and stands not in the formula" for name in parameters if name not in found.names
        )
        line, column = place_of(self.text, (kind, "formula"))
        return GameFile(
            file=self.file.name,
            members=members,
            benefit=kind == "worth",
            values=None,
            formula=text,
            parameters=parameters,
            weights=weights,
            today=today,
            where=f"{self.file.name}, line {line}, column {column}",
            remarks=remarks,
        )
