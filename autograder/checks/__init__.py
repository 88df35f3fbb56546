"""What the author of a suite may use."""
