"""Two-person interactions in several phrasings each: what the text encoder must still tell apart when small.

Only data; the kinds overlap on purpose (pat and push, hug and embrace), so that ranks can break.
"""

from typing import Final

PHRASES_BY_KIND: Final[dict[str, tuple[str, ...]]] = {
    "handshake": (
        "two people shake hands",
        "a handshake",
        "they greet each other by shaking hands",
        "one person shakes the other's hand",
        "two strangers introduce themselves with a handshake",
    ),
    "high five": (
        "two people high five",
        "they give each other a high five",
        "slapping raised palms together",
        "one gives the other a high-five",
        "a celebratory high five between teammates",
    ),
    "hug": (
        "two people hug",
        "they embrace each other",
        "a warm hug between friends",
        "one person wraps both arms around the other",
        "friends hugging",
    ),
    "shoulder pat": (
        "one person pats the other on the shoulder",
        "a pat on the shoulder",
        "patting someone's shoulder",
        "she taps him on the shoulder",
        "a reassuring hand on the shoulder",
    ),
    "push": (
        "one person pushes the other",
        "a shove that makes the other step back",
        "someone is pushed and steps backwards",
        "he shoves him away",
        "pushing the other person",
    ),
    "bow": (
        "two people bow to each other",
        "they bow",
        "a respectful bow",
        "bowing in greeting",
        "one bows and the other returns the bow",
    ),
    "dance": (
        "two people dance together",
        "a couple dancing a waltz",
        "they dance arm in arm",
        "ballroom dancing",
        "dancing with a partner",
    ),
    "punch": (
        "one person punches the other",
        "he hits the other with his fist",
        "a boxing punch to the face",
        "they fight with their fists",
        "throwing a punch at someone",
    ),
    "kick": (
        "one person kicks the other",
        "a kick to the leg",
        "kicking an opponent",
        "she kicks him",
        "a karate kick at someone",
    ),
    "wave": (
        "two people wave at each other",
        "waving hello",
        "one person waves goodbye to the other",
        "they wave their hands in greeting",
        "a friendly wave",
    ),
    "lift": (
        "one person lifts the other up",
        "carrying someone in both arms",
        "he picks her up off the ground",
        "one carries the other on the back",
        "a piggyback ride",
    ),
    "whisper": (
        "one person whispers in the other's ear",
        "whispering a secret",
        "she leans in and whispers to him",
        "a whisper into the ear",
        "telling someone a secret quietly",
    ),
}
