"""Power in weighted majority games: how often a player decides, with one or several simultaneous majorities.

Field-neutral: weights, quotas and numbers of players; names and files belong to the caller. The modules:

====================  ==========================================================================
``power``             the indices of every player by the way that fits: begin here
``game``              weights and quotas as exact whole numbers
``indices``           what comes of it: Shapley-Shubik, Banzhaf, swings, and how certain
``counting``          swings counted by dynamic programming over sums and sizes, in whole numbers
``halves``            swings counted by meeting in the middle: 30 players or fewer, any weights
``quadrature``        many players: chances instead of counts, the order of joining integrated exactly
``distribution``      chances of the sums of all players, and of all but one
``rounding``          weights rounded to a unit, with bounds on what that can change
``sampling``          orders and coalitions drawn by chance, with intervals
``nearest``           the smallest change of one weight that changes who wins
====================  ==========================================================================
"""
