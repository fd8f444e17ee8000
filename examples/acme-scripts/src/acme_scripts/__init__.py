"""Scripts for identitysync, as a partner would publish them."""
