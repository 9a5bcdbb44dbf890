"""The rules of disputes: notices, states, reason codes and ties. Pure."""
