-- How many rows of the files of this load were moved out of a table.
SELECT count(*) FROM "_unplaced_{table}" WHERE _file <= {files}
