"""What runs logged: read, held to a plan, explained."""
