"""Writes the vectors: `python3 docs/vectors/generator`. With `--check` it only says whether they are as it would write them."""

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
    "Rotation": "Several keys are accepted, newest first; key_position tells which one matched.",
    "Keyring": "Which keys a channel accepts: its own entry, else that of `*`.",
    "Tampering": "The request is not the one that was proved.",
    "WrongKey": "The proof was made with a key that is not accepted.",
    "Header": "The form of the header that carries the proof.",
    "Bytes": "The body as bytes: line ends, base64 events, bytes that are not text.",
    "Unicode": "Text that something on the way may normalise, replace or cut.",
    "Claims": "What a JWT says of itself.",
    "Algorithm": "A JWT's algorithm and the other members of its header.",
    "NotProven": "Valid, because the provider does not prove it: a consumer must not rely on it.",
}


def main():
    stale = []
    for name, module in MODULES.items():
        vectors = module.vectors()
        ids = [vector["id"] for vector in vectors]
        assert len(ids) == len(set(ids)), f"an id of {name} stands twice"
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
        sys.exit(f"not as generated: {', '.join(stale)}; run python3 docs/vectors/generator")


main()
