-- How many records of each file were set aside, by reason.
SELECT file_id, reason, count(*) AS records, min(line) AS first_line FROM _set_aside GROUP BY ALL ORDER BY file_id, records DESC, reason
