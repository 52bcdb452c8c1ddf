"""What the demos share: how they start and end, speak, and check themselves."""
