"""Deploys template.yaml with the real SAM CLI to a local server, and prints the requests to CloudFormation as JSON.

        python tests/template/deploy.py guided Kommo Qikchat    `sam deploy --guided` in a terminal: presses Enter at every prompt,
                                                                except that it enters `enabled` for these parameters
        python tests/template/deploy.py plain ARGUMENT...       `sam deploy ARGUMENT...` without a terminal

    The functions' code is a stub, because only the prompts and the requests matter here.
"""

import io
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import parse_qs

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

ROOT = Path(__file__).resolve().parent.parent.parent
# The time limit of the whole command, which takes about ten seconds.
SECONDS = 150
# SAM ends each prompt with its default: "Parameter Kommo [disabled]: ", "Disable rollback [y/N]: ".
PROMPT = re.compile(r"(?:Parameter (?P<parameter>\w+) )?\[[^\[\]]*\]: $")
# The stack that SAM creates for itself, which holds the bucket for the code.
SAM_STACK = "aws-sam-cli-managed-default"
SAM_OUTPUTS = [("SourceBucket", "sam")]
STYLE = re.compile(r"\x1b\[[0-9;]*m")


class Silent(WSGIRequestHandler):
    def log(self, *_):
        pass


class CloudFormation:
    """CloudFormation, as far as `sam deploy` calls it. It creates nothing and records the change sets; moto handles other services."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.change_sets = {}

    def __call__(self, environ, start_response):
        if "/cloudformation/" not in environ.get("HTTP_AUTHORIZATION", ""):
            return self.moto(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        status, text = self.answer(form["Action"], form)
        start_response(status, [("Content-Type", "text/xml")])
        return [text.encode()]

    def answer(self, action, form):
        stack = form.get("StackName", "").split("/")[-2 if ":stack/" in form.get("StackName", "") else -1]
        if action == "CreateChangeSet":
            self.change_sets[stack] = form
        if action == "DescribeStacks" and stack != SAM_STACK and stack not in self.change_sets:
            error = f"<Code>ValidationError</Code><Message>Stack with id {stack} does not exist</Message>"
            return "400 Bad Request", f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
        arn = f"arn:aws:cloudformation:eu-west-1:123456789012:stack/{stack}/1"
        name = f"<StackName>{stack}</StackName><StackId>{arn}</StackId>"
        now = datetime.now(timezone.utc).isoformat()
        result = {
            "CreateChangeSet": "<Id>arn:aws:cloudformation:eu-west-1:123456789012:changeSet/1/1</Id>",
            "DescribeChangeSet": "<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus><Changes/>",
            "DescribeStacks": f"<Stacks><member>{name}<StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>{now}</CreationTime>"
            "<Tags><member><Key>ManagedStackSource</Key><Value>AwsSamCli</Value></member></Tags>"
            f"<Outputs>{''.join(self.output(*output) for output in SAM_OUTPUTS)}</Outputs></member></Stacks>",
            "DescribeStackEvents": f"<StackEvents><member>{name}<EventId>{time.time()}</EventId><Timestamp>{now}</Timestamp>"
            f"<LogicalResourceId>{stack}</LogicalResourceId><PhysicalResourceId>{arn}</PhysicalResourceId><ResourceType>AWS::CloudFormation::Stack</ResourceType>"
            "<ResourceStatus>CREATE_COMPLETE</ResourceStatus></member></StackEvents>",
        }.get(action, "")
        return "200 OK", f"<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"

    @staticmethod
    def output(key, value):
        return f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"


def project(folder):
    """Copies the files of somebody who deploys into the folder, with a stub for each function's program."""
    for name in ("template.yaml", "fallback.yaml", "samconfig.toml"):
        shutil.copy(ROOT / name, folder)
    for function in re.findall(r"CodeUri: (\S+)", (ROOT / "template.yaml").read_text()):
        (folder / function).mkdir(parents=True, exist_ok=True)
        (folder / function / "bootstrap").write_text("a stub\n")


def in_a_terminal(command, folder, environment, enabled):
    """Runs the command in a pseudo-terminal. Returns its exit code, its output, and the parameters that it prompted for."""
    main, terminal = pty.openpty()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    output, unanswered, asked, end = "", "", [], time.monotonic() + SECONDS
    while time.monotonic() < end:
        if not select.select([main], [], [], 1)[0]:
            continue
        try:
            read = os.read(main, 65536).decode(errors="replace")
        except OSError:  # On Linux: no process has the other side open any longer.
            break
        output, unanswered = output + read, unanswered + read
        if prompt := PROMPT.search(STYLE.sub("", unanswered)):
            parameter = prompt["parameter"]
            asked += [parameter] if parameter else []
            os.write(main, b"enabled\n" if parameter in enabled else b"\n")
            unanswered = ""
    else:
        process.kill()
    return process.wait(SECONDS), output, asked


def main():
    kind, *arguments = sys.argv[1:]
    cloudformation = CloudFormation()
    server = make_server("127.0.0.1", 0, cloudformation, threaded=True, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.1",
    }
    os.environ.update(environment)
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="sam", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    sam = [str(Path(sys.executable).parent / "sam"), "deploy"]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        project(folder)
        environment["HOME"] = str(folder)
        if kind == "guided":
            code, output, asked = in_a_terminal([*sam, "--guided"], folder, environment, arguments)
        else:
            done = subprocess.run(
                [*sam, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
            )
            code, output, asked = done.returncode, done.stdout + done.stderr, []
    stacks = {}
    for stack, form in cloudformation.change_sets.items():
        indices = [name.split(".")[2] for name in form if re.fullmatch(r"Parameters\.member\.\d+\.ParameterKey", name)]
        values = {form[f"Parameters.member.{i}.ParameterKey"]: form.get(f"Parameters.member.{i}.ParameterValue") for i in indices}
        bucket, key = form["TemplateURL"].split("/", 4)[3:]
        template = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        stacks[stack] = {"parameters": values, "capabilities": form.get("Capabilities.member.1"), "template": template}
    json.dump({"code": code, "asked": asked, "stacks": stacks, "output": STYLE.sub("", output)}, sys.stdout)


main()
