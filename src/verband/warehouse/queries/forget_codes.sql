-- Take back the codes found for names by an earlier municipality list.
UPDATE task_accounts SET code = NULL WHERE code IS NOT NULL
