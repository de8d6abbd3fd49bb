"""Gathering the tables of each mechanism of the evidence ledger, and asking them."""
