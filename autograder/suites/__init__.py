"""How hidden suites meet a submission: in the jail, or here for code of the lab's own."""
