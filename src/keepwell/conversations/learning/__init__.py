"""What people learn from: clips and their collections, topics over time, coaching."""
