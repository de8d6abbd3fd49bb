-- The files that the current rows of a table came from.
SELECT DISTINCT f.name FROM _contents c JOIN _files f USING (file_id) WHERE c.table_name = $table ORDER BY f.name
