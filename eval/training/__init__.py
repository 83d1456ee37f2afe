"""Training of the models that ship with the project; not needed to run it."""
