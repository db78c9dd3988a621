"""What teaches the search: run by hand, never by the desk; writes the numbers that lie beside the search's modules."""
