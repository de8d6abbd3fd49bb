"""The command line: a door without calculations."""
