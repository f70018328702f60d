"""What an operator's monitoring sees of a running server: whether it is fit, and its figures."""
