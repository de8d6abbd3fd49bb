"""Data envelopment analysis: efficiency against a frontier that the units themselves span.

Field-neutral: inputs, outputs and numbers of rows; names and files belong to the caller. The modules, each on its own:

====================  ==========================================================================
``technology``        the data, their checks, and what a frontier is
``efficiency``        radial efficiency, slacks and peers of every unit
``scale``             scale efficiency and nature of returns to scale
``super_efficiency``  each unit against the frontier of the others
``merging``           potential gains of merging units: learning, harmony, size
``bootstrap``         bias and intervals by the smoothed bootstrap
``order_m``           the partial frontier of order m
``free_disposal``     the hull without mixtures
``radial``            points against a frontier: all of the above rest on it
``measured``          what comes of that
``frame``             from units to linear programs, scaled, and back
``simplex``           many small programs at once, on the ``bases`` and towards the ``aims`` of two stages
``rational``          one program in whole fractions: the last resort
====================  ==========================================================================
"""
