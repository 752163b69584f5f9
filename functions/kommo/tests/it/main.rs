//! The function's binary, from an HTTP event to the consumer of a real queue.

mod line_end;

testkit::suite!(kommo::PROVIDER);
