"""The lab as an nbgrader course: its gradebook, late days and exports."""
