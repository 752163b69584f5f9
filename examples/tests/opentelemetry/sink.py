"""Receives spans through OTLP over HTTP, and prints each as a line of JSON. The first line is the port."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Sink(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding"):
            return self.send_error(415)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for span in [span for scope in resource.scope_spans for span in scope.spans]:
                attributes = {each.key: each.value.string_value for each in span.attributes}
                print(
                    json.dumps({
                        "path": self.path, "name": span.name, "kind": span.kind, "status": span.status.code,
                        "trace": span.trace_id.hex(), "parent": span.parent_span_id.hex(), "attributes": attributes,
                        "links": [link.trace_id.hex() + "-" + link.span_id.hex() for link in span.links],
                        "events": [str(event) for event in span.events], "message": span.status.message,
                    }),
                    flush=True,
                )
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
print(server.server_port, flush=True)
server.serve_forever()
