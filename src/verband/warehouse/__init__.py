"""One DuckDB file per workspace: tables, snapshots, provenance, harmonisation, and the project's only SQL.

``store`` opens the file, ``loading`` brings published files in atomically, ``assembly`` does what needs more
than one source, ``boundaries`` carries amounts to later municipal boundaries, ``queries/`` holds the SQL by name.
"""
