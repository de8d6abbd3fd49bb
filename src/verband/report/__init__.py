"""Rendering: results of the analyses as pages and summaries. Words, formats and layout; nothing is computed here."""
