-- What has been loaded, by content and by the way it was read.
SELECT sha256, mode FROM _files
