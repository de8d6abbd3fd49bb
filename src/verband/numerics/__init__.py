"""Field-neutral algorithms on arrays; nothing here knows a word of local government."""
