"""One module per public source: its true file format in, tidy tables and a reading report out.

``registry`` knows all formats and recognises a file by what is in it; ``files`` opens it safely;
``tabular`` reads and validates a table against its contract. A source module knows nothing of another.
"""
