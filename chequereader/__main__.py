"""``python -m chequereader``: the command line."""

from chequereader.cli import main

if __name__ == "__main__":
    main()
