-- Give the task accounts the codes found for their names.
UPDATE task_accounts t SET code = i.code FROM incoming i WHERE t.code IS NULL AND t.name = i.name AND t.year = i.year
