-- Data tables that hold at least one row.
SELECT table_name FROM duckdb_tables()
WHERE database_name = current_database() AND NOT starts_with(table_name, '_') AND estimated_size > 0
