-- Write the remarks on one file anew.
UPDATE _files SET remarks = $remarks WHERE file_id = $file
