"""placeholder until the gate is written"""

from xblock.core import XBlock


class CmeGateXBlock(XBlock):
    pass
