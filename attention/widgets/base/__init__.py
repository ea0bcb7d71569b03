"""What every widget is built on: arguments that are checked, a bundle, a picture."""
