"""Writes the vectors: `python3 docs/vectors/generator`. With `--check`, fails if the committed vectors differ."""

import json
import pathlib
import sys

import kommo
import kommunicate
import kore_callback
import kore_hooks
import qikchat

FOLDER = pathlib.Path(__file__).parent.parent
MODULES = {"kommo": kommo, "kommunicate": kommunicate, "kore-callback": kore_callback, "kore-hooks": kore_hooks, "qikchat": qikchat}
NOTES = {
    "Valid": "An ordinary delivery.",
    "Rotation": "More than one key is accepted, newest first; key_position is the index of the one that matched.",
    "Keyring": "Which keys a channel accepts: those of its own entry, or else those of `*`.",
    "Tampering": "The request differs from the one that the proof was computed for.",
    "WrongKey": "The proof was computed with a key that is not accepted.",
    "Header": "The format of the header with the proof.",
    "Bytes": "The body as bytes: line ends, base64 events, bytes that are not text.",
    "Unicode": "Text that an intermediary might normalize, replace or truncate.",
    "Claims": "The claims of a JWT.",
    "Algorithm": "The algorithm of a JWT and the other members of its header.",
    "NotProven": "Valid, because the proof does not cover this: a consumer must not rely on it.",
}


def main():
    stale = []
    for name, module in MODULES.items():
        vectors = module.vectors()
        ids = [vector["id"] for vector in vectors]
        assert len(ids) == len(set(ids)), f"{name} has a duplicate id"
        used = {flag for vector in vectors for flag in vector["flags"]}
        document = {
            "provider": name,
            "scheme": module.SCHEME,
            "notes": {flag: note for flag, note in NOTES.items() if flag in used},
            "count": len(vectors),
            "vectors": vectors,
        }
        text = json.dumps(document, indent=2, ensure_ascii=True) + "\n"
        path = FOLDER / f"{name}.json"
        if not path.exists() or path.read_text() != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text)
    if "--check" in sys.argv and stale:
        sys.exit(f"out of date: {', '.join(stale)}; run python3 docs/vectors/generator")


main()
