"""Markov chains in continuous time: queues, repairable systems, and the periods during which too few components are up.

Field-neutral: components that go down and come back, in any unit of time.
"""

from __future__ import annotations
