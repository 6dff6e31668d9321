"""Users as the LMS's user service describes them. In the workbench the student's name in the address says who it is."""

from __future__ import annotations

from typing import Any

from xblock.reference.user_service import UserService, XBlockUser

from tests.xblock.site.identity import lti_id


class PeopleService(UserService):
    """Whoever is named ``staff...`` is course staff; ``none`` is not signed in."""

    def __init__(self) -> None:
        super().__init__()
        self.runtime: Any = None

    @property
    def _django_user(self) -> str:
        """The account, as the LMS's service has it."""
        return str(self.runtime.user_id)

    def get_current_user(self) -> XBlockUser:
        user_id = str(self.runtime.user_id)
        user = XBlockUser(is_current_user=True, emails=[f"{user_id}@example.org"], full_name="Ada Lovelace")
        user.opt_attrs["edx-platform.user_id"] = user_id
        user.opt_attrs["edx-platform.is_authenticated"] = user_id != "none"
        user.opt_attrs["edx-platform.user_is_staff"] = user_id.startswith("staff")
        return user

    def get_external_user_id(self, kind: str) -> str | None:
        return lti_id(str(self.runtime.user_id)) if kind == "lti" else None
