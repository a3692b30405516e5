"""What is to be said of a site, in whole plain clauses: one place for every screen, command, report and notice."""
