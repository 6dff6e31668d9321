"""Floor 4: HTTP only. Parse, authorise, call one use-case, answer."""
