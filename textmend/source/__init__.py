"""The true words from the page or another copy: reading, aligning, and telling losses from other differences."""
