"""Which events reach the queues of a template: the ids for each subscription or rule, as JSON.

Sends the events of stdin (a list) to an event bus whose rules have the template's filters, on a local server. The filters of
SNS subscriptions, which have the same language, become rules, too: the server's SNS does not know `$or` in a message's body.
"""

import json
import sys

import boto3
from cfnlint.decode import cfn_yaml

template, name = sys.argv[1:]
sqs, bus = boto3.client("sqs"), boto3.client("events")


def pattern(resource):
    """The event pattern of a rule or subscription; None for another resource."""
    properties = resource["Properties"]
    if resource["Type"] == "AWS::Events::Rule":
        return properties["EventPattern"]
    if resource["Type"] != "AWS::SNS::Subscription":
        return None
    if "FilterPolicy" not in properties:
        return {"source": ["chathooks"]}
    assert properties["FilterPolicyScope"] == "MessageBody"
    return {"detail": properties["FilterPolicy"]}


queues = {}
bus.create_event_bus(Name=name)
for key, resource in cfn_yaml.load(template)["Resources"].items():
    if found := pattern(resource):
        queues[key] = sqs.create_queue(QueueName=f"{name}-{key}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queues[key], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus.put_rule(Name=key, EventBusName=name, EventPattern=json.dumps(found))
        bus.put_targets(Rule=key, EventBusName=name, Targets=[{"Id": "queue", "Arn": arn}])

for event in json.load(sys.stdin):
    detail = json.dumps(event)
    bus.put_events(Entries=[{"Source": "chathooks", "DetailType": "any", "Detail": detail, "EventBusName": name}])

reached = {}
for key, url in queues.items():
    reached[key] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        reached[key] += [json.loads(message["Body"])["detail"]["id"] for message in messages]
    reached[key].sort()
print(json.dumps(reached))
