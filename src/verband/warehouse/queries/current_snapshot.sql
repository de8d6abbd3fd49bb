-- The snapshot that the warehouse holds.
SELECT snapshot, loaded, verband_version FROM _snapshots ORDER BY loaded DESC LIMIT 1
