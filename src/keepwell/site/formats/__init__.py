"""Days on the screens, a file a language, as `keepwell.metrics.charts.numbers` says them in charts and papers."""
