-- Distinct values of a column of the user's own files, with the file they stand in.
SELECT {column}, min(f.name) AS file
FROM "{table}" t JOIN _files f ON f.file_id = t._file
WHERE {column} IS NOT NULL AND {which} GROUP BY {column} ORDER BY {column}
