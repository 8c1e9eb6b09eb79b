"""The stack of `deploy/compose` on a real container engine, from building the image to restoring a backup."""
