-- Files with current rows, or whose rows were all set aside.
SELECT f.file_id, f.name, f.format, f.source, f.sha256, f.loaded, f.rows_read, f.rows_kept, f.remarks,
    list(c.table_name ORDER BY c.table_name) FILTER (c.table_name IS NOT NULL) AS tables,
    list_sort(list_distinct(flatten(list(c.years) FILTER (c.years IS NOT NULL)))) AS years
FROM _files f LEFT JOIN _contents c USING (file_id)
GROUP BY ALL ORDER BY f.source, f.name
