-- Take the rows that were moved out of a table from the counts of their files.
UPDATE _files f SET rows_kept = f.rows_kept - u.rows
FROM (SELECT _file, count(*) AS rows FROM "_unplaced_{table}" GROUP BY _file) u WHERE u._file = f.file_id;
UPDATE _contents c SET row_count = c.row_count - u.rows
FROM (SELECT _file, count(*) AS rows FROM "_unplaced_{table}" GROUP BY _file) u
WHERE u._file = c.file_id AND c.table_name = '{table}'
