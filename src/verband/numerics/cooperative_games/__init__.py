"""Cooperative games: what a group of players costs or earns, and how to share the total.

Field-neutral: players are numbers from 0, coalitions bit masks; names and files belong to the caller. A *cost* game
charges, a *benefit* game pays; the excess of a coalition is what it gains by leaving: ``x(S) - c(S)`` or ``v(S) -
x(S)``.

====================  ==========================================================================
``coalitions``        coalitions as bit masks, sums over all of them at once
``games``             games by table, and games of total weight and number of players
``arithmetic``        a formula in arithmetic only: its values, and proven bounds of its slope
``proportional``      equal, by weight, by stand-alone value, separable costs-remaining benefits
``shapley``           Shapley value of a table, exact
``shapley_weights``   Shapley value of many players with whole weights, exact; other weights rounded, with a bound
``shapley_sampling``  Shapley value by stratified sampling, with intervals
``tau``               tau value
``nucleolus``         nucleolus, prenucleolus, per-capita nucleolus, least core
``kohlberg``          whether shares are a nucleolus, checked without the programs that found them
``core``              core, smallest subsidy, worst coalition
``subadditivity``     whether two groups together never cost more
``excesses``          largest excesses over all coalitions, which ``programs`` needs as rows
``programs``          the linear programs
``rounding``          shares in whole units with the same sum
====================  ==========================================================================
"""
