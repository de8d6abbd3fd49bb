"""M3: whether cooperation raises quality where it saves nothing; needs indicators, which accounts do not hold.

The claim is conditional: only tasks of which M1 finds no saving count, so these are named beside what is lacking.
"""

from __future__ import annotations

from collections.abc import Sequence

from verband.analysis.evidence.result import Findings


def quality(tasks_without_saving: Sequence[str]) -> Findings:
    """Say for which tasks indicators would be needed.

    Parameters
    ----------
    tasks_without_saving
        Iv3 codes with an estimate of scale whose verdict is not ``economies``.
    """
    named = ", ".join(tasks_without_saving)
    reason = "no quality indicators of tasks in each form are loaded"
    return Findings((), not_found={"quality": f"{reason}, needed for the tasks without a saving: {named}"})
