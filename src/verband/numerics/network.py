"""Positions in a two-mode network: actors who meet in groups.

Betweenness is taken in the network of actors and groups itself, not in that of actors who have a group in common, where
every group would be a clique and each of its members a go-between of all others (Faust, 1997, "Centrality in
affiliation networks", Social Networks 19; normalised as in Borgatti and Halgin, 2011, "Analyzing affiliation
networks"). Constraint and effective size are those of Burt (1992, "Structural holes"), with the number of groups in
common as strength of a tie; effective size without strengths (Borgatti, 1997). All by networkx (Hagberg, Schult and
Swart, 2008).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """Where an actor stands.

    Attributes
    ----------
    groups, partners
        Number of groups, and of other actors with whom it has any group in common.
    betweenness
        Part of the shortest paths between all others that passes through it: 0 to 1.
    constraint
        How far its ties lead back to each other; higher is less free to broker. ``None`` without partners.
    effective_size
        Number of partners minus the mean number of ties of a partner with the others; ``None`` without partners.
    """

    groups: int
    partners: int
    betweenness: float
    constraint: float | None
    effective_size: float | None


def positions(memberships: Iterable[tuple[str, str]]) -> dict[str, Position]:
    """Say where every actor stands.

    Parameters
    ----------
    memberships
        Actor and group, in any order; the same pair twice counts once.

    Returns
    -------
    dict
        By actor, in alphabetical order. The same memberships give the same bytes, in whatever order they come.
    """
    import networkx as nx  # noqa: PLC0415  takes as long to start as a fast command
    from networkx.algorithms import bipartite  # noqa: PLC0415

    pairs = sorted(set(memberships))
    if not pairs:
        return {}
    actors = sorted({actor for actor, _ in pairs})
    graph = nx.Graph()
    graph.add_nodes_from((0, actor) for actor in actors)
    graph.add_edges_from(((0, actor), (1, group)) for actor, group in pairs)
    nodes = [(0, actor) for actor in actors]
    ties = bipartite.weighted_projected_graph(graph, nodes)
    # With one actor or one group nobody can be between others, and the normalisation would divide by 0.
    several = len(actors) > 1 and len({group for _, group in pairs}) > 1
    between = bipartite.betweenness_centrality(graph, nodes) if several else dict.fromkeys(nodes, 0.0)
    constraint = nx.constraint(ties, weight="weight")
    effective = nx.effective_size(ties)
    return {
        actor: Position(
            groups=graph.degree(node),
            partners=ties.degree(node),
            betweenness=float(between[node]),
            constraint=float(constraint[node]) if ties.degree(node) else None,
            effective_size=float(effective[node]) if ties.degree(node) else None,
        )
        for actor, node in zip(actors, nodes, strict=True)
    }
