"""The legal amount, in words: where it stands, and which of the courtesy amount's answers it agrees with."""
