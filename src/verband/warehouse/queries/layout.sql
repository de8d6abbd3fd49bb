-- The books of a warehouse: what was loaded from where, and what was set aside.
CREATE TABLE _meta (key VARCHAR PRIMARY KEY, value VARCHAR);
CREATE TABLE _snapshots (snapshot VARCHAR, loaded TIMESTAMP, verband_version VARCHAR);
CREATE TABLE _files (
    file_id INTEGER PRIMARY KEY, name VARCHAR, format VARCHAR, source VARCHAR, sha256 VARCHAR, mode VARCHAR,
    loaded TIMESTAMP, rows_read BIGINT, rows_kept BIGINT, remarks VARCHAR[], same_as INTEGER
);
CREATE TABLE _contents (file_id INTEGER, table_name VARCHAR, scope VARCHAR, row_count BIGINT, years INTEGER[]);
CREATE TABLE _set_aside (file_id INTEGER, line BIGINT, reason VARCHAR, text VARCHAR);
CREATE TABLE _unrecognised (name VARCHAR);
