"""What follows from the findings: risk, jobs, peers."""
