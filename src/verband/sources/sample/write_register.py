"""The export of the national register of organisations for the sample: the same arrangements, with dates and shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lxml import etree

from verband.sources.sample.model import FIRST_LIST_YEAR, LAST_LIST_YEAR, PROVINCE_NAME, Arrangement, Province
from verband.sources.sample.tasks import apportion
from verband.sources.sample.writing import Files

_NAMESPACE = "https://organisaties.overheid.nl/static/schema/oo/export/2.6.13"
_TOOI = "https://identifier.overheid.nl/tooi/id"
_MILLION = 1_000_000
_COUNCIL, _COLLEGE = "gemeenteraad", "college van burgemeester en wethouders"


@dataclass(frozen=True, slots=True)
class Participation:
    """A participant of an arrangement with entry and exit; ``share`` in millionths, ``None`` where not listed."""

    code: str
    name: str
    entry: date
    exit: date | None
    share: int | None


def participations(province: Province, arrangement: Arrangement) -> tuple[Participation, ...]:
    """All municipalities that take part or took part since 2010, those that merged with the day they ended."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for year in range(FIRST_LIST_YEAR, LAST_LIST_YEAR + 1):
        if arrangement.end and arrangement.end < date(year, 1, 1):
            break
        for item in province.members(arrangement, year):
            first.setdefault(item.code, year)
            last[item.code] = year
    names = {item.code: item.name for item in province.municipalities}
    shares = _shares(province, arrangement)
    result = []
    for code, year in first.items():
        founded = date(year, 1, 1) if year > FIRST_LIST_YEAR else arrangement.start
        left = arrangement.end or (None if last[code] == LAST_LIST_YEAR else date(last[code] + 1, 1, 1))
        if left and left < arrangement.start:
            continue
        result.append(Participation(code, names[code], max(founded, arrangement.start), left, shares.get(code)))
    return tuple(result)


def _shares(province: Province, arrangement: Arrangement) -> dict[str, int]:
    """Shares of the latest budget in millionths, adding up to a million."""
    amounts = {
        code: amount
        for (number, code, year, kind), amount in province.contributions.items()
        if (number, year, kind) == (arrangement.number, LAST_LIST_YEAR, "budget")
    }
    if not arrangement.shares_listed or not amounts:
        return {}
    return dict(zip(amounts, apportion(_MILLION, list(map(float, amounts.values()))), strict=True))


def _element(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
    for key, value in attributes.items():
        node.set(f"{{{_NAMESPACE}}}{key}", value)
    node.text = text
    return node


def _organisations(root: etree._Element, province: Province) -> None:
    group = _element(root, "organisaties")
    seen: set[str] = set()
    for item in province.municipalities:
        if item.code in seen:
            continue
        seen.add(item.code)
        last = max(one.last_year for one in province.municipalities if one.code == item.code)
        ended = None if last == LAST_LIST_YEAR else date(last + 1, 1, 1)
        _organisation(
            group,
            item.code[2:],
            f"gemeente/{item.code.lower()}",
            name=f"Gemeente {item.name}",
            kind="Gemeente",
            ended=ended,
        )
    _organisation(group, "910001", "provincie/pv90", name=f"Provincie {PROVINCE_NAME}", kind="Provincie")
    _organisation(group, "910002", "waterschap/ws9001", name="Waterschap Wouderse Meren", kind="Waterschap")


def _organisation(
    group: etree._Element, number: str, address: str, *, name: str, kind: str, ended: date | None = None
) -> None:
    node = _element(group, "organisatie", systeemId=_system_id(number), resourceIdentifierTOOI=f"{_TOOI}/{address}")
    _element(node, "naam", name)
    _element(_element(node, "types"), "type", kind)
    if ended:
        _element(node, "eindDatum", ended.isoformat())


def _system_id(number: str) -> str:
    return f"90{number}" if len(number) == 4 else number


def _arrangement(group: etree._Element, province: Province, item: Arrangement) -> None:
    node = _element(
        group,
        "regeling",
        systeemId=str(900_000 + item.number),
        resourceIdentifierTOOI=f"{_TOOI}/oorg/oorg{90_000 + item.number}",
    )
    _element(node, "titel", f"Gemeenschappelijke regeling {item.name}")
    _element(node, "citeertitel", f"GR {item.name}")
    _element(node, "doel", "Fictief: een regeling in een verzonnen provincie")
    _element(node, "samenwerkingsvorm", item.form, afkorting=item.form_short)
    _element(node, "datumInwerkingtreding", item.start.isoformat())
    if item.end:
        _element(node, "datumUitwerkingtreding", item.end.isoformat())
    _element(node, "datumMutatie", "2026-01-05")
    members = _element(node, "deelnemendeOrganisaties")
    body = _COLLEGE if item.form_short in {"BVO", "CR", "RZM"} else _COUNCIL
    for one in participations(province, item):
        identifier = f"{_TOOI}/gemeente/{one.code.lower()}"
        member = _element(
            members,
            "deelnemendeOrganisatie",
            systeemId=_system_id(one.code[2:]),
            resourceIdentifierTOOI=identifier,
        )
        _element(member, "naam", f"Gemeente {one.name}")
        _element(member, "toetredingsDatum", one.entry.isoformat())
        if one.exit:
            _element(member, "uittredingsDatum", one.exit.isoformat())
        if one.share is not None and not one.exit:
            _element(member, "verdeelsleutel", f"{one.share / _MILLION:.6f}")
        _element(_element(member, "bestuursorganen"), "bestuursorgaan", body)
    for number, name in enumerate(_others(item), start=1):
        member = _element(members, "deelnemendeOrganisatie", systeemId=str(920_000 + 10 * item.number + number))
        _element(member, "naam", name)
        _element(member, "toetredingsDatum", item.start.isoformat())


def _others(item: Arrangement) -> Iterable[str]:
    return (name for name in item.others if name != "Ouderlo")


def files(province: Province) -> Files:
    """Yield the register export."""
    root = etree.Element(f"{{{_NAMESPACE}}}overheidsorganisaties", nsmap={"p": _NAMESPACE})
    root.append(etree.Comment(" Fictief: een verzonnen provincie "))
    _organisations(root, province)
    group = _element(root, "gemeenschappelijkeRegelingen")
    for item in province.arrangements:
        _arrangement(group, province, item)
    content = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    yield "gr_register/exportOO_fictief.xml", content
