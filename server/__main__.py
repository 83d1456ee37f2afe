"""``python -m server`` is ``zhengwen``."""

from server.cli import main

if __name__ == "__main__":
    main()
