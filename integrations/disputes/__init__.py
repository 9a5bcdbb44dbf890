"""Chargebacks: told by the acquirer's file, by a partner or by a person; tied to their sale; moved on until they end."""
