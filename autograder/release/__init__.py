"""What students receive: a folder with skeletons, public checks and a notebook."""
