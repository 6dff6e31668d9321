"""The review file of an activity: gathered, finished and packed."""
