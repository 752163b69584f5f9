"""What a stack needs in every state of an update: the running functions can send, and queued messages can be read.

A version of a function runs from the alias's step until the next version's, and keeps its variables; roles, queues and the
worker change immediately. While the alias changes, both versions run. Messages queued under a key need that key.
"""

import fnmatch

from evaluate import PSEUDO
from update import Update, arn_of

# Queues outside the stack, with their keys, if any.
FALLBACKS = {
    "arn:aws:sqs:eu-central-1:123456789012:fallback": None,
    "arn:aws:sqs:eu-central-1:123456789012:fallback-2.fifo": "arn:aws:kms:eu-central-1:123456789012:key/3",
}


class Lost(Exception):
    """Something that a function is not allowed to do, or that nothing reads."""


class Now:
    """A state of an update: which resources exist, and what a role is allowed to do."""

    def __init__(self, update, done, is_clean=False):
        self.resources = update.exist(done, is_clean)
        self.all = [resource for same in self.resources.values() for resource in same]

    def of_type(self, resource_type):
        return [resource for resource in self.all if resource.type == resource_type]

    def named(self, resource_id):
        return next((resource for resource in self.all if resource.id == resource_id), None)

    def statements(self, role):
        documents = [policy["PolicyDocument"] for policy in role.properties.get("Policies", [])]
        for policy in self.of_type("AWS::IAM::ManagedPolicy"):
            if policy.id in role.properties.get("ManagedPolicyArns", []) or role.id in policy.properties.get("Roles", []):
                documents.append(policy.properties["PolicyDocument"])
        for document in documents:
            yield from document["Statement"]

    def check(self, role, action, resource, context={}):
        def fits(patterns, value):
            return any(fnmatch.fnmatchcase(value, pattern) for pattern in (patterns if isinstance(patterns, list) else [patterns]))

        def allows(statement):
            condition = statement.get("Condition", {})
            assert statement["Effect"] == "Allow" and set(condition) <= {"StringLike"}, statement
            holds = all(fits(patterns, context.get(key, "")) for key, patterns in condition.get("StringLike", {}).items())
            return holds and fits(statement["Action"], action) and fits(statement["Resource"], resource)

        if not any(map(allows, self.statements(role))):
            raise Lost(f"{role.id} is not allowed to {action} {resource}")

    def check_key(self, role, actions, key, service, region=PSEUDO["AWS::Region"]):
        for action in actions if key else ():
            self.check(role, f"kms:{action}", key, {"kms:ViaService": f"{service}.{region}.amazonaws.com"})

    def check_send(self, role, url):
        arn = arn_of(url)
        queue = self.named(url)
        if queue is None and arn not in FALLBACKS:
            raise Lost(f"{url} does not exist")
        self.check(role, "sqs:SendMessage", arn)
        key = queue.properties.get("KmsMasterKeyId") if queue else FALLBACKS[arn]
        self.check_key(role, ("GenerateDataKey", "Decrypt"), key, "sqs", arn.split(":")[3])

    def check_secrets(self, role, variables):
        for name, secret_id in variables.items():
            if name.endswith("_ARN") and secret_id:
                secret = self.named(secret_id)
                if secret is None:
                    raise Lost(f"{secret_id} does not exist")
                self.check(role, "secretsmanager:GetSecretValue", secret_id)
                self.check_key(role, ("Decrypt",), secret.properties.get("KmsKeyId"), "secretsmanager")


def variables_of(function):
    return function.properties["Environment"]["Variables"]


def role_of(now, function):
    return now.named(function.properties["Role"].removesuffix(".Arn"))


def check_a_receiver(update, name):
    """Checks every step, for each version that runs at that step."""
    aliases = [key for key, resource in update.after.items() if resource.type == "AWS::Lambda::Alias"]
    (alias,) = (key for key in aliases if update.after[key].properties["FunctionName"] == name)
    last, new = update.before[name], update.after[name]
    if alias not in update.steps and variables_of(last) != variables_of(new):
        raise Lost(f"{name} gets other variables but no new version")
    relevant = concerns(update, {alias}, last, new)
    steps = [step for step in update.steps if relevant(step)]
    count = 0

    def check(now, running):
        for function in running:
            role = role_of(now, function)
            for variable in ("QUEUE_URL", "QUARANTINE_QUEUE_URL", "FALLBACK_QUEUE_URL"):
                if url := variables_of(function)[variable]:
                    now.check_send(role, url)
            now.check_secrets(role, variables_of(function))

    for done in update.states(relevant):
        running = [new] if alias in done else [last, new] if alias in update.next(done, steps) else [last]
        check(Now(update, done), running)
        count += 1
    check(Now(update, update.steps, is_clean=True), [new])
    return count


def concerns(update, names, *functions):
    """Returns a predicate: whether a resource is one of these, a policy, or named by the functions or their variables."""
    named = {resource_id for function in functions for value in variables_of(function).values() for resource_id in value.split(",")}
    named |= {function.properties["Role"].removesuffix(".Arn") for function in functions}

    def relevant(name):
        same = [stack[name] for stack in (update.before, update.after) if name in stack]
        return name in names or any(resource.id in named or resource.type == "AWS::IAM::ManagedPolicy" for resource in same)

    return relevant


def check_the_queues(update):
    """Checks at every step that the worker, or finally whoever knows the outputs, can read the queued messages."""
    sent = sent_to(update.before)
    end = Now(update, update.steps, is_clean=True)
    for url in sent:
        dead = end.named(url).properties["RedrivePolicy"]["deadLetterTargetArn"]
        for arn in (arn_of(url), dead):
            if not any(output.startswith("https://sqs.") and arn_of(output) == arn for output in update.outputs if isinstance(output, str)):
                raise Lost(f"no output names {arn}")
    if "WorkerFunction" not in update.before:
        return 1
    triggers = {name for name, resource in update.after.items() if resource.type == "AWS::Lambda::EventSourceMapping"}
    relevant = concerns(update, {"WorkerFunction", *triggers}, update.before["WorkerFunction"], update.after["WorkerFunction"])
    count = 0
    for now in (*(Now(update, done) for done in update.states(relevant)), end):
        check_the_worker(update, now, sent)
        count += 1
    check_the_worker(update, end, sent_to(update.after))
    return count


def sent_to(resources):
    """Returns the queues that the providers' functions send to."""
    functions = [resource for name, resource in resources.items() if resource.type == "AWS::Lambda::Function" and name != "WorkerFunction"]
    return {variables_of(function)["QUEUE_URL"] for function in functions}


def check_the_worker(update, now, queues):
    worker = now.resources["WorkerFunction"][0]
    role = role_of(now, worker)
    variables = variables_of(worker)
    mapped = {mapping.properties["EventSourceArn"] for mapping in now.of_type("AWS::Lambda::EventSourceMapping")}
    for url in queues:
        queue = now.named(url)
        if queue is None or arn_of(url) not in mapped:
            raise Lost(f"no trigger reads {url}")
        for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"):
            now.check(role, f"sqs:{action}", arn_of(url))
        # Messages stay encrypted with the key under which they were sent.
        former = [resource.properties.get("KmsMasterKeyId") for resource in update.before.values() if resource.id == url]
        for key in {*former, queue.properties.get("KmsMasterKeyId")}:
            now.check_key(role, ("Decrypt",), key, "sqs")
        if url not in variables["QUEUE_URL"].split(","):
            raise Lost(f"the worker cannot hide failed messages in {url}")
    now.check_send(role, variables["DEAD_LETTER_QUEUE_URL"])
    now.check_secrets(role, variables)
    now.check_key(role, ("Decrypt",), worker.properties.get("KmsKeyArn"), "lambda")


def check(before, after):
    """Checks an update, and returns the number of states that it can be in."""
    update = Update(before, after)
    assert update.steps, "nothing changes"
    names = {resource.properties["FunctionName"] for resource in update.after.values() if resource.type == "AWS::Lambda::Alias"}
    return sum(check_a_receiver(update, name) for name in sorted(names)) + check_the_queues(update)
