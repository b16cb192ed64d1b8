"""Where words are missing: cues, model inputs, the detector, calibration."""
