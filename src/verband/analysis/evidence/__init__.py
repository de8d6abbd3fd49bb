"""The evidence ledger: what the loaded national data say about each of the sixteen mechanisms.

``statements`` and ``rules`` hold what is claimed and what would decide it, stated before any estimate; ``verdict``
reads intervals by these rules; ``result`` is what comes out. Then one module per mechanism, each a pure function from
tables to findings: ``scale`` (M1), ``joint_buying`` (M2), ``quality`` (M3), ``know_how`` (M4), ``one_person_functions``
(M5), ``dependence`` (M6), ``identity`` (M7), ``control`` (M8), ``all_sizes`` (M9), ``after_merger`` (M10),
``switching_connecting`` (M11), ``flexibility`` (M12), ``own_interests`` (M13), ``common_pot`` (M14), ``contributing``
(M15) and ``budget_cuts`` (M16). ``ledger`` puts findings and rules together.
"""
