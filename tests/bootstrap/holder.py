"""A small program that holds a data directory as `fengsui up` does: `python holder.py DATA [durable]`.

Prints one JSON line when its services are up (or what refused them), then obeys: a line `revive` starts again what died,
`drop` gives up root, the end of its input ends it.
"""

import json
import os
import sys
from pathlib import Path

from spine.private_services import PrivateServices, ServiceTrouble, drop_privileges


def main() -> None:
    private = PrivateServices()
    said: list[str] = []

    def log(zh: str, en: str) -> None:
        said.append(f"{zh} {en}")

    try:
        services = private.start(Path(sys.argv[1]), durable="durable" in sys.argv, log=log)
    except ServiceTrouble as trouble:
        print(json.dumps({"code": trouble.code, "zh": trouble.sentence_zh, "en": trouble.sentence_en}), flush=True)
        sys.exit(1)
    facts = {"database_url": services.database_url, "redis_url": services.redis_url, "processes": private.process_ids()}
    print(json.dumps({**facts, "said": said}), flush=True)
    for line in sys.stdin:
        if line.strip() == "revive":
            print(json.dumps({"revived": private.revive(), "processes": private.process_ids()}), flush=True)
        if line.strip() == "drop":
            print(json.dumps({"user": drop_privileges(Path(sys.argv[1])), "uid": os.getuid()}), flush=True)


if __name__ == "__main__":
    main()
