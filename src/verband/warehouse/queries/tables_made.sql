-- Tables of this warehouse, with or without rows; not those of one that is attached.
SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()
