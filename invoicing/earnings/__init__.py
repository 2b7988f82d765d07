"""What the supplier has earned so far this month, before anything is invoiced."""
