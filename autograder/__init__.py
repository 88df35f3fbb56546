"""An engine that grades submissions by hidden pytest suites, out of the submissions' reach."""
