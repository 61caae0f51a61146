"""Stand-ins for the platforms, speaking their real protocols over loopback HTTP."""
