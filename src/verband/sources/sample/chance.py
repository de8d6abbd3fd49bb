"""Streams of random numbers: one per topic, so that a new topic leaves the others as they were."""

from __future__ import annotations

import random


def stream(seed: int, *topic: object) -> random.Random:
    """Return the generator of one topic; the same seed and topic give the same numbers on every machine."""
    return random.Random(f"{seed}/" + "/".join(map(str, topic)))  # noqa: S311
