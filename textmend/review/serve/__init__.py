"""Several people review at once: a small server that hands the page out and writes each decision to the disk."""
