-- Names in the task accounts that have no code yet.
SELECT DISTINCT name, year FROM task_accounts WHERE code IS NULL AND year IS NOT NULL
