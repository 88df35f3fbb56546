"""Makes an image that grades a lab, and runs in it; `Containerfile` says how."""
