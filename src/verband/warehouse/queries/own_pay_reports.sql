-- Years and reports of which own pay per task is loaded.
SELECT DISTINCT year, report FROM task_accounts
WHERE wages_keur IS NOT NULL AND year IS NOT NULL
ORDER BY year, report
