-- The files of a table in an order that does not depend on when or in which order they were loaded.
SELECT DISTINCT c.file_id, c.scope, f.sha256
FROM _contents c JOIN _files f USING (file_id) WHERE c.table_name = $table ORDER BY c.scope, f.sha256
