"""Rendering: results of the analyses as pages and summaries. Words, formats and layout only; nothing is computed here."""
