"""What an organization settles about its assessments once: which rules, how severe, from which thresholds on."""

from aiopkg.settings.find import find_settings, read_settings
from aiopkg.settings.read import KEYS, check_codes
from aiopkg.settings.settings import FAIL_ON, Settings, Threshold, Waiver

__all__ = ["FAIL_ON", "KEYS", "Settings", "Threshold", "Waiver", "check_codes", "find_settings", "read_settings"]
