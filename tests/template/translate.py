"""template.yaml as CloudFormation gets it from SAM's translator, for many sets of parameters.

    python tests/template/translate.py main     the sets that differ in one thing from the simplest ones
    python tests/template/translate.py all      every combination

For each set: conditions and Fn::If are evaluated; what is left refers to nothing that the set leaves out, and to nothing in
a circle; and a few values are looked at, such as the URL of the fallback queue. It prints how many sets there were, and
exits with 1 at the first that is wrong.
"""

import copy
import functools
import itertools
import logging
import os
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from samcli.yamlhelper import yaml_parse  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402

# The translator's, that nobody reads its metrics.
logging.disable(logging.WARNING)

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATE = ROOT / "template.yaml"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "chathooks",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/chathooks/01234567-89ab-cdef-0123-456789abcdef",
    "AWS::URLSuffix": "amazonaws.com",
}
NO_VALUE = {"Ref": "AWS::NoValue"}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"

# Of each, the first is the simplest.
OTHERS = [
    [{}, {"QueueType": "fifo"}],
    [{}, {"Deployment": "Canary10Percent5Minutes"}],
    [{}, {"DeployWorker": "true"}, {"DeliveryUrl": "https://example.com/events"}],
    [{}, {"KmsKeyArn": KEY}],
    [
        {},
        {"DomainName": "hooks.example.com", "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1", "BasePath": "hooks"},
        {"DomainName": "hooks.example.com", "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1", "HostedZoneId": "Z1"},
    ],
    [
        {},
        {"FallbackQueueArn": "arn:aws:sqs:eu-central-1:123456789012:fallback"},
        {"FallbackQueueArn": "arn:aws:sqs:eu-central-1:123456789012:fallback", "FallbackKmsKeyArn": KEY},
    ],
]
# What touches no other: each is tried with the simplest and with the most of the above.
ALONE = [
    {"Metrics": "disabled"},
    {"Metrics": "disabled", "Deployment": "Canary10Percent5Minutes"},
    {"Tracing": "disabled"},
    {"ThrottlingRate": "100", "ReservedConcurrency": "5", "DisableExecuteApiEndpoint": "true"},
    {"AlarmTopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms", "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary"},
    {"Architecture": "x86_64", "MemorySize": "256", "KoreTokenHeader": "X-Token", "KoreReply": "Thanks"},
]


class NoPolicies:
    """The template names AWS's own policies by their ARNs."""

    def load(self):
        return {}


@functools.cache
def source():
    template = yaml_parse(TEMPLATE.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # As after the upload.
            resource["Properties"]["CodeUri"] = "s3://bucket/" + resource["Properties"]["CodeUri"]
    return template


def providers():
    """Every choice of providers but none: their parameters are those that are disabled by default."""
    switches = {name: values["AllowedValues"] for name, values in source()["Parameters"].items() if values["Default"] == "disabled"}
    choices = (dict(zip(switches, values)) for values in itertools.product(*switches.values()))
    return [choice for choice in choices if set(choice.values()) != {"disabled"}]


class Stack:
    """A translated template with values for its parameters."""

    def __init__(self, parameters, change=lambda template: None):
        template = copy.deepcopy(source())
        change(template)
        unknown = set(parameters) - set(template["Parameters"])
        assert not unknown, f"no such parameters: {unknown}"
        self.rules = template.pop("Rules")
        defaults = {name: str(parameter["Default"]) for name, parameter in template["Parameters"].items()}
        self.values = PSEUDO | defaults | parameters
        self.template = transform(template, dict(self.values), NoPolicies())
        for name, parameter in self.template["Parameters"].items():
            value = self.values[name]
            assert value in map(str, parameter.get("AllowedValues", [value])), f"{name} is {value}"
            assert re.search(parameter.get("AllowedPattern", ""), value), f"{name} is {value}"
            assert len(value) <= parameter.get("MaxLength", 4096), f"{name} is {value}"
        self.resources = self.active("Resources")
        self.outputs = self.active("Outputs")

    def is_true(self, condition):
        """Evaluates a condition, by its name or as it is written."""
        if isinstance(condition, str):
            return self.is_true(self.template["Conditions"][condition])
        ((function, parts),) = condition.items()
        if function == "Condition":
            return self.is_true(parts)
        if function == "Fn::Equals":
            left, right = (str(self.evaluate(part)) for part in parts)
            return left == right
        values = map(self.is_true, parts)
        return {"Fn::And": all, "Fn::Or": any, "Fn::Not": lambda values: not next(values)}[function](values)

    def keeps_its_rules(self):
        """Whether CloudFormation would take these parameters."""
        assertions = [assertion["Assert"] for rule in self.rules.values() for assertion in rule["Assertions"]]
        return all(self.is_true(assertion) for assertion in assertions)

    def active(self, section):
        """The entries of a section whose condition is true, with each Fn::If and parameter evaluated."""
        entries = self.template[section].items()
        return {name: self.evaluate(entry) for name, entry in entries if self.is_true(entry.get("Condition", {"Fn::And": []}))}

    def evaluate(self, value):
        """Evaluates what depends on parameters alone; references to resources stay."""
        if isinstance(value, list):
            return [item for item in map(self.evaluate, value) if item != NO_VALUE]
        if not isinstance(value, dict):
            return value
        if list(value) == ["Fn::If"]:
            condition, then, otherwise = value["Fn::If"]
            return self.evaluate(then if self.is_true(condition) else otherwise)
        if list(value) == ["Ref"] and value["Ref"] in self.values:
            return self.values[value["Ref"]]
        members = {key: self.evaluate(member) for key, member in value.items()}
        members = {key: member for key, member in members.items() if member != NO_VALUE}
        if list(members) == ["Fn::Sub"]:
            return self.substituted(members["Fn::Sub"])
        if list(members) == ["Fn::Split"]:
            separator, text = members["Fn::Split"]
            return text.split(separator)
        if list(members) == ["Fn::Select"]:
            index, items = members["Fn::Select"]
            return items[int(index)]
        return members

    def substituted(self, value):
        text, own = value if isinstance(value, list) else (value, {})
        values = {name: own.get(name, self.values.get(name)) for name in re.findall(r"\$\{([^!}]+)\}", text)}
        for name, known in values.items():
            if isinstance(known, str):
                text = text.replace("${" + name + "}", known)
        left = {name: known for name, known in own.items() if not isinstance(known, str)}
        return text if "${" not in text else {"Fn::Sub": [text, left] if left else text}


def references(value):
    """The resources, parameters and conditions that a value names."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, member in value.items():
            if key == "Ref":
                yield member
            elif key == "Fn::GetAtt":
                yield (member if isinstance(member, str) else member[0]).split(".")[0]
            elif key == "DependsOn":
                yield from [member] if isinstance(member, str) else member
            elif key == "Fn::Sub":
                text, own = member if isinstance(member, list) else (member, {})
                yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text) if name not in own)
                yield from references(own)
            else:
                yield from references(member)


def check(parameters, change=lambda template: None):
    """Checks a set of parameters, and returns its stack."""
    stack = Stack(parameters, change)
    assert stack.keeps_its_rules(), "a rule refuses the parameters"
    graph = {}
    for name, resource in stack.resources.items():
        # UpdatePolicy names resources, too, and CloudFormation waits for them.
        graph[name] = set(references({key: member for key, member in resource.items() if key != "Metadata"}))
    for name, named in [*graph.items(), *((name, set(references(output))) for name, output in stack.outputs.items())]:
        missing = named - set(stack.resources)
        assert not missing, f"{name} refers to {', '.join(sorted(missing))}, which is not there"
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        raise AssertionError(f"a circle: {' -> '.join(circle.args[1])}") from None
    look_at_values(stack)
    return stack


def look_at_values(stack):
    of_type = {}
    for name, resource in stack.resources.items():
        of_type.setdefault(resource["Type"], {})[name] = resource.get("Properties", {})
    assert "CodeDeployServiceRole" not in stack.resources, "SAM makes a role without a boundary"
    arn = stack.values["FallbackQueueArn"].split(":")
    fallback = f"https://sqs.{arn[3]}.amazonaws.com/{arn[4]}/{arn[5]}" if len(arn) == 6 else ""
    for name, function in of_type["AWS::Lambda::Function"].items():
        assert function["Environment"]["Variables"].get("FALLBACK_QUEUE_URL", fallback) == fallback, f"{name}: {fallback}"
        boundary = of_type["AWS::IAM::Role"][function["Role"]["Fn::GetAtt"][0]].get("PermissionsBoundary", "")
        assert boundary == stack.values["PermissionsBoundaryArn"], f"{name}: {boundary}"
    for name, version in of_type["AWS::Lambda::Version"].items():
        assert len(version["Description"]) <= 256, f"{name}: {version['Description']}"
    is_gradual = stack.values["Deployment"] != "AllAtOnce"
    for name, group in of_type["AWS::CodeDeploy::DeploymentGroup"].items():
        alarms = group.get("AlarmConfiguration", {}).get("Alarms", [])
        assert bool(alarms) == is_gradual, f"{name}: {alarms}"
        for alarm in alarms:
            version = of_type["AWS::CloudWatch::Alarm"][alarm["Name"]["Ref"]]["AlarmName"]["Fn::Sub"]
            assert re.search(r"\$\{\w+Version\w+\.Version\}", version), f"{name}: {version} is not of a version"
    for name, mapping in of_type.get("AWS::Lambda::EventSourceMapping", {}).items():
        assert mapping["BatchSize"] == (1 if stack.values["QueueType"] == "fifo" else 10), name


def check_the_function_url():
    """What docs/operations.md says to add for a function URL gives a public one, with both permissions."""
    section = (ROOT / "docs/operations.md").read_text().split("## A function URL instead")[1].split("\n## ")[0]
    properties, outputs = (yaml_parse(block) for block in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL))

    def change(template):
        template["Resources"]["KommoFunction"]["Properties"].update(properties)
        template["Outputs"].update(outputs)

    stack = check({"Kommo": "enabled"}, change)
    permissions = [resource["Properties"] for resource in stack.resources.values() if resource["Type"] == "AWS::Lambda::Permission"]
    public = {permission["Action"]: permission for permission in permissions if permission["Principal"] == "*"}
    assert set(public) == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}, public
    assert public["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE", public
    assert public["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True, public


def merged(parts):
    return {name: value for part in parts for name, value in part.items()}


def main_sets():
    all_providers = providers()[0]
    most = merged([all_providers, *(choices[-1] for choices in OTHERS)])
    yield from providers()
    for start in ({"Kommo": "enabled"}, all_providers, most):
        yield start
        yield from (start | choice for choices in OTHERS for choice in choices[1:])
        yield from (start | choice for choice in ALONE)


def all_sets():
    yield from main_sets()
    yield from (merged(parts) for parts in itertools.product(providers(), *OTHERS))


def main():
    count = 0
    for parameters in {"main": main_sets, "all": all_sets}[sys.argv[1]]():
        try:
            check(parameters)
        except AssertionError as wrong:
            sys.exit(f"{' '.join(f'{name}={value}' for name, value in parameters.items())}: {wrong}")
        count += 1
    check_the_function_url()
    for refused in ({}, {"Kommo": "enabled", "DomainName": "example.com"}):
        assert not Stack(refused).keeps_its_rules(), f"no rule refuses {refused}"
    print(count)


if __name__ == "__main__":
    main()
