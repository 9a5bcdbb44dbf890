"""Every page that looks across the apps."""
