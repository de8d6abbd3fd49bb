"""Ways to damage a file at random, for the tests that no bytes whatsoever crash a reader."""

import gzip
import json
import re
from copy import deepcopy

from lxml import etree

HUGE = (
    b"9" * 400,
    b"1e400",
    b"-1e308",
    b"nan",
    b"inf",
    b"-99998",
    b"9223372036854775808",
    b"0x1F",
    b"1_000",
    b"1.234.567,89",
)
STRANGE = ("é", "ſ", "٣", "\u202e", "\u0000", "\ufeff", "😀", "\u2028", "ﬁ", "\x85", "½", "−5", "１２", "İ")
MARKS = (b",", b";", b"\t", b'"', b"|", b" ", b"\\", b"'")


def damaged(rng, content):
    """Damage a file in one to four ways; JSON and XML half the time in their values, so that they stay readable."""
    data = content
    if rng.random() < 0.5:
        start = content.lstrip()[:1]
        inside = other_json if start in {b"{", b"["} else other_xml if start == b"<" else None
        if inside:
            return inside(rng, content)
    for _ in range(rng.randint(1, 4)):
        data = rng.choice(WAYS)(rng, data)
    return gzip.compress(data, mtime=0)[: rng.randint(1, 10_000)] if rng.random() < 0.05 else data


VALUES = (
    None,
    True,
    0,
    -1,
    7,
    1.5,
    10**30,
    1e300,
    "",
    " ",
    "x",
    "12",
    "2024",
    "\ud800",
    [],
    {},
    [[]],
    [None],
    {"code": 1},
    [[[1, 2]]],
)


def other_json(rng, content):
    """Replace, add or take out one to three values anywhere in a document."""
    document = json.loads(content)
    for _ in range(rng.randint(1, 3)):
        holders = [one for one in nodes(document) if one]
        if not holders:
            break
        holder = rng.choice(holders)
        key = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
        match rng.randrange(4):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.insert(key, deepcopy(holder[key]))
            case 2 if isinstance(holder, dict):
                holder[rng.choice(("x", "", f"{key} "))] = holder.pop(key)
            case _:
                holder[key] = deepcopy(rng.choice(VALUES))
    return json.dumps(document, ensure_ascii=rng.random() < 0.5, indent=1).encode("utf-8", errors="surrogatepass")


def nodes(value):
    """All objects and lists inside a document."""
    if not isinstance(value, dict | list):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(node for one in inner for node in nodes(one))]


def other_xml(rng, content):
    """Change texts, attributes, names and places of one to three elements."""
    root = etree.fromstring(content)
    for _ in range(rng.randint(1, 3)):
        node = rng.choice([one for one in root.iter() if isinstance(one.tag, str)])
        match rng.randrange(6):
            case 0:
                node.text = rng.choice(("", " ", "x", "2024-13-45", "1e400", "-1", "½", "9" * 400))
            case 1:
                node.attrib.clear()
            case 2 if node is not root:
                node.getparent().remove(node)
            case 3 if node is not root:
                node.addnext(etree.fromstring(etree.tostring(node)))
            case 4:
                node.tag = rng.choice(("x", "regeling", "organisatie", "naam", "titel"))
            case _:
                node.append(etree.Comment("x"))
    return etree.tostring(root)


def place(rng, data):
    return rng.randrange(len(data) + 1)


def flip(rng, data):
    at = place(rng, data)
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def insert(rng, data):
    at = place(rng, data)
    return (
        data[:at]
        + bytes(rng.choices(b'0123456789.,;-+"\n\r\t{}[]<>&:/ eE\xc3\xa9\xff', k=rng.randint(1, 6)))
        + data[at:]
    )


def delete(rng, data):
    at = place(rng, data)
    return data[:at] + data[at + rng.randint(1, 40) :]


def cut_off(rng, data):
    return data[: place(rng, data)]


def repeat_lines(rng, data):
    lines = data.splitlines(keepends=True) or [b""]
    at = rng.randrange(len(lines))
    return b"".join(lines[: at + 1] + lines[at : at + rng.randint(1, 3)] + lines[at + 1 :])


def drop_lines(rng, data):
    lines = data.splitlines(keepends=True) or [b""]
    at = rng.randrange(len(lines))
    return b"".join(lines[:at] + lines[at + rng.randint(1, 3) :])


def swap_lines(rng, data):
    lines = data.splitlines(keepends=True) or [b""]
    one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def swap_marks(rng, data):
    old, new = rng.choice(MARKS), rng.choice(MARKS)
    return data.replace(old, new) if rng.random() < 0.3 else data.replace(old, new, rng.randint(1, 5))


def cell_marks(data):
    return [match.span() for match in re.finditer(rb'[^,;\t"\r\n<>\[\]{}:]+', data)]


def put_number(rng, data):
    spans = cell_marks(data) or [(0, 0)]
    start, end = rng.choice(spans)
    return data[:start] + rng.choice(HUGE) + data[end:]


def put_text(rng, data):
    spans = cell_marks(data) or [(0, 0)]
    start, end = rng.choice(spans)
    text = "".join(rng.choices(STRANGE, k=rng.randint(1, 3)))
    return data[:start] + text.encode() + data[end:]


def put_nothing(rng, data):
    start, end = rng.choice(cell_marks(data) or [(0, 0)])
    return data[:start] + data[end:]


def put_mark(rng, data):
    at = place(rng, data) if rng.random() < 0.5 else 0
    return data[:at] + b"\xef\xbb\xbf" + data[at:]


def put_nul(rng, data):
    at = place(rng, data)
    return data[:at] + b"\0" + data[at:]


def line_ends(rng, data):
    return data.replace(b"\r\n", b"\n").replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b"\n \n")))


def other_encoding(rng, data):
    return data.decode("utf-8", errors="replace").encode(
        rng.choice(("cp1252", "utf-16", "utf-16-le", "utf-8-sig")), errors="replace"
    )


WAYS = (
    flip,
    insert,
    delete,
    cut_off,
    repeat_lines,
    drop_lines,
    swap_lines,
    swap_marks,
    put_number,
    put_number,
    put_text,
    put_text,
    put_nothing,
    put_mark,
    put_nul,
    line_ends,
    other_encoding,
)
