"""What was handed in, read within bounds: folders and archives."""
