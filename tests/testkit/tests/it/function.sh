#!/bin/bash
# A Lambda function in Bash for the kit's own tests. It returns its event and its environment.
# START=fail posts an init error; START=die only exits.
set -eu
LC_ALL=C
host=${AWS_LAMBDA_RUNTIME_API%:*} port=${AWS_LAMBDA_RUNTIME_API#*:}

# call METHOD PATH BODY: sets $body and $request_id
call() {
  exec 3<>"/dev/tcp/$host/$port"
  printf '%s /2018-06-01/runtime/%s HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%s' "$1" "$2" "${#3}" "$3" >&3
  local line length=0
  while IFS= read -r line <&3 && line=${line%$'\r'} && [ -n "$line" ]; do
    case $line in
      lambda-runtime-aws-request-id:*) request_id=${line#*: } ;;
      content-length:*) length=${line#*: } ;;
    esac
  done
  body=
  [ "$length" = 0 ] || IFS= read -r -N "$length" body <&3
  exec 3>&-
}

echo "starting"
case ${START:-} in
  fail) call POST init/error '{"errorType":"Settings","errorMessage":"QUEUE_URL is missing"}'; exit 1 ;;
  die) echo "dying" >&2; exit 3 ;;
esac
while :; do
  call GET invocation/next ''
  echo "event $request_id" >&2
  case $body in
    '"die"') exit 4 ;;
    '"fail"') call POST "invocation/$request_id/error" '{"errorType":"Test","errorMessage":"as asked"}' ;;
    *) call POST "invocation/$request_id/response" \
      "{\"statusCode\":200,\"headers\":{\"Content-Type\":\"text/plain\"},\"isBase64Encoded\":true,\"body\":\"$(printf %s "$body" | base64 -w0)\",\"environment\":\"$(env | base64 -w0)\"}" ;;
  esac
done
