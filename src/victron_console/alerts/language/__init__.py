"""The language of rules: inputs, expressions, functions, windows."""
