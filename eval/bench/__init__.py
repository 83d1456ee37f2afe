"""Speed as ratios: each thing is measured beside its reference in one run, the two taking turns, medians compared.

What is measured, against what, and the ratio to reach are those of the project's speed targets; see eval/README.md.
"""
