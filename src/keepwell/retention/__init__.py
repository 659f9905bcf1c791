"""Retention on screen: statements, series, cohorts, survival, definitions and cycles, each opening its accounts."""
