-- Layout version of the warehouse file.
SELECT value FROM _meta WHERE key = 'format_version'
