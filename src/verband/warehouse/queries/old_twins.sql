-- Files of an attached earlier warehouse that held the same content as another.
SELECT file_id, same_as, name FROM old._files WHERE same_as IS NOT NULL ORDER BY file_id
