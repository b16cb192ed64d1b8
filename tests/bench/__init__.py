"""What measures textmend: rivals, speed, memory, ablations, the quality gate. Not part of the package."""
