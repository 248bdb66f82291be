"""`sluice`, and `python -m sluice`: the command, without what is in the current folder by chance."""

from sluice.search_path import leave_current_folder


def main() -> None:
    """Run the command line and end the process with its exit code."""
    leave_current_folder()
    from sluice.cli.main import main as command

    command()


if __name__ == "__main__":
    main()
