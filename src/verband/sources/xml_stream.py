"""Reading a large XML file of foreign origin record by record, in flat memory.

Elements are told by local name, whatever their namespace. There is no entity expansion, no document type, no
network and no unlimited depth or size: a file that needs any of these is refused with a plain message.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml import etree

from verband.errors import BadInputError
from verband.sources.files import Head, SourceFile

MAX_DEPTH = 64
"""Deepest nesting that is read; the register needs about ten levels, its nested organisations some more."""
MAX_RECORD_ELEMENTS = 100_000
"""Most elements in one record; the largest arrangements have some thousands."""
_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_FETCH = "Fetch the file again as published; if it is the same, take it out of the folder"


class Record(NamedTuple):
    """An element with all that is in it, the local name of its parent, and the line on which it begins."""

    element: etree._Element
    parent: str
    line: int


def local(name: str) -> str:
    """Return the name of an element or attribute without its namespace, in small letters."""
    return name.rpartition("}")[2].lower()


def may_be_xml(head: Head) -> bool:
    """Whether a file begins as XML does, in UTF-8 and its kin or in UTF-16."""
    return head.kind == "xml" or head.content[:2] in _UTF_16


def prolog(head: Head) -> str:
    """Return the head of an XML file as text without comments: UTF-8 and its kin, or UTF-16."""
    encoding = _UTF_16.get(head.content[:2])
    text = head.content.decode(encoding, errors="replace") if encoding else head.text
    return _COMMENT.sub("", text)


def line_of(element: etree._Element) -> int:
    """Return the line on which an element begins, 1 where the parser does not know."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 1


def text_of(element: etree._Element | None) -> str | None:
    """Return all text in an element with single spaces; ``None`` where there is none."""
    if element is None:
        return None
    return " ".join("".join(map(str, element.itertext())).split()) or None


def elements(element: etree._Element | None) -> list[etree._Element]:
    """Return the direct children; none where there is no element."""
    return [] if element is None else [item for item in element if isinstance(item.tag, str)]


def children(element: etree._Element | None, name: str) -> list[etree._Element]:
    """Return the direct children with a local name."""
    return [item for item in elements(element) if local(str(item.tag)) == name]


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first direct child with a local name."""
    return next(iter(children(element, name)), None)


def child_text(element: etree._Element | None, name: str) -> str | None:
    """Return the text of the first direct child with a local name."""
    return text_of(child(element, name))


def attribute(element: etree._Element | None, *names: str) -> str | None:
    """Return the first attribute with one of the local names that holds something."""
    if element is None:
        return None
    found = {local(str(key)): " ".join(str(value).split()) for key, value in element.attrib.items()}
    return next((found[name] for name in names if found.get(name)), None)


def _release(element: etree._Element) -> None:
    """Forget an element that was dealt with and all before it in the same parent."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _refuse_document_type(where: str) -> BadInputError:
    return BadInputError(
        "the file declares a document type (DTD) or entities, which the register does not have",
        where=where,
        todo="It may be made to overload its reader: do not use it, fetch the file again as published",
    )


def _events(file: SourceFile) -> Iterator[tuple[str, etree._Element]]:
    """Parse as a stream; every fault of the file is a plain message."""
    if "<!DOCTYPE" in prolog(file.head):
        raise _refuse_document_type(file.name)
    try:
        with file.open() as stream:
            yield from etree.iterparse(
                stream,
                events=("start", "end"),
                resolve_entities=False,
                load_dtd=False,
                no_network=True,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
    except etree.XMLSyntaxError as error:
        reason = re.sub(r", line \d+, column \d+.*", "", str(error.msg)).splitlines()
        raise BadInputError(
            f"the XML cannot be read to its end ({(reason or ['cut off'])[0][:160]})",
            where=f"{file.name}, line {error.lineno or 1}",
            todo=_FETCH,
        ) from error
    except (etree.LxmlError, OSError, EOFError, zlib.error, ValueError, LookupError) as error:
        raise BadInputError(f"the XML cannot be read to its end ({error})", where=file.name, todo=_FETCH) from error


def records(file: SourceFile, is_record: Callable[[str, str, tuple[str, ...]], bool]) -> Iterator[Record]:
    """Yield the records of an XML file one by one; each is forgotten when the next is asked for.

    Parameters
    ----------
    file
        The file, plain or gzip.
    is_record
        Whether an element is a record, by its local name, that of its parent, and those of the records it stands
        in (outermost first). A record inside a record is yielded first.

    Raises
    ------
    BadInputError
        For XML that is damaged or cut off, a document type, nesting deeper than ``MAX_DEPTH`` or a record of more
        than ``MAX_RECORD_ELEMENTS`` elements.
    """
    path: list[str] = []
    open_records: list[tuple[int, str, int]] = []
    held = 0
    for event, element in _events(file):
        name = local(str(element.tag))
        if event == "start":
            if not path and element.getroottree().docinfo.internalDTD is not None:
                raise _refuse_document_type(file.name)
            parent = path[-1] if path else ""
            path.append(name)
            if is_record(name, parent, tuple(item[1] for item in open_records)):
                open_records.append((len(path), name, held))
            held += 1 if open_records else 0
            _check_limits(len(path), held, f"{file.name}, line {line_of(element)}")
            continue
        if open_records and open_records[-1][0] == len(path):
            _, _, held = open_records.pop()
            yield Record(element, path[-2] if len(path) > 1 else "", line_of(element))
            _release(element)
        elif not open_records:
            _release(element)
        path.pop()


def _check_limits(depth: int, held: int, where: str) -> None:
    if depth > MAX_DEPTH:
        raise BadInputError(f"elements are nested more than {MAX_DEPTH} deep", where=where, todo=_FETCH)
    if held > MAX_RECORD_ELEMENTS:
        raise BadInputError(f"one record holds more than {MAX_RECORD_ELEMENTS} elements", where=where, todo=_FETCH)
