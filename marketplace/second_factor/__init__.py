"""A second proof of who signs in, and a fresh one of who signs a document."""
