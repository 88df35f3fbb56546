"""Why a check failed, for the student: a known mistake, or what the numbers themselves say."""
