"""A translated template with parameter values: which resources and outputs it has, and what they refer to."""

import copy
import functools
import logging
import os
import re
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from samcli.yamlhelper import yaml_parse  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402

# Silences the translator's warning that its metrics have no publisher.
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


class NoPolicies:
    """Loads no managed policies: the template names AWS's own policies by ARN."""

    def load(self):
        return {}


@functools.cache
def source(path=TEMPLATE):
    template = yaml_parse(Path(path).read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # As it is after the upload.
            resource["Properties"]["CodeUri"] = "s3://bucket/" + resource["Properties"]["CodeUri"]
    return template


class Stack:
    """A translated template with parameter values."""

    def __init__(self, parameters, change=lambda template: None, path=TEMPLATE):
        template = copy.deepcopy(source(path))
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
        """Evaluates a condition, given by name or inline."""
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
        """Returns whether CloudFormation would accept these parameters."""
        assertions = [assertion["Assert"] for rule in self.rules.values() for assertion in rule["Assertions"]]
        return all(self.is_true(assertion) for assertion in assertions)

    def active(self, section):
        """Returns the entries of a section whose condition is true, with every Fn::If and parameter evaluated."""
        entries = self.template[section].items()
        return {name: self.evaluate(entry) for name, entry in entries if self.is_true(entry.get("Condition", {"Fn::And": []}))}

    def evaluate(self, value):
        """Evaluates everything that depends only on parameters; references to resources remain."""
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
    """Yields the resources, parameters and conditions that a value names."""
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
