-- Whether an attached earlier warehouse holds municipality lists.
SELECT 1 FROM duckdb_tables() WHERE database_name = 'old' AND table_name = 'municipality_list'
