"""The launcher: `python bot.py --help` shows what it can do."""

from bot.cli import main

if __name__ == "__main__":
    main()
