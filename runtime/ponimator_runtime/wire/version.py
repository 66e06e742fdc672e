"""The protocol number, alone in its file so that no other truth about it can grow."""

from __future__ import annotations

from typing import Final

# History. A new number means that old golden bytes no longer decode; adding a field keeps the number.
# The same lines stand in the C# and C++ plugins, `package.json` and `.uplugin`; a contract test compares them.
#   1  2026  first protocol: interact, motion blocks with revisions, contacts
PROTOCOL: Final = 1
