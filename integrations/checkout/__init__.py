"""Payment pages: registering payments with Opayo Server for orders of a shop and for pay links."""
