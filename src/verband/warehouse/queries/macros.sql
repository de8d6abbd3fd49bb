-- What several queries share, for this connection only: the order of the grant circulars, year and month ahead.
CREATE OR REPLACE TEMP MACRO circular_order(circular) AS
    right(circular, 4) || '-' || list_position({letters}, left(circular, 1))
