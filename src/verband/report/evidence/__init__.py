"""The page of the evidence ledger: verdicts in plain words, and per claim chart, sentences, rule and literature."""
