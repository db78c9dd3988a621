"""Measurements, each against a yardstick in the same run; `python -m benchmarks.NAME`. Figures are good as ratios."""
