"""Sign-in at an authority's own identity provider, by OpenID Connect."""
