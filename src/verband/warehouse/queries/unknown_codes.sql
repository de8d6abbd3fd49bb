-- Codes of a table that no municipality list and no boundary change knows, with the file they stand in.
SELECT t.code, min(f.name) AS file, count(*) AS rows
FROM "{table}" t JOIN _files f ON f.file_id = t._file
WHERE t.code IS NOT NULL AND {which}
    AND NOT EXISTS (SELECT 1 FROM municipality_list l WHERE l.code = t.code)
    AND NOT EXISTS (SELECT 1 FROM boundary_changes b WHERE t.code IN (b.old_code, b.new_code))
GROUP BY t.code ORDER BY t.code
