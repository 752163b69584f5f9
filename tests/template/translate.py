"""template.yaml as SAM's translator passes it to CloudFormation, for many sets of parameters.

        python tests/template/translate.py main     the sets that differ in one thing from the simplest ones
        python tests/template/translate.py all      every combination

    For each set, evaluates conditions and Fn::If, then checks that the rest refers to nothing that the set leaves out and
    contains no cycle, and checks a few values, such as the fallback queue URL. Prints the number of sets, and exits with 1 at the
    first invalid one.
"""

import itertools
import re
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter

from evaluate import ROOT, Stack, references, source, yaml_parse

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]

# The first choice of each is the simplest.
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
    ],
]
# Settings that do not interact with others: each is combined with the simplest and with the fullest
# set above.
ALONE = [
    {"Metrics": "disabled"},
    {"Metrics": "disabled", "Deployment": "Canary10Percent5Minutes"},
    {"Tracing": "disabled"},
    {"ThrottlingRate": "100", "ReservedConcurrency": "5", "DisableExecuteApiEndpoint": "true"},
    {"AlarmTopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms", "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary"},
    {"Architecture": "x86_64", "MemorySize": "256", "KoreTokenHeader": "X-Token", "KoreReply": "Thanks"},
]


def providers():
    """Returns every choice of at least one provider. Their parameters are those that are disabled by default."""
    switches = {name: values["AllowedValues"] for name, values in source()["Parameters"].items() if values["Default"] == "disabled"}
    choices = (dict(zip(switches, values)) for values in itertools.product(*switches.values()))
    return [choice for choice in choices if set(choice.values()) != {"disabled"}]


def check(parameters, change=lambda template: None):
    """Checks a set of parameters, and returns its stack."""
    stack = Stack(parameters, change)
    assert stack.keeps_its_rules(), "a rule rejects the parameters"
    graph = {}
    for name, resource in stack.resources.items():
        # UpdatePolicy names resources, too, for which CloudFormation waits.
        graph[name] = set(references({key: member for key, member in resource.items() if key != "Metadata"}))
    for name, named in [*graph.items(), *((name, set(references(output))) for name, output in stack.outputs.items())]:
        missing = named - set(stack.resources)
        assert not missing, f"{name} refers to {', '.join(sorted(missing))}, which does not exist"
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        raise AssertionError(f"a cycle: {' -> '.join(cycle.args[1])}") from None
    check_values(stack)
    version = stack.outputs["Version"]["Value"]
    assert version == VERSION, f"the output Version is {version}, not {VERSION}"
    return stack


def check_values(stack):
    of_type = {}
    for name, resource in stack.resources.items():
        of_type.setdefault(resource["Type"], {})[name] = resource.get("Properties", {})
    assert "CodeDeployServiceRole" not in stack.resources, "SAM creates a role without a permissions boundary"
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
    is_fifo = stack.values["QueueType"] == "fifo"
    for name, function in of_type["AWS::Lambda::Function"].items():
        queue = function["Environment"]["Variables"]["QUEUE_URL"]
        assert name == "WorkerFunction" or queue == {"Ref": "FifoQueue" if is_fifo else "Queue"}, f"{name}: {queue}"
    # Two, whichever queue is selected.
    mappings = of_type.get("AWS::Lambda::EventSourceMapping", {})
    assert len(mappings) == (2 if "WorkerFunction" in stack.resources else 0), f"{', '.join(mappings)}"


def check_the_function_url():
    """Checks that the additions in docs/operations.md yield a public function URL with both permissions."""
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
        assert not Stack(refused).keeps_its_rules(), f"no rule rejects {refused}"
    print(count)


if __name__ == "__main__":
    main()
