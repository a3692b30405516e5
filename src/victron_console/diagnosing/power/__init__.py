"""What the past says of grid, PV, inverter and energies."""
