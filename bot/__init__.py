"""The running program: settings, channels, delivery and the command line."""
