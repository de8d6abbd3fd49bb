"""Nucleoli and the least subsidy in fractions: a simplex method without any rounding, for a few players.

Nothing is shared with the code. Every level is solved as its dual, in which the sums settled before are taken out;
coalitions with a weight above 0 have the level in every solution (complementary slackness).
"""

from __future__ import annotations

from fractions import Fraction


class Tableau:
    """Equations of y, 0 or more, each solved for the variable in its basis; those from ``width`` on are to be 0."""

    def __init__(self, rows, right):
        self.height, self.width = len(rows), len(rows[0])
        self.basis = [self.width + at for at in range(self.height)]
        self.rows = []
        for at, (row, value) in enumerate(zip(rows, right, strict=True)):
            own = [int(at == other) for other in range(self.height)]
            sign = -1 if value < 0 else 1
            self.rows.append([Fraction(number) for number in (*(sign * entry for entry in row), *own, sign * value)])

    def turn(self, at, column):
        pivot = self.rows[at][column]
        self.rows[at] = [value / pivot for value in self.rows[at]]
        for other in range(self.height):
            factor = self.rows[other][column]
            if other != at and factor:
                pairs = zip(self.rows[other], self.rows[at], strict=True)
                self.rows[other] = [value - factor * own for value, own in pairs]
        self.basis[at] = column

    def improve(self, cost, columns):
        """Bland's rule."""
        while True:
            own = [cost[column] for column in self.basis]
            gains = (c for c in columns if cost[c] > sum(p * row[c] for p, row in zip(own, self.rows, strict=True)))
            column = next(gains, None)
            if column is None:
                return
            self.turn(
                min((row[-1] / row[column], self.basis[at], at) for at, row in enumerate(self.rows) if row[column] > 0)[
                    2
                ],
                column,
            )

    def empty(self):
        """Take the variables that are to be 0 out of the basis."""
        for at in range(self.height):
            if self.basis[at] >= self.width:
                assert self.rows[at][-1] == 0
                column = next((c for c in range(self.width) if self.rows[at][c]), None)
                if column is not None:
                    self.turn(at, column)


def maximum(rows, right, objective):
    """Largest ``objective . y`` with ``rows y = right`` and y at least 0: its value and y."""
    table = Tableau(rows, right)
    width, height = table.width, table.height
    table.improve([Fraction(0)] * width + [Fraction(-1)] * height, range(width + height))
    table.empty()
    cost = [Fraction(value) for value in objective] + [Fraction(0)] * height
    table.improve(cost, range(width))
    found = [Fraction(0)] * width
    for at, column in enumerate(table.basis):
        if column < width:
            found[column] = table.rows[at][-1]
    return sum(own * value for own, value in zip(cost, found, strict=False)), found


def settled(equations, n):
    """Shares that meet some equations, and a basis of the changes that keep them."""
    rows, pivots = [list(row) for row in equations], []
    for column in range(n):
        at = next((at for at in range(len(pivots), len(rows)) if rows[at][column]), None)
        if at is None:
            continue
        top = len(pivots)
        rows[top], rows[at] = rows[at], rows[top]
        rows[top] = [value / rows[top][column] for value in rows[top]]
        for other in range(len(rows)):
            factor = rows[other][column]
            if other != top and factor:
                rows[other] = [value - factor * own for value, own in zip(rows[other], rows[top], strict=True)]
        pivots.append(column)
    x = [Fraction(0)] * n
    for row, pivot in zip(rows, pivots, strict=False):
        x[pivot] = row[-1]
    changes = []
    for free in (column for column in range(n) if column not in pivots):
        change = [Fraction(int(column == free)) for column in range(n)]
        for row, pivot in zip(rows, pivots, strict=False):
            change[pivot] = -row[free]
        changes.append(change)
    return x, changes


def prenucleolus(cost, n, *, per_capita=False, limited=False):
    """Shares of a cost game, the largest excess, and whether no other shares have one as small."""
    cost = [Fraction(float(value)) for value in cost]
    equations, levels = [[Fraction(1)] * n + [cost[-1]]], []
    x, changes = settled(equations, n)
    while changes:
        columns, objective, rows = [], [], []
        for mask in range(1, 2**n - 1):
            inside = [Fraction(mask >> player & 1) for player in range(n)]
            moves = [sum(a * b for a, b in zip(inside, change, strict=True)) for change in changes]
            if any(moves):
                columns.append([*moves, Fraction(mask.bit_count() if per_capita else 1)])
                objective.append(sum(a * b for a, b in zip(inside, x, strict=True)) - cost[mask])
                rows.append([*inside, cost[mask]])
        for player in range(n) if limited else ():
            moves = [change[player] for change in changes]
            if any(moves):
                columns.append([*moves, Fraction(0)])
                objective.append(x[player] - cost[1 << player])
                rows.append([*(Fraction(int(other == player)) for other in range(n)), cost[1 << player]])
        level, weights = maximum([list(row) for row in zip(*columns, strict=True)], [0] * len(changes) + [1], objective)
        levels.append(level)
        for row, column, weight in zip(rows, columns, weights, strict=True):
            if weight > 0:
                equations.append([*row[:-1], row[-1] + level * column[-1]])
        x, changes = settled(equations, n)
    return x, levels[0], all(level == levels[0] for level in levels)


def subsidy(cost, n):
    """``c(N) - max{x(N): x(S) <= c(S) for all S}``, by its dual."""
    masks = range(1, 2**n)
    value, _ = maximum(
        [[mask >> player & 1 for mask in masks] for player in range(n)],
        [1] * n,
        [-Fraction(float(cost[mask])) for mask in masks],
    )
    return Fraction(float(cost[-1])) + value
