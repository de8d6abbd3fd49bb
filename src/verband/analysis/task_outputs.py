"""What counts as output of a task: volumes of the municipal fund, fixed beforehand as dated data with their reason.

``domain/reference/task_outputs.csv`` names measures per task, or per main task where a task has none of its own. They
are needs and volumes, not what the municipality delivered, and say nothing on quality.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from verband.domain.reference import in_force, reference


@dataclass(frozen=True, slots=True)
class Output:
    """A volume that counts as output.

    Attributes
    ----------
    measure
        Code in the municipal fund.
    meaning, reason
        What it counts, and why it stands for the task.
    positive
        Whether it is above zero nearly everywhere, so that its logarithm can be taken.
    """

    measure: str
    meaning: str
    reason: str
    positive: bool


def task_outputs(task: str, main_task: str, measures: Collection[str]) -> tuple[Output, ...]:
    """Outputs of a task among the measures at hand; those of its main task where it has none of its own.

    Parameters
    ----------
    task, main_task
        Iv3 code and ``0`` to ``8``.
    measures
        Codes that the workspace holds.
    """
    rows = [row for row in reference("task_outputs") if in_force(row)]
    own = [row for row in rows if row["task"] == task] or [row for row in rows if row["task"] == main_task]
    return tuple(
        Output(row["measure"], row["meaning"], row["reason"], row["methods"] == "both")
        for row in own
        if row["measure"] in measures
    )
