"""Pages for people: one HTML file each, nothing loaded from the network, every text from articles escaped."""
