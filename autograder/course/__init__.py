"""Labs as an nbgrader course: nbgrader keeps the books, the engine grades."""
