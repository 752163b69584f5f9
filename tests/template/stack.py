"""Creates the translated template in moto, and prints as JSON what each function gets.

    python tests/template/stack.py ENDPOINT ACCOUNT ENV_FILE NAME=VALUE...

For each function, by program: its variables, its role's statements, and the resources for which its role needs a key. moto
does not support secrets in a stack, so they are created separately, with the demo secrets in ENV_FILE. API Gateway, CodeDeploy
and CloudWatch resources are left out.
"""

import ast
import json
import os
import re
import sys
from pathlib import Path

import boto3
import evaluate
from evaluate import references
from translate import check

KEPT = {
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
}
DELIVERY_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REGION = "eu-west-1"
FALLBACK_KEY = "arn:aws:kms:eu-central-1:123456789012:key/2"


def main():
    endpoint, account, env_file, *parameters = sys.argv[1:]
    clients = dict(endpoint_url=endpoint, region_name=REGION, aws_access_key_id=account, aws_secret_access_key="test")
    name = f"runs-{os.getpid()}"
    evaluate.PSEUDO["AWS::StackName"] = name
    stack = check(dict(parameter.split("=", 1) for parameter in parameters))
    demo = dict(re.findall(r"^(\w+)=(.+)$", Path(env_file).read_text(), re.MULTILINE)) | {"DELIVERY_SECRET": DELIVERY_SECRET}
    resources = {key: dict(resource) for key, resource in stack.resources.items() if resource["Type"] in KEPT}
    keys = {}

    secrets = {}
    manager = boto3.client("secretsmanager", **clients)
    for function in resources.values():
        for variable, value in function.get("Properties", {}).get("Environment", {}).get("Variables", {}).items():
            if variable.endswith("_ARN") and isinstance(value, dict):
                text = demo[variable.removesuffix("_ARN")]
                secrets[value["Ref"]] = manager.create_secret(Name=f"{name}/{variable}", SecretString=text)["ARN"]
                keys[secrets[value["Ref"]]] = stack.resources[value["Ref"]]["Properties"].get("KmsKeyId")

    s3 = boto3.client("s3", **clients)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    for resource in resources.values():
        for member in ("Condition", "UpdatePolicy"):
            resource.pop(member, None)
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Code"]["S3Bucket"] = name
            s3.put_object(Bucket=name, Key=resource["Properties"]["Code"]["S3Key"], Body=b"its code is run by the test")
    resources = with_secrets(resources, secrets)
    names = {key: {"Value": {"Ref": key}} for key, resource in resources.items() if resource["Type"] in ("AWS::Lambda::Function", "AWS::SQS::Queue")}
    missing = {key: set(references(resource)) - set(resources) for key, resource in resources.items()}
    assert not any(missing.values()), {key: value for key, value in missing.items() if value}

    formation = boto3.client("cloudformation", **clients)
    formation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources, "Outputs": names}))
    description = formation.describe_stacks(StackName=name)["Stacks"][0]
    assert description["StackStatus"] == "CREATE_COMPLETE", description
    created = {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}
    for key, resource in resources.items():
        if resource["Type"] == "AWS::SQS::Queue":
            keys[arn_of(created[key])] = resource["Properties"].get("KmsMasterKeyId")
    fallback = stack.values["FallbackQueueArn"]
    if fallback:
        # It belongs to another stack, in another region.
        keys[fallback] = FALLBACK_KEY
        options = {"FifoQueue": "true"} if fallback.endswith(".fifo") else {}
        boto3.client("sqs", **clients | {"region_name": fallback.split(":")[3]}).create_queue(QueueName=fallback.split(":")[5], Attributes=options)

    aws_lambda, iam = boto3.client("lambda", **clients), boto3.client("iam", **clients)
    functions = {}
    for key, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Function":
            made = aws_lambda.get_function_configuration(FunctionName=created[key])
            program = resource["Properties"]["Code"]["S3Key"].split("/")[-1]
            functions[program] = {
                "variables": made["Environment"]["Variables"],
                "statements": list(statements(iam, made["Role"].split("/")[-1], resources, resource)),
            }
    json.dump({"functions": functions, "keys": {arn: key for arn, key in keys.items() if key}}, sys.stdout)


def arn_of(url):
    region, account, name = re.fullmatch(r"https?://sqs\.([^.]+)\.[^/]+/(\d+)/(.+)", url).groups()
    return f"arn:aws:sqs:{region}:{account}:{name}"


def with_secrets(value, secrets):
    """Replaces references to secrets with their ARNs."""
    if isinstance(value, list):
        return [with_secrets(item, secrets) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("Ref") in secrets:
        return secrets[value["Ref"]]
    return {key: with_secrets(member, secrets) for key, member in value.items()}


def statements(iam, role, resources, function):
    """Yields the statements of a role, both its own and those of the template's policies, as resolved by moto."""
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        # moto stores the document as a Python literal.
        yield from (document if isinstance(document, dict) else ast.literal_eval(document))["Statement"]
    # moto does not attach policies to a stack's role, so the template determines which ones belong to
    # it.
    own = function["Properties"]["Role"]["Fn::GetAtt"][0]
    named = [policy["Ref"] for policy in resources[own]["Properties"].get("ManagedPolicyArns", []) if isinstance(policy, dict)]
    named += [name for name, resource in resources.items() if {"Ref": own} in resource["Properties"].get("Roles", [])]
    for policy in named:
        prefix = f"{evaluate.PSEUDO['AWS::StackName']}-{policy}-"
        (made,) = (made for made in iam.list_policies(Scope="Local")["Policies"] if made["PolicyName"].startswith(prefix))
        version = iam.get_policy_version(PolicyArn=made["Arn"], VersionId=made["DefaultVersionId"])["PolicyVersion"]
        yield from version["Document"]["Statement"]


if __name__ == "__main__":
    main()
