"""The sample: a small invented province, written as files in the published formats.

Nothing in it exists: names are invented, codes start at GM9001 (the true ones stay below GM2000), and what is
planted in it stands in :class:`Parameters`, so that every analysis can be held against a known truth.
"""

from __future__ import annotations

from verband.sources.sample.folder import contents, write_province
from verband.sources.sample.generate import province
from verband.sources.sample.model import Province
from verband.sources.sample.parameters import Parameters

__all__ = ["Parameters", "Province", "contents", "province", "write_province"]
