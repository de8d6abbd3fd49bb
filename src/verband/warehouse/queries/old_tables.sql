-- Tables of an attached earlier warehouse.
SELECT table_name FROM duckdb_tables() WHERE database_name = 'old'
