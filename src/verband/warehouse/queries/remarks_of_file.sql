-- What was remarked on reading one file.
SELECT remarks FROM _files WHERE file_id = $file
