"""What the room's templates ask for."""
