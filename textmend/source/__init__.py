"""The true words from the page or another copy: reading, aligning, and separating losses from other differences."""
