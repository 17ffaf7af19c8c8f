"""From a cue to hits that explain themselves."""
