"""Data envelopment analysis: efficiency against a frontier that the units themselves span.

Field-neutral: inputs, outputs and numbers of rows; names and files belong to the caller. The modules, each on its own:

========================  =============================================================================================
``technology``            the data, their checks, and what a frontier is
``efficiency``            radial efficiency, slacks and peers of every unit
``scale``                 scale efficiency and nature of returns to scale
``super_efficiency``      each unit against the frontier of the others
``merging``               potential gains of merging units: learning, harmony, size
``bootstrap``             bias and intervals by the smoothed bootstrap
``order_m``               the partial frontier of order m
``free_disposal``         the hull without convexity
``radial``                from data to linear programs, and back
``simplex``               many small programs at once
``programs``              one program by HiGHS: the reference, and the last resort
========================  =============================================================================================
"""
