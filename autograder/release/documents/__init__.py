"""Documents for students: from Markdown an HTML page and a PDF."""
