// Runs a bundle's `handler` through the Runtime API, as Lambda does. The event with the ID in FAIL_ONCE fails the first time.

import process from "node:process";
import { pathToFileURL } from "node:url";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const post = (path, value) => fetch(`${api}/${path}`, { method: "POST", body: JSON.stringify(value) });
const fault = (error) => ({ errorType: error.name, errorMessage: error.message });

let handler, logger;
try {
  ({ handler, logger } = await import(pathToFileURL(process.argv[2])));
} catch (error) {
  await post("init/error", fault(error));
  process.exit(1);
}

const log = logger.info.bind(logger);
let failed = false;
logger.info = (message, fields) => {
  if (fields.event_id === process.env.FAIL_ONCE && !failed) {
    failed = true;
    throw new Error("as asked");
  }
  log(message, fields);
};

for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
  const context = {
    awsRequestId: id,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: next.headers.get("lambda-runtime-invoked-function-arn"),
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    await post(`invocation/${id}/response`, (await handler(await next.json(), context)) ?? null);
  } catch (error) {
    await post(`invocation/${id}/error`, fault(error));
  }
}
