"""What people and programs read: text, progress and JSON."""
