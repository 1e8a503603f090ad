"""What a project is: the room that every entity belongs to."""
