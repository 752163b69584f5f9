"""Changes to a deployed stack: at every step of the update, the running functions can send, and queued messages can be read.

    python tests/template/changes.py                        each change in CHANGES, with template.yaml
    python tests/template/changes.py faults                 the same with each fault in FAULTS injected: all must be detected
    python tests/template/changes.py FILE                   from another template to template.yaml, without and with each change
    python tests/template/changes.py FILE FILE              each change with another template
"""

import json
import sys

from evaluate import Stack
from running import FALLBACKS, Lost, check
from translate import providers

KEYS = [f"arn:aws:kms:eu-west-1:123456789012:key/{number}" for number in (1, 2)]
PROVIDERS = providers()[0]
STARTS = [{}, {"DeliveryUrl": "https://example.com/events"}, {"DeployWorker": "true", "Deployment": "Canary10Percent5Minutes"}]
FIFO, STANDARD = {"QueueType": "fifo"}, {}
KEY, OTHER_KEY = ({"KmsKeyArn": key} for key in KEYS)
FALLBACK, OTHER_FALLBACK = ({"FallbackQueueArn": arn} for arn in FALLBACKS)
# Each change is made in both directions: setting something, and removing it.
CHANGES = [
    (STANDARD, FIFO),
    ({}, KEY),
    (KEY, OTHER_KEY),
    ({}, FALLBACK),
    (FALLBACK, OTHER_FALLBACK),
    ({}, FIFO | KEY | OTHER_FALLBACK),
    (KEY | FALLBACK, FIFO | OTHER_KEY | OTHER_FALLBACK),
    (FIFO | KEY, FALLBACK),
]


SELECTED = {"Fn::If": ["IsFifo", {"Fn::GetAtt": ["FifoQueue", "Arn"]}, {"Fn::GetAtt": ["Queue", "Arn"]}]}


def only_the_selected_queue(template):
    statement = template["Resources"]["EnqueuePolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
    statement["Resource"] = [SELECTED, *statement["Resource"][3:]]


def only_the_key(template):
    for statement in template["Resources"]["EnqueuePolicy"]["Properties"]["PolicyDocument"]["Statement"][1:]:
        statement["Resource"] = {"Ref": "KmsKeyArn"}


def the_workers_key(template):
    statement = template["Resources"]["WorkerRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][-1]
    statement["Resource"] = {"Ref": "KmsKeyArn"}


def one_trigger(template):
    del template["Resources"]["FifoWorkerTrigger"]
    template["Resources"]["WorkerTrigger"]["Properties"]["EventSourceArn"] = SELECTED


def fallback_policies(template):
    return [name for name in template["Resources"] if name.endswith("FallbackPolicy")]


def no_fallback_policy(template):
    for name in fallback_policies(template):
        del template["Resources"][name]


def a_fallback_policy_that_is_updated(template):
    for name in fallback_policies(template):
        template["Resources"][name]["Properties"]["Description"] = "The fallback"


def no_new_version(template):
    template["Resources"]["KommoFunction"]["Properties"]["VersionDescription"] = "Always the same"


FAULTS = [
    only_the_selected_queue,
    only_the_key,
    the_workers_key,
    one_trigger,
    no_fallback_policy,
    a_fallback_policy_that_is_updated,
    no_new_version,
]


def cases(with_none):
    for start in STARTS:
        for one, other in CHANGES:
            yield PROVIDERS | start | one, PROVIDERS | start | other
            yield PROVIDERS | start | other, PROVIDERS | start | one
        if with_none:
            yield from ((PROVIDERS | start | change, PROVIDERS | start | change) for change in ({}, FIFO, KEY, FALLBACK))


def run(old, new, with_none=False):
    """Checks each case. Yields the number of states that the update can be in, or what is lost."""
    for before, after in cases(with_none):
        try:
            yield check(Stack(before, **old), Stack(after, **new))
        except Lost as what:
            changed = {name: (before.get(name, ""), after.get(name, "")) for name in {**before, **after} if before.get(name) != after.get(name)}
            has_worker = "DeliveryUrl" in after or "DeployWorker" in after
            yield f"{json.dumps(changed)} {'with' if has_worker else 'without'} the worker: {what}"


def main():
    if sys.argv[1:] == ["faults"]:
        for fault in FAULTS:
            found = next((what for what in run({"change": fault}, {"change": fault}) if isinstance(what, str)), None)
            print(f"{fault.__name__}: {found}")
            assert found, f"{fault.__name__} is not detected"
        return
    old, new = [*({"path": path} for path in sys.argv[1:]), {}, {}][:2]
    found = list(run(old, new, with_none=len(sys.argv) == 2))
    states, lost = ([what for what in found if isinstance(what, of_type)] for of_type in (int, str))
    print(json.dumps({"updates": len(states), "states": sum(states)}))
    if lost:
        sys.exit("\n".join(lost))


if __name__ == "__main__":
    main()
