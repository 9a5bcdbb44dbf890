"""Chats that take an incoming webhook: Slack, and what is compatible with it."""
