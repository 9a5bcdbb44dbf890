"""What the mapping pages show, worked out from the blueprint: plain values for the templates."""
