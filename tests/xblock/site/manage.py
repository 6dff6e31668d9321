"""``manage.py`` of the site, for the block's own commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.xblock.site.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command(*sys.argv[1:], skip_checks=True)


if __name__ == "__main__":
    main()
