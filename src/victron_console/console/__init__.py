"""The screens. They read the store and nothing else."""
