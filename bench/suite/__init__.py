"""What `make bench` does: scenarios, played by the programs of bench/, and what
is made of their results."""
