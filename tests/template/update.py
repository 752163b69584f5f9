"""A stack update in CloudFormation's order: every state that it can be in along the way.

A resource changes after those that it depends on, and otherwise in any order. A resource that cannot be changed in place is
created anew. A resource that is replaced or removed from the template remains until the end, when CloudFormation cleans up.
AWS's resource type schemas, which cfn-lint includes, define which properties cannot be changed in place.
"""

import functools
import re
from graphlib import TopologicalSorter

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from evaluate import PSEUDO, references

QUEUE = "AWS::SQS::Queue"


@functools.cache
def create_only(resource_type):
    """Returns the properties, as paths, whose change requires a replacement."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(PSEUDO["AWS::Region"], resource_type).schema
    return [path.split("/")[2:] for path in schema.get("createOnlyProperties", [])]


def at(value, path):
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def resolve(value, ids):
    """Replaces references with the identifiers of resources. A queue has a URL and an ARN; others have one ID for both."""
    if isinstance(value, list):
        return [resolve(item, ids) for item in value]
    if not isinstance(value, dict):
        return value
    ((key, inner),) = value.items() if len(value) == 1 else ((None, None),)
    if key == "Ref":
        return ids[inner]
    if key == "Fn::GetAtt":
        name, attribute = inner.split(".", 1) if isinstance(inner, str) else inner
        return attribute_of(ids[name], attribute)
    if key == "Fn::Sub":
        text, own = inner if isinstance(inner, list) else (inner, {})
        own = resolve(own, ids)

        def named(match):
            name, _, attribute = match[1].partition(".")
            known = own[match[1]] if match[1] in own else attribute_of(ids[name], attribute) if attribute else ids[name]
            return known if isinstance(known, str) else str(known)

        return re.sub(r"\$\{([^!}]+)\}", named, text)
    return {key: resolve(member, ids) for key, member in value.items()}


def attribute_of(resource_id, attribute):
    return arn_of(resource_id) if resource_id.startswith("https://sqs.") and attribute == "Arn" else f"{resource_id}.{attribute}"


def arn_of(url):
    """Returns the ARN of a queue."""
    region, account, name = re.fullmatch(r"https://sqs\.([^.]+)\.[^/]+/(\d+)/(.+)", url).groups()
    return f"arn:aws:sqs:{region}:{account}:{name}"


class Resource:
    """A resource that exists in the account, or will: with its ID, and with every reference in its properties resolved."""

    def __init__(self, resource_type, resource_id, properties, source):
        self.type, self.id, self.properties, self.source = resource_type, resource_id, properties, source

    def is_kept(self, policy):
        return self.source.get(policy, "").startswith("Retain")


def graph(stack):
    """Returns the dependencies of each resource."""
    parts = {name: {key: part for key, part in resource.items() if key != "Metadata"} for name, resource in stack.resources.items()}
    return {name: set(references(part)) & set(parts) for name, part in parts.items()}


def in_order(dependencies):
    """Returns the names, each after its dependencies. translate.py makes sure that there is no cycle."""
    return list(TopologicalSorter(dependencies).static_order())


class Update:
    """The update from one stack to another."""

    def __init__(self, before, after):
        self.before = self.resources_of(before, {})
        self.after = self.resources_of(after, self.before)
        self.dependencies = graph(after)
        # The resources of the new template that are created or changed.
        self.steps = [name for name in in_order(self.dependencies) if not self.is_same(name)]
        ids = {name: resource.id for name, resource in self.after.items()}
        self.outputs = [resolve(output["Value"], ids) for output in after.outputs.values()]

    @staticmethod
    def resources_of(stack, before):
        """Returns the resources of a stack, by logical ID. `before` holds the resources that the stack had before."""
        made, ids = {}, {}
        for name in in_order(graph(stack)):
            resource = stack.resources[name]
            properties = resolve(resource.get("Properties", {}), ids)
            last = before.get(name)
            paths = create_only(resource["Type"])
            is_replaced = last is not None and any(at(last.properties, path) != at(properties, path) for path in paths)
            ids[name] = f"{last.id}+" if is_replaced else last.id if last else name
            if resource["Type"] == QUEUE:
                ids[name] = f"https://sqs.{PSEUDO['AWS::Region']}.amazonaws.com/{PSEUDO['AWS::AccountId']}/{properties['QueueName']}"
            made[name] = Resource(resource["Type"], ids[name], properties, resource)
        return made

    def is_same(self, name):
        last, new = self.before.get(name), self.after[name]
        return last is not None and (last.id, last.properties) == (new.id, new.properties)

    @functools.cache
    def needs(self, name):
        """Returns all direct and indirect dependencies of a resource."""
        found, left = set(), [name]
        while left:
            for other in self.dependencies[left.pop()] - found:
                found.add(other)
                left.append(other)
        return found

    def states(self, relevant):
        """Yields every set of relevant steps that can be complete at some moment."""
        steps = [name for name in self.steps if relevant(name)]
        seen, left = {frozenset()}, [frozenset()]
        while left:
            done = left.pop()
            yield done
            for name in self.next(done, steps):
                if (further := done | {name}) not in seen:
                    seen.add(further)
                    left.append(further)

    def next(self, done, steps):
        """Returns the steps that can be in progress after these."""
        return [name for name in steps if name not in done and not (self.needs(name) & set(steps)) - done]

    def exist(self, done, is_clean=False):
        """Returns the resources that exist after these steps, by logical ID, newest first; `is_clean`: after the final cleanup."""
        found = {}
        for name, new in self.after.items():
            if name in done or self.is_same(name):
                found.setdefault(name, []).append(new)
        for name, last in self.before.items():
            is_deleted = is_clean and not last.is_kept("UpdateReplacePolicy" if name in self.after else "DeletionPolicy")
            is_this = any(resource.id == last.id for resource in found.get(name, []))
            if not is_deleted and not is_this:
                found.setdefault(name, []).append(last)
        return found
