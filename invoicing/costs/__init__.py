"""What has been invoiced for each placement, by number, and by supplier and kommun."""
