"""What `make check` holds the project to, beside the tools that it runs as they are."""
