"""SQLite on a disk of this machine, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lti_tool.db import disk
from lti_tool.db.disk import network_file_system
from lti_tool.db.engine import make_engine
from lti_tool.domain.errors import BadInput

MOUNTS = r"""
/dev/sda1 / ext4 rw,relatime 0 0
files:/export /srv/shared nfs4 rw,vers=4.2 0 0
/dev/sdb1 /srv/shared/local xfs rw 0 0
//nas/cme /mnt/our\040share cifs rw 0 0
me@host: /home/me/far fuse.sshfs rw 0 0
portal /run/user/1000/doc fuse.portal rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/var/lib/cme-tool/cme.db", ""),
        ("/srv/shared/cme.db", "nfs4"),
        ("/srv/shared/deep/down/cme.db", "nfs4"),
        ("/srv/shared/local/cme.db", ""),
        ("/srv/sharedwithnobody/cme.db", ""),
        ("/mnt/our share/cme.db", "cifs"),
        ("/home/me/far/cme.db", "fuse.sshfs"),
        ("/run/user/1000/doc/cme.db", ""),
    ],
)
def test_the_nearest_mount_decides(file: str, kind: str) -> None:
    assert network_file_system(Path(file), MOUNTS) == kind


def test_where_nothing_is_known_nothing_is_refused() -> None:
    assert network_file_system(Path("/var/lib/cme-tool/cme.db"), "") == ""


def test_no_engine_is_made_for_a_file_on_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tmp_path / "mounts"
    monkeypatch.setattr(disk, "MOUNTS", listed)
    make_engine(f"sqlite:///{tmp_path}/cme.db").dispose()
    listed.write_text(f"/dev/sda1 / ext4 rw 0 0\nfiles:/export {tmp_path.resolve()} nfs rw 0 0\n")
    with pytest.raises(BadInput, match=r"network file system \(nfs\)") as refused:
        make_engine(f"sqlite:///{tmp_path}/cme.db")
    assert refused.value.code == "sqlite_on_network"
    make_engine("sqlite://").dispose()
