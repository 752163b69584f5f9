"""Deploys an archive as its README says, with the real SAM CLI and AWS CLI, without cargo on the PATH.

    .venv/bin/python .ci/release/check.py target/release-files/chathooks-*.zip

moto plays the account. Its CloudFormation supports neither the SAM transform nor alarms, so it gets a stub for each requested
stack. The requests are checked here: the template in S3 must pass the SAM translator, and each of its CodeUris must refer to
the archive's own zip. tests/release runs the functions in these zips.
"""

import argparse
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import boto3
from moto.cloudformation import responses
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/template"))
from evaluate import NoPolicies  # noqa: E402

REGION = "eu-west-1"
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
SECONDS = 120
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The stack that `sam deploy` creates in each account for the code bucket.
SAM_STACK = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}, "Outputs": {"SourceBucket": {"Value": {"Ref": "Bucket"}}}}
STUB = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}


class Account:
    """moto, and the templates that its CloudFormation received from S3."""

    def __init__(self) -> None:
        self.templates = []
        self.read_from_s3 = responses.get_stack_from_s3_url
        responses.get_stack_from_s3_url = self.stub
        self.server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        for noisy in ("werkzeug", "samtranslator"):
            logging.getLogger(noisy).setLevel(logging.ERROR)
        self.server.start()
        # Only for this host does moto read the bucket's name from the path.
        self.endpoint = f"http://localhost:{self.server.get_host_and_port()[1]}"

    def stub(self, url: str, account_id: str, partition: str) -> str:
        template = yaml_parse(self.read_from_s3(url, account_id, partition))
        self.templates.append(template)
        return json.dumps(STUB | {"Parameters": template["Parameters"]})

    def reset(self) -> None:
        """Resets to an account in which `sam deploy` was used before, because moto cannot create the stack that it needs first."""
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")).close()
        self.templates.clear()
        tags = [{"Key": "ManagedStackSource", "Value": "AwsSamCli"}]
        self.stacks().create_stack(StackName="aws-sam-cli-managed-default", TemplateBody=json.dumps(SAM_STACK), Tags=tags)

    def stacks(self):
        keys = {"aws_access_key_id": DEFAULT_ACCOUNT_ID, "aws_secret_access_key": "test"}
        return boto3.client("cloudformation", REGION, endpoint_url=self.endpoint, **keys)

    def object(self, uri: str) -> bytes:
        bucket, key = uri.removeprefix("s3://").split("/", 1)
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_object(bucket, key).value


def tools(folder: Path) -> dict[str, str]:
    """Returns the environment of a machine with only the two command line tools and the system's shell."""
    folder.mkdir()
    folder.joinpath("sam").symlink_to(shutil.which("sam"))
    folder.joinpath("aws").write_text(f'#!/bin/sh\nexec {sys.executable} -m awscli "$@"\n')
    folder.joinpath("aws").chmod(0o755)
    if found := shutil.which("cargo", path=str(folder)):
        sys.exit(f"{found} is on the PATH")
    keys = {"AWS_ACCESS_KEY_ID": DEFAULT_ACCOUNT_ID, "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
    return {"PATH": str(folder), "HOME": str(folder), "SAM_CLI_TELEMETRY": "0", **keys}


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Runs a command, which can ask for a confirmation."""
    done = subprocess.run(
        command, cwd=folder, env=environment, input="y\n", text=True, timeout=SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        sys.exit(f"{command} in {folder.name} failed ({done.returncode}):\n{done.stdout}")


def check_files(folder: Path, architecture: str) -> None:
    """Checks that the template equals the checkout's, except for the differences that an archive needs."""
    ours = yaml_parse((ROOT / "template.yaml").read_text())
    for function in ours["Resources"].values():
        if function["Type"] == "AWS::Serverless::Function":
            del function["Metadata"]
            function["Properties"]["CodeUri"] += ".zip"
            assert folder.joinpath(function["Properties"]["CodeUri"]).is_file(), function["Properties"]["CodeUri"]
    theirs = yaml_parse(folder.joinpath("template.yaml").read_text())
    parameter = theirs["Parameters"]["Architecture"]
    assert (parameter["Default"], parameter["AllowedValues"]) == (architecture, [architecture]), parameter
    ours["Parameters"]["Architecture"] = parameter
    assert ours == theirs, "the archive's template differs from template.yaml"
    assert theirs["Outputs"]["Version"]["Value"] == VERSION, "template.yaml has another Version than Cargo.toml"
    assert f"# Chathooks {VERSION} " in folder.joinpath("README.md").read_text(), "the archive's page names another version"
    for name, section in tomllib.loads((ROOT / "samconfig.toml").read_text()).items():
        if isinstance(section, dict):
            section.pop("build", None)
        assert tomllib.loads(folder.joinpath("samconfig.toml").read_text())[name] == section, f"samconfig.toml: {name}"
    assert folder.joinpath("fallback.yaml").read_bytes() == (ROOT / "fallback.yaml").read_bytes()


def functions(template: dict) -> dict[str, str]:
    """Returns the CodeUri of each function, by logical ID."""
    resources = template["Resources"].items()
    return {id: part["Properties"]["CodeUri"] for id, part in resources if part["Type"] == "AWS::Serverless::Function"}


def check_deployed(folder: Path, account: Account) -> None:
    """Checks the one template that CloudFormation received since the last reset: its code is the archive's, and the SAM transform
    accepts it."""
    (template,) = account.templates
    (stack,) = account.stacks().describe_stacks(StackName="chathooks")["Stacks"]
    assert {"ParameterKey": "Kommo", "ParameterValue": "enabled"} in stack["Parameters"], stack["Parameters"]
    local = functions(yaml_parse(folder.joinpath("template.yaml").read_text()))
    uploaded = functions(template)
    assert local.keys() == uploaded.keys() and len(set(local.values())) == len(local)
    for id, code in local.items():
        assert account.object(uploaded[id]) == folder.joinpath(code).read_bytes(), id
    # Serialized as on the wire, because the tools' own types are not plain dictionaries.
    translated = transform(json.loads(json.dumps(template)), {}, NoPolicies())
    assert translated["Outputs"]["Version"]["Value"] == VERSION, translated["Outputs"]["Version"]
    for id in local:
        function = translated["Resources"][id]
        assert function["Type"] == "AWS::Lambda::Function" and function["Properties"]["Code"]["S3Bucket"], id


def unpack(archive: Path, folder: str) -> None:
    """Unpacks the archive, and checks that nothing in it depends on when or where it was packed."""
    with zipfile.ZipFile(archive) as packed:
        entries = packed.infolist()
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        packed.extractall(folder)


def check(archive: Path, account: Account) -> None:
    architecture = archive.stem.removeprefix("chathooks-")
    with tempfile.TemporaryDirectory() as temporary:
        unpack(archive, temporary)
        folder = Path(temporary, archive.stem)
        check_files(folder, architecture)
        environment = tools(Path(temporary, "bin")) | {"AWS_ENDPOINT_URL": account.endpoint}
        for template in ("template.yaml", "fallback.yaml"):
            run(["sam", "validate", "--lint", "--template", template], folder, environment)
        ways = COMMANDS.findall(folder.joinpath("README.md").read_text())
        assert len(ways) == 2, "the page must have two ways to deploy"
        for commands in ways:
            account.reset()
            run(["/bin/sh", "-ec", commands], folder, environment)
            check_deployed(folder, account)


def check_tools() -> None:
    """Checks that the tools that build a release have the versions that the tests use."""
    pinned = [re.findall(r"^[\w.-]+==[\w.]+", (ROOT / at).read_text(), re.MULTILINE) for at in (".ci/release/requirements.txt", ".ci/requirements.txt")]
    assert pinned[0] and set(pinned[0]) <= set(pinned[1]), f"versions that differ from .ci/requirements.txt: {set(pinned[0]) - set(pinned[1])}"


def main() -> None:
    check_tools()
    # The translator gets the region from boto3.
    os.environ["AWS_DEFAULT_REGION"] = REGION
    parser = argparse.ArgumentParser()
    parser.add_argument("archives", nargs="+", type=Path)
    archives = parser.parse_args().archives
    account = Account()
    for archive in archives:
        check(archive, account)
    account.server.stop()


main()
