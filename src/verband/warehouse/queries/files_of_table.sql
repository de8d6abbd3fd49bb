-- The files that the current rows of a table, or of one scope of it, came from.
SELECT DISTINCT f.name FROM _contents c JOIN _files f USING (file_id)
WHERE c.table_name = $table AND ($scope IS NULL OR c.scope = $scope) ORDER BY f.name
