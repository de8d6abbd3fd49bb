-- Move the rows with one of some values out of their table. The tables do not keep the line, so the books show the record.
INSERT INTO "_unplaced_{table}"
SELECT t.*, i.reason FROM "{table}" t JOIN _files f ON f.file_id = t._file JOIN incoming i ON i.value = t.{column}
WHERE {which};
INSERT INTO _set_aside
SELECT t._file, NULL, i.reason, left(concat_ws(' | ', {columns}), 200)
FROM "{table}" t JOIN _files f ON f.file_id = t._file JOIN incoming i ON i.value = t.{column}
WHERE {which};
DELETE FROM "{table}" t USING _files f, incoming i
WHERE f.file_id = t._file AND i.value = t.{column} AND {which}
