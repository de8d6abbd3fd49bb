-- What identifies the content of the warehouse: contents of files, how they were read, what they hold.
SELECT f.mode, c.table_name, c.scope, f.sha256
FROM _contents c JOIN _files f USING (file_id) ORDER BY ALL
