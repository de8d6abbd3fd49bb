"""Values as JSON and CSV take them, for answers on the terminal and for files beside a page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime


def plain(value: object) -> object:
    """Make a value fit for JSON: dates as text, not-a-number as null, whole floats as whole numbers."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def cell(value: object) -> object:
    """Make a value fit for a cell of CSV: lists joined, records as JSON, nothing for null."""
    value = plain(value)
    if isinstance(value, list):
        return "; ".join(str(cell(item)) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value
