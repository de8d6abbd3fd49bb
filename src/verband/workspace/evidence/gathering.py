"""Asking the ledger: the tables are gathered here, the mechanisms computed by joblib's workers, and kept per snapshot.

What is kept belongs to one snapshot of the data, one state of the program and one seed. joblib decides where the work
runs: ``joblib.parallel_config(backend="dask")`` around the call sends it to a Dask cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from verband.analysis.evidence.ledger import adjusted, judge
from verband.analysis.evidence.result import Evidence, Findings
from verband.analysis.evidence.statements import Statement, statement, statements
from verband.errors import BadInputError, MissingDataError
from verband.numerics.threads import one_thread
from verband.warehouse.building import Progress, silent
from verband.warehouse.store import Warehouse
from verband.workspace.evidence.control import prepare_control
from verband.workspace.evidence.finances import prepare_budget_cuts, prepare_contributing
from verband.workspace.evidence.kept import keep_findings, read_findings
from verband.workspace.evidence.merger import prepare_after_merger, prepare_common_pot, prepare_flexibility
from verband.workspace.evidence.model_results import prepare_one_person_functions, prepare_own_interests
from verband.workspace.evidence.network import prepare_identity, prepare_switching_connecting
from verband.workspace.evidence.own_lists import prepare_joint_buying, prepare_quality
from verband.workspace.evidence.size import (
    prepare_all_sizes,
    prepare_dependence,
    prepare_know_how,
    prepare_scale,
)
from verband.workspace.evidence.tables import EvidenceTables

SEED = 1
Prepared = Callable[[], Findings]
PREPARE: dict[str, Callable[[EvidenceTables, int], Prepared]] = {
    "M1": lambda tables, _: prepare_scale(tables),
    "M2": lambda tables, _: prepare_joint_buying(tables),
    "M3": lambda tables, _: prepare_quality(tables),
    "M4": lambda tables, _: prepare_know_how(tables),
    "M5": prepare_one_person_functions,
    "M6": lambda tables, _: prepare_dependence(tables),
    "M7": lambda tables, _: prepare_identity(tables),
    "M8": lambda tables, _: prepare_control(tables),
    "M9": lambda tables, _: prepare_all_sizes(tables),
    "M10": lambda tables, _: prepare_after_merger(tables),
    "M11": prepare_switching_connecting,
    "M12": lambda tables, _: prepare_flexibility(tables),
    "M13": prepare_own_interests,
    "M14": prepare_common_pot,
    "M15": lambda tables, _: prepare_contributing(tables),
    "M16": prepare_budget_cuts,
}
"""How the tables of each mechanism are gathered, from the tables and the seed."""
SLOW_FIRST = ("M14", "M13", "M1", "M11", "M7", "M5", "M16", "M9")
"""Work that takes long starts first, so that no worker waits for it at the end."""


def gather_evidence(
    warehouse: Warehouse,
    folder: Path,
    mechanisms: Sequence[str] = (),
    *,
    workers: int = 1,
    seed: int = SEED,
    fresh: bool = False,
    progress: Progress = silent,
) -> tuple[Evidence, ...]:
    """Answer ``verband evidence``: see :meth:`verband.workspace.Workspace.evidence`."""
    wanted = _wanted(mechanisms)
    if workers < 1:
        raise BadInputError(f"{workers} workers can do no work", todo="Give 1 or more")
    snapshot = str(warehouse.query("current_snapshot")["snapshot"].item(0))
    known = {} if fresh else _kept(folder, snapshot, seed, [item.mechanism for item in wanted])
    tables = EvidenceTables(warehouse, folder)
    lacking = [item.mechanism for item in wanted if item.mechanism not in known]
    total = len(wanted)
    done = total - len(lacking)
    ready: dict[str, Prepared] = {}
    for mechanism in sorted(lacking, key=_place):
        progress(done, total, f"tables of {mechanism}")
        try:
            ready[mechanism] = PREPARE[mechanism](tables, seed)
        except MissingDataError as error:
            known[mechanism] = _untold(statement(mechanism), error)
            done += 1
    for mechanism, computed in _computed(ready, workers):
        known[mechanism] = computed
        keep_findings(folder, snapshot, seed, mechanism, computed)
        done += 1
        progress(done, total, mechanism)
    ledger = tuple(judge(item, known[item.mechanism]) for item in wanted)
    # Holm's adjustment is over the whole ledger. A question about a part has none, also where the rest happens to be
    # kept: the same question must get the same answer.
    return adjusted(ledger) if len(ledger) == len(statements()) else ledger


def _wanted(mechanisms: Sequence[str]) -> list[Statement]:
    if not mechanisms:
        return list(statements())
    asked = {statement(name).mechanism for name in mechanisms}
    return [item for item in statements() if item.mechanism in asked]


def _place(mechanism: str) -> tuple[int, str]:
    return (SLOW_FIRST.index(mechanism) if mechanism in SLOW_FIRST else len(SLOW_FIRST), mechanism)


def _kept(folder: Path, snapshot: str, seed: int, mechanisms: Sequence[str]) -> dict[str, Findings]:
    found = {name: read_findings(folder, snapshot, seed, name) for name in mechanisms}
    return {name: item for name, item in found.items() if item is not None}


def _untold(claim: Statement, error: MissingDataError) -> Findings:
    """Findings of a mechanism whose tables are not loaded: which, and what would do."""
    names = [rule.component for rule in claim.rules if rule.role != "shown"] or ["tables"]
    reason = f"{error.what}. {error.todo}" if error.todo else error.what
    return Findings((), not_found=dict.fromkeys(names, reason))


def _computed(ready: dict[str, Prepared], workers: int) -> Sequence[tuple[str, Findings]]:
    from joblib import Parallel, delayed  # noqa: PLC0415  slow to start

    jobs = (delayed(_one)(mechanism, prepared) for mechanism, prepared in ready.items())
    found: Sequence[tuple[str, Findings]] = Parallel(n_jobs=workers, return_as="generator_unordered")(jobs)
    return found


def _one(mechanism: str, prepared: Prepared) -> tuple[str, Findings]:
    with one_thread():
        return mechanism, prepared()
