"""Prints which events pass the filters in examples/templates: {filter: [indexes of the events]}.

Reads the events from stdin, and lets moto's EventBridge filter them.
"""

import json
import sys
import uuid
from pathlib import Path

import boto3
from cfnlint.decode import cfn_yaml

TEMPLATES = Path(__file__).parents[2] / "templates"
sqs, bus = boto3.client("sqs"), boto3.client("events")


def resources(name, kind):
    found = cfn_yaml.load(str(TEMPLATES / name))["Resources"]
    return {logical: resource["Properties"] for logical, resource in found.items() if resource["Type"] == kind}


def queue():
    url = sqs.create_queue(QueueName=uuid.uuid4().hex)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def bodies(url):
    """Returns the bodies in a queue. moto delivers before it responds to the publisher."""
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(message["Body"]) for message in messages]
    return found


def by_sns(properties, events):
    """moto's SNS does not support `$or` for bodies. The subset that the policies use means the same in a rule's pattern."""
    pattern = {"source": ["chathooks"]}
    if "FilterPolicy" in properties:
        assert properties["FilterPolicyScope"] == "MessageBody", properties
        pattern["detail"] = properties["FilterPolicy"]
    return by_bus({"EventPattern": pattern}, events)


def by_bus(properties, events):
    name = uuid.uuid4().hex
    bus.create_event_bus(Name=name)
    url, arn = queue()
    bus.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps(properties["EventPattern"]))
    bus.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": arn}])
    for event in events:
        bus.put_events(Entries=[{"EventBusName": name, "Source": "chathooks", "DetailType": "t", "Detail": json.dumps(event)}])
    return [body["detail"] for body in bodies(url)]


def main():
    events, passed = json.load(sys.stdin), {}
    for template in sorted(TEMPLATES.glob("*.yaml")):
        for kind, received in {"AWS::SNS::Subscription": by_sns, "AWS::Events::Rule": by_bus}.items():
            for logical, properties in resources(template.name, kind).items():
                found = received(properties, events)
                passed[f"{template.stem} {logical}"] = [number for number, event in enumerate(events) if event in found]
        for logical, properties in resources(template.name, "AWS::Pipes::Pipe").items():
            # moto's pipes do not filter.
            has_filter = "FilterCriteria" in properties["SourceParameters"]
            passed[f"{template.stem} {logical}"] = None if has_filter else list(range(len(events)))
    print(json.dumps(passed))


if __name__ == "__main__":
    main()
