"""The public checks: ``python check.py`` runs them, and so does ``pytest``."""
