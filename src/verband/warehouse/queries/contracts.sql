-- Hash of the contracts under which the warehouse was written.
SELECT value FROM _meta WHERE key = 'contracts'
