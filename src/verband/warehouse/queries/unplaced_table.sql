-- Where rows of a table are kept whose code or name leads nowhere: a later load judges them anew.
CREATE TABLE IF NOT EXISTS "_unplaced_{table}" AS SELECT *, NULL::VARCHAR AS _reason FROM "{table}" LIMIT 0
