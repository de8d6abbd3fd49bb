-- What an attached earlier warehouse holds.
SELECT c.file_id, c.table_name, c.scope, c.row_count, c.years, f.name, f.sha256
FROM old._contents c JOIN old._files f USING (file_id) ORDER BY c.file_id, c.table_name
