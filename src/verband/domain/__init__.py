"""The nouns: municipality and genealogy, task, arrangement, size class, figure, and the data contracts."""
