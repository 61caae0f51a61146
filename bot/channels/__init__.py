"""The ways into the house: each channel turns what comes into aiogram updates and hands them to the intake."""
