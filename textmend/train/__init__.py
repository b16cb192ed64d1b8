"""Making the two models: training, calibration, export. Needs the extra ``textmend[train]``."""
